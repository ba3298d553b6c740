from __future__ import annotations

import pytest

from auditor.facts.page import Page, Reference
from auditor.facts.responses import Kind
from auditor.probes.answers import kind_of, own_assets, page_of, target_of
from auditor.probes.net.response import Response

URL = "https://app.example.com/a/b"


def answer(*headers, status=200, body=b""):
    return Response(URL, "GET", status, headers, body)


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([("Content-Type", "text/html; charset=utf-8")], b"", True),
        ([("Content-Type", "APPLICATION/XHTML+XML")], b"", True),
        ([("Content-Type", "text/plain")], b"<html>", False),
        ([], b"\n <!doctype HTML>", True),
        ([], b"<body>", True),
        ([], b"<bodyguard>", False),
        ([], b"{}", False),
        ([], b" " * 300 + b"<html>", False),
    ],
)
def test_what_browsers_parse_as_a_page(headers, body, expected):
    assert (page_of(URL, answer(*headers, body=body)) is not None) == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, [], Kind.DATA),
        (200, [("content-type", "application/json")], Kind.DATA),
        (200, [("content-type", "text/css; charset=utf-8")], Kind.STATIC),
        (200, [("content-type", "application/javascript")], Kind.STATIC),
        (200, [("content-type", "image/png")], Kind.STATIC),
        (200, [("location", "/x")], Kind.DATA),
        (304, [], Kind.DATA),
        (300, [("location", "/x")], Kind.REDIRECT),
        (399, [("location", "/x")], Kind.REDIRECT),
        (400, [("location", "/x"), ("content-type", "text/css")], Kind.ERROR),
    ],
)
def test_kinds(status, headers, expected):
    assert kind_of(answer(*headers, status=status), None) is expected


def test_pages_are_pages_unless_they_are_errors():
    assert kind_of(answer(), Page()) is Kind.PAGE
    assert kind_of(answer(status=404), Page()) is Kind.ERROR


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("c?d=1#e", "https://app.example.com/a/c?d=1"),
        ("/", "https://app.example.com/"),
        ("https://APP.example.com:443", "https://app.example.com/"),
        ("https://app.example.com:8443/x", "https://app.example.com:8443/x"),
        ("//b.example", "https://b.example/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://user:password@app.example.com/", "https://app.example.com/"),
        ("", ""),
        ("ftp://a/", ""),
        ("javascript:0", ""),
        ("https://a:99999/", ""),
        ("https://[", ""),
    ],
)
def test_where_a_redirect_leads(location, target):
    assert target_of(URL, answer(("Location", location))) == target


def test_no_redirect():
    assert target_of(URL, answer()) == ""


def test_own_assets():
    app = "https://app.example.com"
    page = Page(
        (
            Reference("script", "src", "https://cdn.example.net/x.js"),
            Reference("link", "href", f"{app}/p.css", rel="preload"),
            Reference("a", "href", f"{app}/a.css", rel="stylesheet"),
            Reference("link", "href", f"{app}/s.css", rel="stylesheet alternate"),
            Reference("script", "src", f"{app}.evil.test/y.js"),
            Reference("script", "src", f"{app}/s.js"),
            Reference("script", "src", f"{app}/t.js"),
        )
    )
    assert own_assets(page, app) == {
        "a style sheet of the start page": f"{app}/s.css",
        "a script of the start page": f"{app}/s.js",
    }
