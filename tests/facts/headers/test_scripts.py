"""What csp_evaluator finds, and what it does not."""

from __future__ import annotations

import pytest

from auditor.facts.headers.csp import parse_header, parse_meta
from auditor.facts.headers.scripts import Weakness, weaknesses

NONCE = "'nonce-MTIzNDU2Nzg5MDEyMzQ1Ng=='"


def kinds(*values: str) -> list[str]:
    return [weakness.kind for weakness in weaknesses(parse_header(values))]


@pytest.mark.parametrize(
    "text",
    [
        "default-src 'self'",
        "default-src 'none'; script-src 'self'",
        "script-src",
        "script-src 'none'",
        f"script-src {NONCE}",
        f"script-src {NONCE} 'unsafe-inline'",
        f"script-src {NONCE} 'strict-dynamic' https: 'unsafe-inline'",
        "script-src 'sha256-YWJj' 'unsafe-inline'",
        f"script-src 'strict-dynamic' {NONCE} * data: http://a.b localhost",
        "script-src 'self' https://app.example.com *.example.com",
        "script-src 'self' 'wasm-unsafe-eval' 'report-sample' 'unsafe-hashes'",
        "script-src 'self' https://cdn.jsdelivr.net/npm/react@18.2.0/umd/react.production.min.js",
        "script-src 'self' https://www.googletagmanager.com",
        "default-src * 'unsafe-inline' 'unsafe-eval'; script-src 'self'",
        "sandbox",
        "sandbox allow-forms",
        "style-src 'unsafe-inline'; script-src 'self'",
        "default-src 'self'; style-src 'self' 'unsafe-inline'",
        "script-src 'unsafe-inline'; script-src-elem 'self'; script-src-attr 'none'",
    ],
)
def test_nothing_gets_past(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("img-src 'self'", ["missing"]),
        ("frame-ancestors 'none'", ["missing"]),
        ("sandbox allow-scripts", ["missing"]),
        ("script-scr 'self'", ["missing"]),
        ("script-src 'self' 'unsafe-inline'", ["inline"]),
        ("default-src 'self' 'UNSAFE-inline'", ["inline"]),
        ("script-src 'self' 'unsafe-eval'", ["eval"]),
        ("script-src *", ["anywhere"]),
        ("script-src https:", ["anywhere"]),
        ("script-src http:", ["anywhere"]),
        ("script-src https://*", ["anywhere"]),
        ("script-src *:443", ["anywhere"]),
        ("script-src 'self' data:", ["data"]),
        ("script-src 'self' blob:", ["blob"]),
        ("script-src 'self' filesystem:", ["blob"]),
        ("script-src *.com", ["shared"]),
        ("script-src https://*.co.uk", ["shared"]),
        ("script-src *.vercel.app", ["shared"]),
        ("script-src *.blob.core.windows.net", ["shared"]),
        ("script-src http://cdn.example.com", ["plain"]),
        ("script-src localhost:3000", ["local"]),
        ("script-src http://127.0.0.1:*", ["local"]),
        ("script-src https://cdn.jsdelivr.net", ["bypass"]),
        ("script-src https://cdn.jsdelivr.net/npm/", ["bypass"]),
        ("script-src unpkg.com cdnjs.cloudflare.com/ajax/libs/", ["bypass", "bypass"]),
        ("script-src https://*.googleapis.com", ["shared"]),
        ("script-src https://accounts.google.com", ["bypass"]),
        ("script-src *.google.com", ["bypass"]),
        ("script-src www.googletagmanager.com 'unsafe-eval'", ["bypass", "eval"]),
        ("script-src 'nonce-test'", ["nonce"]),
        ("script-src 'nonce-test' 'strict-dynamic'", ["nonce"]),
        (f"script-src {NONCE} https:", ["anywhere"]),
        ("script-src-elem 'unsafe-inline'", ["inline", "attributes", "eval"]),
        ("script-src-elem 'self'", ["attributes", "eval"]),
        ("script-src-attr 'none'", ["anywhere", "inline", "eval"]),
        ("script-src 'self'; script-src-attr 'unsafe-inline'", ["attributes"]),
        ("script-src 'unsafe-inline'; script-src-elem 'self'", ["attributes"]),
        ("script-src 'none'; script-src-elem *", ["anywhere"]),
    ],
)
def test_what_gets_past(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (["default-src 'self'", "default-src * 'unsafe-inline'"], []),
        (["script-src 'self'", "img-src *"], []),
        (["script-src 'unsafe-inline'", "script-src https:"], []),
        (["script-src * 'unsafe-inline'", "script-src https: 'unsafe-inline'"], ["anywhere", "inline", "anywhere"]),
        (["script-src *", "script-src unpkg.com"], ["bypass"]),
        (["script-src unpkg.com", "script-src esm.sh"], []),
        (["script-src unpkg.com", "script-src unpkg.com 'self'"], ["bypass"]),
        (["script-src unpkg.com", "script-src https://UNPKG.com/"], ["bypass", "bypass"]),
        (["script-src 'nonce-test'", "script-src 'unsafe-inline'"], ["nonce"]),
        (["script-src 'nonce-test'", f"script-src {NONCE}"], []),
        (["script-src 'unsafe-inline'", "script-src 'self'; script-src-attr 'unsafe-inline'"], ["attributes"]),
        (["script-src 'unsafe-eval'", "script-src-elem 'self'; script-src-attr 'none'"], ["eval", "eval"]),
        (["script-src *", "sandbox"], []),
    ],
)
def test_several_policies_count_together(policies, expected):
    assert sorted(kinds(*policies)) == sorted(expected)
    assert sorted(kinds(", ".join(policies))) == sorted(expected)


def test_a_meta_element_counts_too():
    assert weaknesses((*parse_header(("script-src *",)), *parse_meta(("script-src 'self'",)))) == ()


def test_what_is_said():
    assert weaknesses(parse_header(("script-src https://unpkg.com/ *.co.uk",))) == (
        Weakness(
            "bypass",
            "https://unpkg.com/",
            "https://unpkg.com/ undoes the list: unpkg.com serves every version of every library, AngularJS among them",
            "unpkg.com",
        ),
        Weakness("shared", "*.co.uk", "anybody gets a name below co.uk, which *.co.uk allows", "*.co.uk"),
    )
