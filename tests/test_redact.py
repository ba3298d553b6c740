"""No secret leaves, in whatever form it comes back."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Outcome
from auditor.redact import Redactor, Secret, environment_secrets, mask, secret_shape, url_secrets

VALUE = 'p@ss w"rd/é+1'
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        quote(VALUE, safe=""),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        base64.b64encode(VALUE.encode()).decode().rstrip("="),
        base64.b64encode(f"user:{VALUE}".encode()).decode(),
        base64.b64encode(f"us:{VALUE}:more".encode()).decode(),
        base64.urlsafe_b64encode(f"u:{VALUE}".encode()).decode(),
    ],
)
def test_a_known_value_is_hidden_in_every_encoding(form):
    redacted = Redactor([Secret(VALUE, "password")]).text(f"before {form} after")
    assert form not in redacted
    assert "[redacted password, 13 characters]" in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"token {JWT}!", f"token [redacted JWT, {len(JWT)} characters]!"),
        ("key sb_secret_N7UND0UgjKTVK", "key sb_secret_[redacted Supabase secret key, 23 characters]"),
        ("sk_live_abcdefghijklmnop.", "sk_live_[redacted Stripe secret key, 24 characters]."),
        ("postgres://u:s3cretpw@h/d", "postgres://u:[redacted password, 8 characters]@h/d"),
        ("postgres://:pw@h/d", "postgres://:[redacted password, 2 characters]@h/d"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [redacted bearer token, 23 characters]"),
        ("password=hunter22&x=1", "password=[redacted secret, 8 characters]&x=1"),
        ("password: hunter22", "password: [redacted secret, 8 characters]"),
        ("GET /cb?code=abcdefgh&state=1", "GET /cb?code=[redacted secret, 8 characters]&state=1"),
        ("https://h/x?access_token=abcdefgh", "https://h/x?access_token=[redacted secret, 8 characters]"),
        ('{"api_key": "abcdef123"}', '{"api_key": "[redacted secret, 9 characters]"}'),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest",
            "[redacted private key, 66 characters]\nrest",
        ),
        ("a -----BEGIN PRIVATE KEY-----\ncut off", "a [redacted private key, 35 characters]"),
    ],
)
def test_a_secret_of_others_is_hidden_by_its_shape(text, expected):
    assert Redactor().text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "https://app.example.com/path?x=1",
        "postgres://user@host/db",
        "row level security is off",
        "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
        "password: none",
        "sk_live_",
        "the password is wrong",
        "password: rotated monthly",
        "Basic authentication and Bearer authentication are off",
        "eyJ",
    ],
)
def test_what_is_no_secret_stays(text):
    assert Redactor().text(text) == text


def test_a_long_run_of_letters_is_no_burden():
    """Each letter was once tried as the start of a URL: 2 MB would have taken over an hour."""
    blob = "a" * 2_000_000
    assert Redactor().text(blob) == blob


@settings(deadline=None)  # the first text loads the rules
@given(st.text(max_size=300))
def test_redacting_twice_changes_nothing(text):
    redactor = Redactor([Secret("s3cr3t-value", "key")])
    once = redactor.text(text)
    assert redactor.text(once) == once


@settings(deadline=None)
@given(st.text(min_size=10, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_a_long_value_never_survives(value, before, after):
    redactor = Redactor([Secret(value, "key")])
    if redactor.suspects(value):
        assert value not in redactor.text(before + value + after)


@pytest.mark.parametrize("word", ["app", "postgres", "PASSWORD", "short"])
def test_short_and_common_words_are_not_replaced(word):
    assert Redactor([Secret(word, "password")]).text(f"role {word} connects") == f"role {word} connects"


def test_a_short_value_counts_only_where_it_stands_alone():
    redactor = Redactor([Secret("abc123", "password")])
    assert redactor.text("xabc1234 abc123") == "xabc1234 [redacted password, 6 characters]"


@dataclass(frozen=True, slots=True)
class Inner:
    text: str


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner
    rows: tuple[str, ...]
    mapping: dict[str, list[str]]
    outcome: Outcome
    number: int = 3


def test_whole_facts_are_redacted_and_keep_their_types():
    secret = "s3cr3t-value"
    fact = Outer(Inner(secret), ("a", secret), {secret: [secret]}, Outcome.PASS)
    hidden = mask("key", secret)
    assert Redactor([Secret(secret, "key")]).apply(fact) == Outer(
        Inner(hidden), ("a", hidden), {hidden: [hidden]}, Outcome.PASS
    )


def test_a_fact_without_secrets_is_not_copied():
    fact = Outer(Inner("a"), (), {}, Outcome.PASS)
    assert Redactor([Secret("s3cr3t-value", "key")]).apply(fact) is fact


def test_a_secret_does_not_show_itself():
    secret = Secret("s3cr3t-value", "key")
    assert f"{secret} {secret!r} {[secret]}" == "Secret(key) Secret(key) [Secret(key)]"
    assert secret.reveal() == "s3cr3t-value"


def test_secrets_of_a_url():
    found = url_secrets("postgres://u:p%40ssword@h/d?sslpassword=abc&x=1", "dsn")
    assert {secret.reveal() for secret in found} == {"p%40ssword", "p@ssword", "abc"}


def test_a_url_that_cannot_be_read_is_secret_as_a_whole():
    assert [secret.reveal() for secret in url_secrets("postgres://u:p@[bad/d", "dsn")] == ["postgres://u:p@[bad/d"]


def test_secrets_of_the_environment():
    environ = {
        "STRIPE_SECRET_KEY": "abc-one",
        "DATABASE_URL": "postgres://u:abc-two@h/d",
        "HOME": "/root",
        "SSH_KEY": __file__,
        "OTHER_KEY": "/not/a/file/but/base64==",
        "PRIVATE_ROLE": "authenticated",
        "SMTP_PASS": "abc-three",
        "LANG": "C",
    }
    assert {secret.reveal() for secret in environment_secrets(environ)} == {
        "abc-one",
        "abc-two",
        "abc-three",
        "/not/a/file/but/base64==",
    }


def test_bytes_and_lone_surrogates_do_not_pass():
    fact = {"body": b"s3cr3t-value", "odd": "a\ud800"}
    assert Redactor().apply(fact) == {"body": b"[redacted bytes, 12 of them]", "odd": "a\\ud800"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nothing", ""),
        (JWT, "JWT"),
        ("postgres://u:pw123@h/d", "password in a URL"),
        ("secret=abcdef", "named secret"),
        ("ghp_" + "a" * 36, "GitHub token"),
    ],
)
def test_shapes(text, kind):
    assert secret_shape(text) == kind


class TestHostileValues:
    def hidden(self, values, text, **more):
        return Redactor([Secret(value, "key") for value in values], **more).text(text)

    def test_a_value_that_holds_the_mask(self):
        value = "ab[redacted key, 9 characters]cd-9x"
        assert self.hidden([value], f"x {value} y") == f"x [redacted key, {len(value)} characters] y"

    def test_a_secret_that_pretends_to_be_a_mask(self):
        value = "Zx9" * 8
        assert value not in self.hidden([value], f"[redacted {value}, 3 characters]")

    def test_values_that_overlap(self):
        told = self.hidden(["abcdefgh1234", "1234ijklmnop", "gh1234ij"], "x abcdefgh1234ijklmnop y")
        assert told == "x [redacted key, 20 characters] y"

    def test_a_value_inside_a_token(self):
        token = "gh" + "p_" + "aB3dE5gH" * 4 + "wxyz"
        told = self.hidden(["dE5gHaB3dE5g"], f"x {token} y")
        assert not any(part in told for part in ("aB3d", "wxyz"))

    @pytest.mark.parametrize(
        "form",
        [
            "s3cr%C3%A9t%2Fvalue%2B1", "s3cr%c3%a9t/value%2b1", "s3cr%25C3%25A9t%252Fvalue%252B1",
            "s3cr\\u00e9t/value+1", "s3cr\\xe9t/value+1", "s3cr\\xc3\\xa9t/value+1", "s3cr\\u00e9t\\/value+1",
            "s3crét/value+1".encode().hex(), "s3crét/value+1".encode().hex().upper(),
        ],
    )  # fmt: skip
    def test_forms_of_many_programs(self, form):
        assert self.hidden(["s3crét/value+1"], f"x {form} y") == "x [redacted key, 14 characters] y"

    @pytest.mark.parametrize(
        "read",
        [
            lambda raw: raw.decode("latin-1"),
            lambda raw: raw.decode("cp1252", "replace"),
            lambda raw: raw.decode("ascii", "ignore"),
            lambda raw: raw.decode("ascii", "replace"),
            lambda raw: raw.decode("utf-8").encode("ascii", "replace").decode(),
        ],
        ids=["latin-1", "cp1252", "ignored", "replaced", "question marks"],
    )
    def test_a_value_that_was_read_in_another_character_set(self, read):
        value = "clé-p9qVKWnKE-ключ-U4xOfgAnl"
        hidden = Redactor([Secret(value, "JWT_SECRET")]).text(read(value.encode()))
        assert not any(part in hidden for part in ("p9qV", "nKE-", "U4xO", "gAnl"))

    def test_digits_of_another_case(self):
        assert self.hidden(["0123ABCDEF45"], "x 0123abcdef45") == "x [redacted key, 12 characters]"

    def test_lines_of_a_value(self):
        value = "first line of a value\nsecond line of a value"
        assert self.hidden([value], "log: second line of a value") == f"log: [redacted key, {len(value)} characters]"

    def test_what_a_message_has_cut(self):
        assert self.hidden(["planted-value-of-30-characters"], "x=planted-value-of…") == (
            "x=[redacted secret, 16 characters]…"
        )

    def test_expressions_in_values(self):
        assert self.hidden([r"(a+)+$[^x]\d|.*"], r"x (a+)+$[^x]\d|.* y") == "x [redacted key, 15 characters] y"

    def test_every_rule_of_the_table_is_used(self):
        token = "dop" + "_v1_" + "0a1b2c3d" * 8
        assert Redactor().text(f"https://x.test/a?b={token}%22") == (
            "https://x.test/a?b=[redacted DigitalOcean token, 71 characters]%22"
        )

    def test_what_scanners_met_is_hidden_elsewhere(self):
        from auditor.redact import Met

        met = Met()
        redactor = Redactor(met=met)
        assert redactor.text("/a/0f9e8d7c6b5a4f3e.js") == "/a/0f9e8d7c6b5a4f3e.js"
        for value in ("0f9e8d7c6b5a4f3e", "postgres", "production", "a word of prose"):
            met.add(value, "key")
        assert redactor.text("/a/0f9e8d7c6b5a4f3e.js in production, a word of prose") == (
            "/a/[redacted key, 16 characters].js in production, a word of prose"
        )

    def test_many_values_and_long_texts(self):
        values = [f"{number:x}" * 3 + "-value-" + str(number * 7919) for number in range(10_000, 11_000)]
        text = "plain words of a report " * 4_000 + values[500]
        assert self.hidden(values, text).endswith(f"[redacted key, {len(values[500])} characters]")
        assert self.hidden(["ab1" * 30_000], "x" + "ab1" * 30_000) == "x[redacted key, 90000 characters]"

    def test_dict_keys_that_become_one(self):
        redacted = Redactor([Secret("s3cr3t-value", "key")]).apply({"s3cr3t-value": 1, "b": "s3cr3t-value"})
        assert redacted == {"[redacted key, 12 characters]": 1, "b": "[redacted key, 12 characters]"}
