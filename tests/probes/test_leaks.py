from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.sightings import Sighting
from auditor.probes.leaks import find_leaks, jwt_role, jwts, unescaped
from auditor.redact import Secret

URL = "https://app.example.com/main.js"
BOUNDED = settings(deadline=None, max_examples=150)


def encoded(claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def jwt(role="service_role", **claims) -> str:
    head = encoded({"alg": "HS256", "typ": "JWT"})
    return f"{head}.{encoded({'iss': 'supabase', 'ref': 'abc', 'role': role, **claims})}.c2lnbmF0dXJl-_"


SERVICE, ANON = jwt(), jwt("anon")
TOKENS = {
    "Supabase secret key": "sb_secret_" + "N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    "Supabase access token": "sbp_" + "0123456789abcdef" * 2 + "01234567",
    "Stripe secret key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe restricted key": "rk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe webhook secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "GitHub token": "ghp_" + "a1B2" * 9,
    "Anthropic key": "sk-ant-" + "api03-abcdefghijklmnop",
    "OpenAI key": "sk-proj-" + "abcdefghijklmnopqrst",
    "SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
}
PREFIXES = ("sb_secret_", "sbp_", "sk_live_", "rk_live_", "whsec_", "ghp_", "sk-ant-", "sk-proj-", "SG.")
PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n" * 4
    + "-----END PRIVATE KEY-----"
)


def kinds(text, *secrets):
    return [leak.kind for leak in find_leaks(URL, text, secrets)]


class TestJwt:
    def test_a_privileged_key_is_a_leak(self):
        text = f'let a=1;\nlet k="{SERVICE}";'
        assert find_leaks(URL, text) == [Sighting(URL, 2, 8, "shape", "Supabase service_role key", len(SERVICE))]
        assert kinds(jwt("supabase_admin")) == ["Supabase supabase_admin key"]

    @pytest.mark.parametrize("role", ["anon", "authenticated", "", "service", "SERVICE_ROLE", None, ["service_role"]])
    def test_others_are_not(self, role):
        assert kinds(jwt(role)) == []

    def test_the_anon_key_beside_it_is_not(self):
        assert kinds(f'"{ANON}","{SERVICE}","{ANON}"') == ["Supabase service_role key"]

    def test_right_behind_another(self):
        assert [leak.column for leak in find_leaks(URL, f"{ANON}.{SERVICE}")] == [len(ANON) + 2]

    @pytest.mark.parametrize(
        "written",
        [
            "{}",
            '"{}"',
            r"\"{}\"",
            r"\\\"{}\\\"",
            r"\u0022{}\u0022",
            "&quot;{}&quot;",
            "?apikey={}&x=1",
            "%22{}%22",
            "apikey%3D{}",
            r"\n{}\n",
            r"\x22{}\x22",
            "x{}",
            "`{}${{",
            "({}, ",
        ],
    )
    def test_however_it_is_written(self, written):
        """As live pages do: in JSON in strings, in attributes, in URLs."""
        [leak] = find_leaks(URL, written.format(SERVICE))
        assert (leak.line, leak.column) == (1, written.index("{}") + 1)
        assert leak.kind == "Supabase service_role key"

    @pytest.mark.parametrize("dot", [r"\u002e", r"\u002E", r"\x2e", "%2E", "&#46;", "&#x2E;", r"\\u002e"])
    def test_split_by_escapes(self, dot):
        text = f'\n\nlet k = "{SERVICE.replace(".", dot)}"'
        assert find_leaks(URL, text) == [Sighting(URL, 3, 10, "shape", "Supabase service_role key", len(SERVICE))]

    def test_every_character_escaped(self):
        text = "x" * 5 + "".join(f"\\u{ord(c):04x}" for c in SERVICE)
        assert find_leaks(URL, text) == [Sighting(URL, 1, 6, "shape", "Supabase service_role key", len(SERVICE))]

    def test_without_a_header_it_is_none(self):
        payload, signature = SERVICE.split(".")[1:]
        for before in ("", "abcdefghijklmnop", "eyJshort"):
            assert kinds(f"{before}.{payload}.{signature}") == []
        assert kinds(f"eyJabcdefgh.{payload}.{signature}") == ["Supabase service_role key"]

    def test_without_a_signature_it_is_none(self):
        assert kinds(SERVICE.rsplit(".", 1)[0]) == []

    @pytest.mark.parametrize(
        "payload",
        [
            "",
            "e30",
            "bm90IGpzb24",
            "W10",
            "MQ",
            "é",
            "=",
            "a" * 5,
            encoded("service_role"),
            encoded(["role"]),
            "eyJ" * 9,
        ],
    )
    def test_no_role(self, payload):
        assert jwt_role(payload) == ""

    def test_a_payload_nested_without_end(self):
        assert jwt_role(base64.urlsafe_b64encode(b"[" * 100_000).decode()) == ""

    @given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
    @BOUNDED
    def test_any_payload(self, payload):
        assert isinstance(jwt_role(payload), str)

    def test_wherever_in_a_long_text(self):
        for before, after in (("", " " * 5000), ("x" * 5000, ""), ("\n" * 3, "y" * 5000)):
            assert kinds(f"{before}{SERVICE}{after}") == ["Supabase service_role key"]

    def test_where_they_are(self):
        assert list(jwts(f"a {SERVICE} b")) == [(2, len(SERVICE), SERVICE.split(".")[1])]
        assert list(jwts("eyJ.eyJabcdefgh.x")) == []


class TestTokens:
    @pytest.mark.parametrize(("kind", "token"), TOKENS.items())
    def test_by_their_shape(self, kind, token):
        prefix = next(
            p
            for p in ("sb_secret_", "sbp_", "sk_live_", "rk_live_", "whsec_", "ghp_", "sk-ant-", "sk-proj-", "SG.")
            if token.startswith(p)
        )
        assert find_leaks(URL, f'k="{token}"') == [Sighting(URL, 1, 4, "shape", kind, len(token), prefix=prefix)]

    @pytest.mark.parametrize("token", TOKENS.values())
    @pytest.mark.parametrize(
        "written", [r"\u0022{}\u0022", "%22{}%22", r"\n{}\n", "key%3D{}", "&#34;{}&#34;", r"\\\"{}"]
    )
    def test_after_an_escape(self, token, written):
        assert len(find_leaks(URL, written.format(token))) == 1

    def test_a_fine_grained_github_token(self):
        assert kinds("github_pat_" + "a1" * 41) == ["GitHub token"]

    @pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])
    def test_a_private_key(self, kind):
        pem = PEM.replace("PRIVATE", f"{kind}PRIVATE")
        for text in (pem, pem.replace("\n", r"\n"), pem.replace("\n", r"\\n")):
            [leak] = find_leaks(URL, f'"{text}"')
            assert (leak.kind, leak.prefix, leak.column) == ("private key", "", 2)

    def test_a_private_key_with_pem_headers(self):
        pem = PEM.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AA\n\n", 1)
        assert kinds(pem) == ["private key"]

    @pytest.mark.parametrize(
        "text",
        [
            "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
            "sb_secret_short",
            "pk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "risk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "task-ant-abcdefghijklmnopqrstuvwxyz",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----\n" + "M" * 200 + "\n-----END PUBLIC KEY-----",
            'indexOf("-----BEGIN PRIVATE KEY-----")>=0&&indexOf("-----END PRIVATE KEY-----")',
            'f("-----BEGIN PRIVATE KEY-----");' + "let a=b(c,d);" * 20 + 'f("-----END PRIVATE KEY-----")',
            "ghp_tooshort",
            "MSG.aaaaaaaaaaaaaaaaaaaaaa.bbbb",
        ],
    )
    def test_public_look_alikes(self, text):
        assert kinds(text) == []


class TestDatabaseUrls:
    @pytest.mark.parametrize(
        ("url", "password"),
        [
            ("postgresql://app:hunter2x@db.example.com:5432/app", "hunter2x"),
            ("postgres://app:pa$$word@db/app", "pa$$word"),
            ("rediss://:hunter2x@cache.example.com", "hunter2x"),
            ("mongodb+srv://u:p%40ss@h", "p%40ss"),
            ("mysql://u:a:b:c@h", "a:b:c"),
        ],
    )
    def test_with_a_password(self, url, password):
        assert find_leaks(URL, f'"{url}"') == [
            Sighting(URL, 1, 2 + url.index(password), "shape", "database password in a URL", len(password))
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "postgres://localhost/app",
            "postgres://app@localhost/app",
            "`postgres://${user}:${password}@${host}`",
            "https://user:password@example.com",
            "postgres://user:abc@h",
            "postgres://user: pass@h",
        ],
    )
    def test_without_one(self, text):
        assert kinds(text) == []


class TestExact:
    VALUE = 'pa"ss w/ord+é'
    SECRET = Secret(VALUE, "database password")

    @pytest.mark.parametrize(
        "written",
        [VALUE, json.dumps(VALUE), quote(VALUE, safe=""), json.dumps(json.dumps(VALUE)), "pa&quot;ss w/ord+é"],
    )
    def test_however_it_is_written(self, written):
        [leak] = find_leaks(URL, f"\n  {written}", [self.SECRET])
        assert leak == Sighting(URL, 2, leak.column, "exact", "database password", len(self.VALUE), exact=True)
        assert 3 <= leak.column <= 6

    def test_each_occurrence(self):
        leaks = find_leaks(URL, "aa-secret-aa\naa-secret-aa", [Secret("secret", "key")])
        assert [(leak.line, leak.column) for leak in leaks] == [(1, 4), (2, 4)]

    def test_a_configured_key_is_told_once_and_as_such(self):
        [leak] = find_leaks(URL, f'"{SERVICE}"', [Secret(SERVICE, "service key")])
        assert (leak.kind, leak.exact) == ("service key", True)

    def test_nothing_is_not_everywhere(self):
        assert kinds("abc", Secret("", "key")) == []

    def test_a_value_that_is_no_text(self):
        assert kinds("abc", Secret("\udcff\udcfe", "key")) == []

    @given(st.text(max_size=30), st.text(min_size=1, max_size=8), st.text(max_size=30))
    @BOUNDED
    def test_found_wherever_it_stands(self, before, value, after):
        text = before + value + after
        leaks = find_leaks(URL, text, [Secret(value, "key")])
        assert (leaks[0].line, leaks[0].column) <= place(text, text.index(value))
        assert place(text, text.index(value)) in {(leak.line, leak.column) for leak in leaks if leak.exact}


def place(text, at):
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


class TestUnescaped:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            (r"a\u0041b", "aAb"),
            (r"a\\\u0041b", "aAb"),
            (r"\x41%41&#65;&#x41;", "AAAA"),
            (r"\n\r\t\"\'\/\.", "\n\r\t\"'/."),
            ("&quot;&amp;&apos;&lt;&gt;", "\"&'<>"),
            (r"\u4e2d \q %zz %4 &#; &nbsp; &#99999; 100%", r"\u4e2d \q %zz %4 &#; &nbsp; &#99999; 100%"),
            ("plain", "plain"),
            ("", ""),
        ],
    )
    def test_escapes(self, text, plain):
        assert unescaped(text)[0] == plain

    @given(
        st.lists(st.sampled_from(["a", "é", r"\u0041", r"\\n", "%41", "&#65;", "&lt;", "\\", "%", "&"]), max_size=30)
    )
    @BOUNDED
    def test_every_place_is_known_in_the_original(self, parts):
        text = "".join(parts)
        plain, origin = unescaped(text)
        places = [origin(place) for place in range(len(plain) + 1)]
        assert places == sorted(set(places))
        assert places[-1] == len(text)
        for place, character in enumerate(plain):
            written = text[places[place] : places[place + 1]]
            assert written == character or len(written) > 1


PIECES = [
    "eyJ", ".", "eyJhbGciOi", "sb_secret_", "-----BEGIN PRIVATE KEY-----", "-----END", "redis://a:", "@h", "\\",
    "\\u0022", "%22", "&#", "\n", "a" * 40, SERVICE, ANON, *TOKENS.values(),
]  # fmt: skip


class TestAnything:
    @given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
    @BOUNDED
    def test_any_text_is_read(self, text):
        leaks = find_leaks(URL, text, [Secret("hunter2", "key")])
        lines = text.split("\n")
        for leak in leaks:
            assert 1 <= leak.column <= len(lines[leak.line - 1]) + 1
        assert len({(leak.line, leak.column) for leak in leaks}) == len(leaks)

    @pytest.mark.parametrize(
        "piece",
        [
            "eyJ",
            ".eyJabcdefgh",
            "eyJabcdefgh.",
            "-----BEGIN PRIVATE KEY-----",
            "redis://a:",
            "\\",
            "%22",
            "\n",
            "hunter2",
        ],
    )
    def test_a_megabyte_of_one_piece_takes_no_longer_than_it_must(self, piece):
        """Quadratic searches would take hours."""
        find_leaks(URL, piece * (1_000_000 // len(piece)), [Secret("hunter2", "key")])
