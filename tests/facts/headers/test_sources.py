from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.headers.sources import Source, SourceKind, parse_source
from tests.facts.headers.fuzz import SOME, spliced


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'self'", Source("'self'", SourceKind.KEYWORD, "'self'")),
        ("'Unsafe-INLINE'", Source("'Unsafe-INLINE'", SourceKind.KEYWORD, "'unsafe-inline'")),
        ("'nonce-aB3_-+/=='", Source("'nonce-aB3_-+/=='", SourceKind.NONCE, "aB3_-+/==")),
        ("'NONCE-abc'", Source("'NONCE-abc'", SourceKind.NONCE, "abc")),
        ("'sha256-YWJj'", Source("'sha256-YWJj'", SourceKind.HASH, "YWJj", "sha256")),
        ("'SHA512-YWJj'", Source("'SHA512-YWJj'", SourceKind.HASH, "YWJj", "sha512")),
        ("https:", Source("https:", SourceKind.SCHEME, "https")),
        ("Web+App.x-1:", Source("Web+App.x-1:", SourceKind.SCHEME, "web+app.x-1")),
        ("*", Source("*", SourceKind.HOST, "*")),
        ("https://*", Source("https://*", SourceKind.HOST, "*", "https")),
        ("https://*:*", Source("https://*:*", SourceKind.HOST, "*", "https", "*")),
        ("*.Example.com", Source("*.Example.com", SourceKind.HOST, "*.example.com")),
        (
            "wss://a.b:8443/c/d.js",
            Source("wss://a.b:8443/c/d.js", SourceKind.HOST, "a.b", "wss", "8443", "/c/d.js"),
        ),
        ("localhost:3000", Source("localhost:3000", SourceKind.HOST, "localhost", "", "3000")),
        ("self", Source("self", SourceKind.HOST, "self")),
        ("a.b.", Source("a.b.", SourceKind.HOST, "a.b.")),
        ("127.0.0.1", Source("127.0.0.1", SourceKind.HOST, "127.0.0.1")),
    ],
)
def test_what_it_is(text, expected):
    assert parse_source(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'unsafe-inlin'",
        "'nonce-'",
        "'nonce-a b'",
        "'nonce-a='b'",
        "'nonce-abc===' ",
        "'nonce-{{ nonce }}'",
        "'sha1-YWJj'",
        "'sha256-'",
        "self'",
        "https://",
        "//a.b",
        "a.*.b",
        "*.*.b",
        "**",
        "*a.b",
        "a..b",
        "a.b:http",
        "a.b:-1",
        "a.b/c?d",
        "a.b/c#d",
        "'self',",
        "[::1]",
        "a_b!",
        "‘self’",
    ],
)
def test_what_is_none(text):
    assert parse_source(text) == Source(text, SourceKind.INVALID)


@given(st.one_of(spliced(["'", "nonce-", "sha256-", "=", "a", ".", "*", ":", "/", "https", "1", "-"]), st.text()))
@SOME
def test_any_text(text):
    source = parse_source(text)
    assert source.text == text
    assert (source.kind is SourceKind.INVALID) == (not source.value)
