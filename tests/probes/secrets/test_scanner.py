from __future__ import annotations

import base64
import hmac
import os
import time
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.sightings import Nature, Sighting
from auditor.model import Severity
from auditor.probes.secrets.checksums import crc_base62
from auditor.probes.secrets.scanner import Scanner
from auditor.redact import Secret
from tests.probes.secrets import made
from tests.probes.secrets.test_contexts import CONTEXTS, RULES, SECRETS, in_base64

FUZZ = settings(deadline=None, max_examples=min(1000, int(os.environ.get("AUDIT_FUZZ", "150"))))
KNOWN = Secret('pa"ss w/ord+é-' + made.text(6), "database password")
BOTH = (Scanner([KNOWN], RULES), Scanner([KNOWN], RULES, plain=True))


def found(text: str) -> list[Sighting]:
    """By both engines, which must not differ."""
    fast, plain = (scanner.scan(text.encode(), "p") for scanner in BOTH)
    assert [replace(one, same=0) for one in fast] == [replace(one, same=0) for one in plain]
    return fast


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.rule, one.nature.value) for one in found(text)]


def spaced(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def signed(header: str, claims: str, key: str) -> str:
    """As somebody's own program does it, byte by byte."""
    raw = hmac.digest(key.encode(), f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def unsigned(claims: object, algorithm: str = "none") -> str:
    return f"{made.part({'alg': algorithm})}.{made.part(claims)}."


def test_a_sighting_is_told_whole():
    [one] = Scanner(rules=RULES).scan(f'let é=1;\nlet é="{made.SECRET_KEY}"'.encode(), "a.js")
    assert one == Sighting(
        "a.js", 2, 8, "supabase-secret-key", "supabase-secret-key", len(made.SECRET_KEY), prefix="sb_secret_", same=1
    )


def test_equal_values_have_one_number():
    scanner = Scanner(rules=RULES)
    first = scanner.scan(f'"{made.GITHUB}" "{made.SECRET_KEY}"'.encode(), "a")
    second = scanner.scan(f'"{made.SECRET_KEY}"'.encode(), "b")
    assert [one.same for one in first] == [1, 2]
    assert [one.same for one in second] == [2]
    assert made.GITHUB not in repr(scanner) + repr(vars(scanner))


class TestJwt:
    @pytest.mark.parametrize("role", ["service_role", "supabase_admin"])
    def test_a_privileged_role(self, role: str):
        [one] = found(f'"{made.jwt(made.supabase(role))}"')
        assert (one.rule, one.kind, one.severity, one.nature) == (
            "jwt", f"Supabase {role} key", Severity.CRITICAL, Nature.SECRET,
        )  # fmt: skip

    def test_the_anon_key_is_public_and_others_are_unclear(self):
        assert kinds(made.ANON) == [("jwt", "public")]
        assert kinds(made.jwt({"sub": "1", "iss": "x"})) == [("jwt", "unclear")]
        assert kinds(made.jwt({"sub": "1"}, algorithm="RS256")) == [("jwt", "unclear")]

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    @pytest.mark.parametrize("key", ["super-secret-jwt-token-with-at-least-32-characters-long", "secret", "changeme"])
    def test_what_a_known_secret_signs_can_be_forged(self, algorithm: str, key: str):
        for role in ("anon", "service_role", "authenticated"):
            [one] = found(made.jwt(made.supabase(role), key=key, algorithm=algorithm))
            assert (one.rule, one.severity, one.nature) == ("jwt-forgeable", Severity.CRITICAL, Nature.SECRET)
            assert "everybody knows" in one.why

    @pytest.mark.parametrize("dress", [lambda key: key + "\n", in_base64, lambda key: base64.b64decode(key + "==")])
    def test_as_servers_make_a_key_of_it(self, dress):
        [one] = found(made.jwt({"sub": "7"}, key=dress("changeme")))
        assert one.rule == "jwt-forgeable"

    @pytest.mark.parametrize("more", [{}, {"name": "John Doe", "iat": 1516239022}, {"admin": True}])
    def test_the_samples_of_documentation_are_none(self, more):
        sample = made.jwt({"sub": "1234567890", **more}, key="your-256-bit-secret")
        joe = made.jwt({"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}, key="secret")
        for token in (sample, joe, unsigned({"sub": "1234567890", **more})):
            [one] = found(token)
            assert (one.rule, one.nature, one.algorithm) == ("jwt", Nature.PUBLIC, "")

    def test_a_user_of_the_same_number_is_no_sample(self):
        [one] = found(made.jwt({"sub": "1234567890", "aud": "authenticated", "exp": 2015000000}, key="secret"))
        assert one.rule == "jwt-forgeable"

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("HS256", "HS256"), ("HS384", "HS384"), ("hs512", "HS512"), ("RS256", "RS256"), ("PS512", "PS512"),
            ("ES256", "ES256"), ("EdDSA", "EdDSA"), ("eddsa", "EdDSA"), ("ES256K", "ES256K"), ("HS1", "unknown"),
            ("x" * 99, "unknown"),
        ],
    )  # fmt: skip
    def test_what_signed_it(self, said: str, told: str):
        [one] = found(made.jwt({"sub": "7"}, algorithm=said))
        assert (one.rule, one.algorithm) == ("jwt", told)

    def test_capitals_do_not_save_a_weak_secret(self):
        [one] = found(made.jwt({"sub": "7"}, key="secret", algorithm="hS256"))
        assert (one.rule, one.algorithm) == ("jwt-forgeable", "HS256")

    @pytest.mark.parametrize("said", ["none", "None", "NONE", "nOnE"])
    @pytest.mark.parametrize("signature", ["", "c2ln"])
    def test_without_a_signature(self, said: str, signature: str):
        [one] = found(f'"{unsigned({"sub": "1", "a": "b"}, said)}{signature}"')
        assert (one.rule, one.kind, one.nature, one.algorithm) == (
            "jwt-unsigned", "JWT without a signature", Nature.UNCLEAR, "none",
        )  # fmt: skip
        [one] = found(f'"{unsigned(made.supabase("anon"), said)}{signature}"')
        assert (one.rule, one.kind, one.nature) == ("jwt-unsigned", "Supabase anon key", Nature.PUBLIC)

    def test_without_the_signature_that_it_needs(self):
        assert found(made.SERVICE.rpartition(".")[0] + ".") == []

    @pytest.mark.parametrize("cut", [1, 20, 42])
    def test_a_part_of_a_signature_cannot_be_tried(self, cut: int):
        [one] = found(f'"{made.ANON[:-cut]}"')
        assert (one.rule, one.nature, one.algorithm) == ("jwt-untried", Nature.PUBLIC, "HS256")

    @pytest.mark.parametrize("space", ["{ %s}", "{\n  %s\n}", "{\r\n%s}", "{\n\t%s}", "{\n%s}", "{  %s}"])
    def test_json_with_spaces(self, space: str):
        header = spaced(space % '"typ":"JWT", "alg" : "HS256", "kid":"../../dev/null"')
        [one] = found(
            f'"{signed(header, spaced(space % made.json.dumps(made.supabase("service_role"))[1:-1]), "secret")}"'
        )
        assert (one.rule, one.kind) == ("jwt-forgeable", "Supabase service_role key")

    def test_json_with_escapes(self):
        header = spaced('{"\\u0061lg":"HS256","\\u0074yp":"JWT"}')
        [one] = found(signed(header, spaced('{"r\\u006fle":"service_role"}'), "secret"))
        assert (one.rule, one.kind) == ("jwt-forgeable", "Supabase service_role key")

    def test_padded(self):
        header, claims = made.part({"alg": "HS256", "a": ""}), made.part({"role": "service_role"})
        token = signed(header + "=" * (-len(header) % 4), claims + "=" * (-len(claims) % 4), "secret") + "="
        assert token.count("=") == 4
        for text in (f'"{token}"', quote(token), token.replace("=", r"\u003d")):
            [one] = found(text)
            assert (one.rule, one.kind, one.length) == (
                "jwt-forgeable", "Supabase service_role key", len(token) - 1,
            )  # fmt: skip

    @pytest.mark.parametrize("behind", ['"', "/rest/v1", "+1", ".split"])
    def test_in_base64_of_old(self, behind: str):
        """With what URLs cannot bear: where the signature ends, its length tells."""
        claims = made.part({"role": "service_role", "x": "~~~???>>>"}).replace("-", "+").replace("_", "/")
        tokens = [signed(made.part({"alg": "HS256", "n": n}), claims, "secret") for n in range(40)]
        old = [
            head + "." + tail.replace("-", "+").replace("_", "/")
            for head, _, tail in (t.rpartition(".") for t in tokens)
        ]
        assert any("+" in one or "/" in one for one in old)
        for token in old:
            [one] = found(token + behind)
            assert (one.rule, one.length) == ("jwt-forgeable", len(token))

    def test_a_header_with_certificates(self):
        token = signed(
            made.part({"alg": "HS256", "x5c": [made.text(1200) for _ in range(4)]}), made.part({"a": 1}), "secret"
        )
        assert [one.rule for one in found(token)] == ["jwt-forgeable"]

    def test_in_another_token(self):
        inner = made.part({"alg": "HS256", "cty": "JWT"}) + "." + in_base64(made.SERVICE) + "." + made.text(43)
        assert ("jwt", "secret") in kinds(f'"{inner}"')

    def test_encrypted_ones_are_none(self):
        parts = [made.part({"alg": "dir", "enc": "A256GCM"}), "", made.text(16), made.text(99), made.text(22)]
        assert found(".".join(parts)) == []
        parts[1] = "eyJ" + made.text(60)
        assert found(".".join(parts)) == []

    def test_the_very_service_key_may_be_forgeable_too(self):
        key = made.jwt(made.supabase("service_role"), key="secret")
        [exact, forgeable] = Scanner([Secret(key, "Supabase service key")], RULES).scan(f'"{key}"'.encode(), "p")
        assert (exact.exact, exact.rule, forgeable.rule, exact.same) == (True, "exact", "jwt-forgeable", forgeable.same)

    @pytest.mark.parametrize("dot", [r"\u002e", r"\x2e", "%2E", "&#46;", "&#x2E;", r"\\u002e"])
    def test_with_escaped_dots(self, dot: str):
        [one] = found(f'"{made.SERVICE.replace(".", dot)}"')
        assert (one.kind, one.length, one.column) == ("Supabase service_role key", len(made.SERVICE), 2)

    def test_beside_another(self):
        assert [one.kind for one in found(f'"{made.ANON}","{made.SERVICE}"')] == [
            "Supabase anon key", "Supabase service_role key",
        ]  # fmt: skip


class TestTokens:
    def test_a_checksum_that_fails(self):
        assert crc_base62(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ") == b"0mLq17"
        wrong = made.GITHUB[:-1] + ("a" if made.GITHUB[-1] != "a" else "b")
        rules = (replace(RULES[1], check="github-checksum"),)
        for plain in (False, True):
            scanner = Scanner(rules=rules, plain=plain)
            assert [one.rule for one in scanner.scan(f'"{made.GITHUB}","{wrong}"'.encode(), "p")] == ["github-pat"]

    @pytest.mark.parametrize("around", ["x{}", "{}x", "ri{}", "task-{}", "a_{}"])
    def test_in_a_longer_word(self, around: str):
        assert found(f'"{around.format(made.GITHUB)}"') == []

    def test_the_default_key_of_the_cli(self):
        [one] = found("sb_" + "secret_N7UND0Ug" + "jKTVK-Uodkm0Hg_xSvEMPvz")
        assert one.why == "the default key of every installation of the Supabase CLI"

    @pytest.mark.parametrize(
        "shape",
        [
            "sk_" + "live_" + "x" * 24,
            "sb_publishable_" + "a1B2c3" * 5,
            "ghp_tooshort",
            "MSG.aaaaaaaaaaaaaaaaaaaaaa.bbbb",
        ],
    )
    def test_what_is_none(self, shape: str):
        assert found(f'"{shape}"') == []


class TestKeys:
    @pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "DSA "])
    def test_private_keys(self, kind: str):
        pem = made.pem(kind)
        for text in (pem, pem.replace("\n", r"\n"), pem.replace("\n", r"\\n"), pem.replace("\n", "\r\n")):
            [one] = found(f'"{text}"')
            assert (one.rule, one.severity, one.column) == ("private-key", Severity.CRITICAL, 2)

    def test_an_encrypted_one_is_less(self):
        assert [one.severity for one in found(made.pem("ENCRYPTED "))] == [Severity.MEDIUM]

    @pytest.mark.parametrize(
        "text",
        [
            "-----BEGIN PRIVATE" + " KEY-----",
            'indexOf("-----BEGIN PRIVATE' + ' KEY-----")>=0&&indexOf("-----END PRIVATE' + ' KEY-----")',
            'f("-----BEGIN PRIVATE' + ' KEY-----");' + "let a=b(c,d);" * 20 + 'f("-----END PRIVATE' + ' KEY-----")',
            "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n" * 6 + "-----END PUBLIC KEY-----",
        ],
    )
    def test_code_about_keys(self, text: str):
        assert found(text) == []

    def test_pairs_of_aws(self):
        id_, secret = made.aws_id(), made.text(39, made.WORD + "+/") + "a"
        assert [(one.rule, one.severity) for one in found(f'a:"{id_}"')] == [("aws-access-key-id", Severity.MEDIUM)]
        assert [(one.rule, one.severity) for one in found(f'a:"{id_}",b:"{secret}"')] == [
            ("aws-access-key-id", Severity.CRITICAL), ("aws-secret-key", Severity.CRITICAL),
        ]  # fmt: skip
        assert found('a:"AK' + 'IAIOSFODNN7EXAMPLE"') == []

    def test_google_by_what_stands_near(self):
        key = "AI" + "za" + made.text(35)
        assert kinds(f'apiKey:"{key}",authDomain:"a"') == [("google-api-key", "public")]
        assert kinds(f'k="{key}"') == [("google-api-key", "unclear")]
        assert kinds(f'gemini("{key}")') == [("google-api-key", "secret")]


class TestUrls:
    @pytest.mark.parametrize(
        ("url", "password"),
        [
            ("postgres://app:pa$$word9@db.acme.io/app", "pa$$word9"),
            ("rediss://:hunter2x@cache.acme.io", "hunter2x"),
            ("mongodb+srv://u:p%40ss1@h.acme.io", "p%40ss1"),
            ("https://bot:s3cr3tpass@git.acme.io/x.git", "s3cr3tpass"),
        ],
    )
    def test_passwords(self, url: str, password: str):
        [one] = found(f'"{url}"')
        assert (one.rule, one.length, one.column) == ("url-credentials", len(password), 2 + url.index(password))

    @pytest.mark.parametrize(
        "text",
        [
            "postgres://localhost/app", "`postgres://${user}:${password}@${host}`", "https://a.io:8080/x@y",
            "postgres://user:password@db.acme.io", "postgres://app:s3cr3tX9@localhost:5432/x",
            "http://user:pass1234@proxy",
            "redis://:xxxx@cache.acme.io", "https://user:password@example.com", "postgres://u:<password>@h.acme.io",
        ],
    )  # fmt: skip
    def test_none(self, text: str):
        assert found(f'"{text}"') == []


class TestNames:
    @pytest.mark.parametrize(
        "write",
        [
            'JWT_SECRET={}\n', 'apiSecret:"{}"', 'SECRET_KEY: str = "{}"', '"clientSecret":"{}"',
            "POSTGRES_PASSWORD: {}\n",
            r'\"webhookSecret\":\"{}\"', "adminPassword='{}'", "&quot;authToken&quot;:&quot;{}&quot;",
            'let SESSION_SECRET=process.env.X || "{}"', 'e.clientSecret??"{}"', r"'\x22jwtSecret\x22:\x22{}\x22'",
        ],
    )  # fmt: skip
    def test_random_values(self, write: str):
        [one] = found(write.format("hT7pQ2wLx9Zr4KdM"))
        assert (one.rule, one.nature, one.length) == ("named-secret", Nature.SECRET, 16)

    @pytest.mark.parametrize(
        "text",
        [
            '"password":"Mot de passe"', 'password:"current-password"', 'secret:"/v1/accounts:signIn2"',
            'token:"keyword.control"',
            'passwordLabel:"hT7pQ2wLx9Zr4KdM"', 'secret:"SECRET_VALUE_1"', 'type:"password2Field"',
            'password:"${env.PW12345}"',
            'secretKey:"your-secret-key-123"', 'password:e.password,x:"hT7pQ2wLx9Zr4KdM"',
            'anonToken:"hT7pQ2wLx9Zr4KdMhT7pQ2wL"',
        ],
    )  # fmt: skip
    def test_texts_and_code(self, text: str):
        assert found(text) == []


class TestExact:
    def test_in_every_form(self):
        import base64
        import html
        import json
        from urllib.parse import quote

        value = KNOWN.reveal()
        forms = [value, json.dumps(value), json.dumps(json.dumps(value)), quote(value, safe=""), html.escape(value)]
        forms += [base64.b64encode(b"x" * shift + value.encode()).decode() for shift in range(3)]
        for form in forms:
            [one] = found(f"a\n {form} b")
            assert (one.rule, one.exact, one.line, one.length) == ("exact", True, 2, len(value))

    def test_it_is_told_once_and_as_such(self):
        scanner = Scanner([Secret(made.SERVICE, "service key")], RULES)
        [one] = scanner.scan(f'"{made.SERVICE}"'.encode(), "p")
        assert (one.kind, one.exact) == ("service key", True)

    @pytest.mark.parametrize("value", ["", "short", "password", "\udcff\udcfe\udcff\udcfe\udcff\udcfe\udcff\udcfe"])
    def test_values_that_prove_nothing(self, value: str):
        assert Scanner([Secret(value, "key")], ()).scan(b"abc short password", "p") == []


PIECES = [
    "eyJ", ".", "sb_secret_", "-----BEGIN PRIVATE" + " KEY-----", "-----END", "redis://a:", "@h.acme.io",
    "\\", "\\u0022", "%22",
    "&#", "\n", "a" * 40, '"+"', "atob(", ";base64,", "secret:", 'TOKEN="', KNOWN.reveal(), made.ANON,
    *SECRETS.values(),
]  # fmt: skip
WRITTEN = st.builds(
    lambda write, value: write(value), st.sampled_from(list(CONTEXTS.values())), st.sampled_from(PIECES)
)


@given(st.lists(WRITTEN | st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join), st.data())
@FUZZ
def test_both_engines_find_the_same_in_any_text(text: str, data: st.DataObject):
    cut = data.draw(st.integers(0, len(text)))
    for mutated in (text, text[:cut] + text[cut + 1 :]):
        lines = mutated.split("\n")
        for one in found(mutated):
            assert 1 <= one.column <= len(lines[one.line - 1]) + 1


@given(st.binary(max_size=300))
@FUZZ
def test_any_bytes(data: bytes):
    assert BOTH[0].scan(data, "p") == BOTH[1].scan(data, "p")


@pytest.mark.parametrize(
    "piece", [*PIECES, "eyJhbGciOi", "://a:b", ":\\/\\/a:", "%3A%2F%2Fx%3A", "\\x41", "%41", "token", "key="]
)
def test_a_long_text_of_one_piece(piece: str):
    """Quadratic searches would take minutes."""
    begun = time.process_time()
    for scanner in BOTH:
        scanner.scan((piece * (60_000 // len(piece) + 1)).encode("utf-8"), "p")
    assert time.process_time() - begun < 40


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize(
    "write",
    [
        lambda text: text,
        lambda text: quote(text, safe=""),
        lambda text: text.replace("/", r"\/"),
        lambda text: text.replace("+", r"\u002b").replace("/", r"\u002f"),
    ],
    ids=["as it is", "in a URL", "in JSON", "in JSON that escapes all"],
)
def test_base64_whose_beginning_is_escaped(write, shift):
    address = "\0" * shift + f"redis://:~~~~~~{made.text(14)}@cache.acme.io/0"  # which has plus signs right behind it
    encoded = base64.b64encode(address.encode()).decode()
    assert "+" in encoded[12:20]
    assert kinds(f"x={write(encoded)}&y") == [("url-credentials", "secret")]


@given(st.text("patABC0_.%\\&", min_size=10, max_size=30).map(lambda text: f"pat{text}"), st.booleans())
@FUZZ
def test_a_short_literal_leads_both_engines_to_the_same(text, dotted):
    found(f"{text}{'.' if dotted else '%2E'}{text}")


def test_a_dot_in_a_token_may_be_escaped():
    token = f"pat{made.text(14)}.{made.text(64, '0123456789abcdef')}"
    scanner = Scanner()
    for written in (token, token.replace(".", "%2E"), token.replace(".", r"\u002e")):
        assert [one.rule for one in scanner.scan(f'"{written}"'.encode(), "p")] == ["airtable-token"]
