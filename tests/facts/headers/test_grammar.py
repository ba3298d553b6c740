from __future__ import annotations

import pytest

from auditor.facts.headers.csp import parse_policy
from auditor.facts.headers.grammar import Mistake, mistakes


def found(text, *, meta=False):
    return list(mistakes(parse_policy(text, meta=meta)))


@pytest.mark.parametrize(
    "text",
    [
        "default-src 'self'; script-src 'self' 'nonce-abc' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
        "script-src 'self' https://a.b:443/c.js *.d.e wss: data: blob:",
        "sandbox allow-scripts; report-uri /csp self; report-to main; upgrade-insecure-requests",
        "trusted-types default 'allow-duplicates'; require-trusted-types-for 'script'",
        "frame-ancestors 'none'; connect-src 'none'",
        "script-src 127.0.0.1:3000 https://1.example",
    ],
)
def test_nothing_is_wrong(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("script-scr 'self'", "unknown", "script-scr is no directive, and ignored; did you mean script-src?"),
        ("frobnicate", "unknown", "frobnicate is no directive, and ignored"),
        (
            "default-src 'self' script-src a.b",
            "semicolon",
            "default-src holds the word script-src: a semicolon is missing before it",
        ),
        ("img-src self", "quotes", "img-src holds self without its quotes: it is read as the name of a host"),
        (
            "script-src unsafe-inline",
            "quotes",
            "script-src holds unsafe-inline without its quotes: it is read as the name of a host",
        ),
        (
            "script-src nonce-abc",
            "quotes",
            "script-src holds nonce-abc without its quotes: it is read as the name of a host",
        ),
        ("script-src 'unsafe-inlin'", "source", "script-src holds 'unsafe-inlin', which is no source, and ignored"),
        ("script-src 'nonce-{{x}}'", "source", "script-src holds 'nonce-{{x}}', which is no source, and ignored"),
        ("img-src 'none' a.b", "none", "img-src holds 'none' beside others: 'none' is ignored"),
        ("img-src 10.0.0.1", "address", "img-src holds the address 10.0.0.1, which browsers never match"),
        ("img-src a; img-src b", "repeated", "img-src is there again: only the first one counts"),
        ("img-src é", "skipped", "img-src has characters beyond ASCII: browsers skip it"),
        (
            "block-all-mixed-content",
            "deprecated",
            "block-all-mixed-content does nothing: browsers upgrade or block mixed content by themselves: leave it out",
        ),
        (
            "script-src 'strict-dynamic' https:",
            "dynamic",
            "'strict-dynamic' without a nonce or a hash blocks every script of the page",
        ),
    ],
)
def test_what_is_wrong(text, kind, message):
    assert found(text) == [Mistake(kind, message)]


def test_in_a_meta_element():
    assert found("frame-ancestors 'none'; img-src a", meta=True) == [
        Mistake("meta", "frame-ancestors does not count in a meta element")
    ]


def test_long_words_are_cut():
    [mistake] = found("img-src '" + "x" * 500)
    assert mistake.message == "img-src holds '" + "x" * 59 + "…, which is no source, and ignored"
