from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.net.response import Response
from auditor.probes.paths.seen import range_is_odd, same_place, seen_of, text_of

URL = "https://app.example.com/.env"
FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def answered(status: int = 200, body: bytes = b"A=1", **headers: str) -> Response:
    given_ = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(URL, "GET", status, given_, body)


@pytest.mark.parametrize(
    ("headers", "status", "whole", "size"),
    [
        ({}, 200, True, 3),
        ({"Content_Length": "3"}, 200, True, 3),
        ({"Content_Range": "bytes 0-2/3"}, 206, True, 3),
        ({"Content_Range": "bytes 0-2/9"}, 206, False, 9),
        ({"Content_Range": "BYTES 0-2/*"}, 206, True, None),
        ({"Content_Range": "bytes 0-2/9"}, 200, True, 3),
        ({"Content_Encoding": "gzip", "Content_Length": "40"}, 200, True, 3),
        ({"Content_Length": "x"}, 200, True, 3),
    ],
)
def test_how_much_there_is(headers, status, whole, size):
    seen = seen_of("/.env", URL, answered(status, **headers))
    assert (seen.whole, seen.size_bytes) == (whole, size)


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/.env/", "/.env/"),
        ("https://app.example.com/.env/", "/.env/"),
        ("https://app.example.com:8443/.env/", ""),
        ("http://app.example.com/.env/", ""),
        ("/.env", ""),
        ("/.env?x", ""),
        ("/", ""),
        ("mailto:x", ""),
    ],
)
def test_the_same_place(location, there):
    assert same_place(seen_of("/.env", URL, answered(308, Location=location)), URL) == there


def test_no_redirect_leads_nowhere():
    assert seen_of("/.env", URL, answered(200, Location="/x")).location == ""
    assert seen_of("/.env", URL, answered(302)).location == ""


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [("3", 3.0), ("", 0.0), ("Wed, 25 Nov 2026 20:00:00 GMT", 3600.0), ("-1", 3600.0), ("٣", 3600.0)],
)
def test_retry_after(given_, seconds):
    assert seen_of("/", URL, answered(429, Retry_After=given_)).retry_after == seconds


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"A=1", "A=1"),
        (b"\xef\xbb\xbfA=1", "A=1"),
        ("A=1".encode("utf-16"), "A=1"),
        (b"\xfe\xff\0A", "A"),
        (b"A\0B", ""),
        (b"\xffA", "\ufffdA"),
        (b"\xff\xfeA", "\ufffd"),
    ],
)
def test_text(body, text):
    assert text_of(body) == text


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
DIGITS = st.text(st.characters(categories=["Nd"]), max_size=20)
RANGES = st.builds("bytes {}-{}/{}".format, DIGITS, DIGITS, DIGITS | st.just("*"))


@FUZZ
@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(
            ["Content_Range", "Content_Length", "Content_Type", "Location", "Retry_After", "Content_Encoding"]
        ),
        TEXT | RANGES | st.just("http://[") | st.just("//a:b:c/"),
    ),
    st.binary(max_size=40),
)
def test_any_answer(status, headers, body):
    answer = answered(status, body, **headers)
    seen = seen_of("/.env", URL, answer)
    assert range_is_odd(answer) in (True, False)
    assert isinstance(same_place(seen, URL), str)
    assert seen.retry_after >= 0
