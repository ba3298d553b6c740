"""Lines that tell of a request, as servers, frameworks and proxies write them."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.audit_logs.requests import Request, request_of, status_apart

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
EXAMPLES = max(100, int(os.environ.get("AUDIT_FUZZ", "1000")) // 10)


def told(line: str) -> tuple[str, str, bool, bool, bool] | None:
    found = request_of(line, NOW)
    return (found.form, found.path, found.answered, found.attributed, found.moment is not None) if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # uvicorn
        ('INFO:     127.0.0.1:52000 - "GET /health HTTP/1.1" 200 OK', ("access", "/health", True, True, False)),
        ('INFO:     ::1:52000 - "GET /x?a=1 HTTP/1.1" 404 Not Found', ("access", "/x?a=1", True, True, False)),
        # gunicorn, nginx, Apache
        (
            '10.0.0.1 - - [26/Nov/2026:05:14:30 +0000] "POST /api/me HTTP/1.1" 201 17 "-" "curl/8.0"',
            ("access", "/api/me", True, True, True),
        ),
        (
            '2001:db8::1 - bob [26/Nov/2026:05:14:30 +0000] "GET / HTTP/2.0" 200 17 "-" "x"',
            ("access", "/", True, True, True),
        ),
        # hypercorn
        (
            '[2026-11-26 05:14:30 +0000] [1] [INFO] 10.0.0.1:1 - - [26/Nov/2026:05:14:30 +0000] "GET /a 1.1" 200 2 "-"',
            ("access", "/a", True, True, True),
        ),
        # docker compose and kubernetes in front
        ('api-1  | INFO:     10.0.0.1:5 - "GET /a HTTP/1.1" 500', ("access", "/a", True, True, False)),
        (
            '2026-11-26T05:14:30.123456789Z INFO:     10.0.0.1:5 - "GET /a HTTP/1.1" 500',
            ("access", "/a", True, True, True),
        ),
        # a middleware that writes two lines
        ("2026-11-26 05:14:30,1 - main - INFO - GET /api/me", ("text", "/api/me", False, False, True)),
        # one that writes one
        ("2026-11-26 05:14:30,1 INFO GET /api/me 200 12ms", ("text", "/api/me", True, False, True)),
        ("GET /api/me -> 204", ("text", "/api/me", True, False, False)),
        ("GET /api/me status=503 user=bob", ("text", "/api/me", True, True, False)),
        ("GET /api/me completed_in=12ms status_code: 200 ip 10.1.2.3", ("text", "/api/me", True, True, False)),
        ("GET /api/me 200 :8080", ("text", "/api/me", True, False, False)),
        ("fe80::1 GET /api/me 200", ("text", "/api/me", True, True, False)),
        ("::ffff:10.0.0.1 GET /api/me 200", ("text", "/api/me", True, True, False)),
        ("GET /api/me took 200 ms", ("text", "/api/me", False, False, False)),
        ("GET /api/me 200ms", ("text", "/api/me", False, False, False)),
        ("GET /items/200", ("text", "/items/200", False, False, False)),
        # nginx's error log names a port, and no status
        (
            '2026/11/26 05:14:30 [error] 1#1: open(), client: 10.0.0.1, request: "GET /a HTTP/1.1", host: "x:443"',
            ("access", "/a", False, True, True),
        ),
        ('"GET /a HTTP/1.1" - 200', ("access", "/a", True, False, False)),
        # a dictionary of Python
        ("INFO:app:{'method': 'GET', 'path': '/a', 'status_code': 200}", ("JSON", "/a", True, False, False)),
        # a load balancer of AWS, and Gin
        ('https x "GET https://api.example.com:443/a HTTP/1.1" "curl"', ("access", "/a", False, False, False)),
        (
            '[GIN] 2026/11/26 - 05:14:30 | 200 |  1.2ms |  10.0.0.1 | GET      "/a"',
            ("text", "/a", True, True, False),
        ),
        # Next.js
        (" GET /dashboard 200 in 35ms", ("text", "/dashboard", True, False, False)),
        # logfmt
        (
            "time=2026-11-26T05:14:30Z level=info method=GET path=/a status=200 request_id=7f",
            ("logfmt", "/a", True, True, True),
        ),
        ('ts=1795670070 method=POST uri="/a b" status_code=500', ("logfmt", "/a b", True, False, True)),
    ],
)
def test_text(line, expected):
    assert told(line) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"timestamp": "2026-11-26T05:14:30Z", "method": "GET", "path": "/a", "status": 200, "client": "10.0.0.1"},
            ("/a", True, True, True),
        ),
        ({"time": 1795670070.1, "method": "get", "path": "/a", "status_code": "200"}, ("/a", True, False, True)),
        (  # Caddy
            {"ts": 1795670070.1, "request": {"method": "GET", "uri": "/a", "remote_ip": "10.0.0.1"}, "status": 200},
            ("/a", True, True, True),
        ),
        (  # the Elastic Common Schema
            {
                "@timestamp": "2026-11-26T05:14:30Z", "url": {"path": "/a"}, "client": {"ip": "10.0.0.1"},
                "http": {"request": {"method": "GET"}, "response": {"status_code": 200}},
            },
            ("/a", True, True, True),
        ),
        (  # Cloudflare
            {"ClientRequestMethod": "GET", "ClientRequestURI": "/a", "EdgeResponseStatus": 200, "ClientIP": "10.0.0.1",
             "EdgeStartTimestamp": "2026-11-26T05:14:30Z"},
            ("/a", True, True, True),
        ),
        (  # pino-http
            {"time": 1795670070123, "req": {"id": 1, "method": "GET", "url": "/a"}, "res": {"statusCode": 200}},
            ("/a", True, False, True),
        ),
        (  # loguru, serialized
            {
                "text": "x",
                "record": {"extra": {"method": "GET", "path": "/a", "status": 200}, "time": {"timestamp": 1795670070}},
            },
            ("/a", True, False, True),
        ),
        (  # Docker's own files
            {"log": 'INFO:     10.0.0.1:1 - "GET /a HTTP/1.1" 200 OK\n', "time": "2026-11-26T05:14:30Z"},
            ("/a", True, True, True),
        ),
        ({"message": "GET /a", "status": 404, "asctime": "2026-11-26 05:14:30,123"}, ("/a", True, False, True)),
        ({"method": "GET", "path": "/a"}, ("/a", False, False, False)),
        ({"method": "GET", "path": "/a", "error": {"code": 200}}, ("/a", False, False, False)),
        ({"method": "GET", "path": "/a", "status": "ok", "status_code": 200}, ("/a", True, False, False)),
        ({"method": "GET", "url": "http://x/a", "path": "/a", "status": 200}, ("/a", True, False, False)),
        ({"method": "GET", "path": "/a", "status": True}, ("/a", False, False, False)),
        ({"method": "GET", "path": "/a", "status": "ok"}, ("/a", False, False, False)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "api-1  | ", "  "])
def test_json(fields, expected, before):
    assert told(before + json.dumps(fields)) == ("JSON", *expected)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Status: 200",
        "Application startup complete.",
        'HTTP Request: GET https://db.example.com/rest/v1/x "HTTP/1.1 200 OK"',
        '2026-11-26 05:14:30 DEBUG urllib3.connectionpool https://api.example.com:443 "GET /v1/x HTTP/1.1" 200 None',
        '{"method": "FETCH", "path": "/a", "status": 200}',
        '{"method": 1, "path": 2}',
        "[1, 2]",
        "{",
        '{"message": 7}',
        "LOG:  statement: select 1",
        "TARGET /a",
        "method=GET",
        "path=/a status=200",
        "2026-11-26 05:21:43 UTC [1] LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,select 'GET',<not logged>",
    ],
)
def test_no_request(line):
    assert told(line) is None


@pytest.mark.parametrize(
    "line",
    [
        '{"method": "GET", "url": "https://db.example.com/x", "status": 200}',
        "GET http://api.example.com/x 200",
        "method=GET url=https://db.example.com/x status=200",
    ],
)
def test_whole_urls_do_not_tell_who_asked_whom(line):
    assert request_of(line, NOW).whole


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ('INFO:     127.0.0.1:52000 - "GET /health HTTP/1.1" 200 OK', False),
        ('INFO:     127.0.0.1:52000 - "GET /health HTTP/1.1" 404 Not Found', True),
        ("GET /api/me -> 503", True),
        ("GET /api/me", False),
        ('{"method": "GET", "path": "/a", "status": 500}', True),
        ('{"method": "GET", "path": "/a", "status": "302"}', False),
        ('{"message": "GET /a 404"}', True),
        ('{"message": "GET /a", "status": 200}', False),
        ("method=GET path=/a status=429", True),
    ],
)
def test_requests_that_failed(line, failed):
    assert request_of(line, NOW).failed is failed


@pytest.mark.parametrize("line", ["2026 - INFO - Status: 200", "status_code=500", '"status": 404', "Status code: 200"])
def test_a_status_apart(line):
    assert status_apart(line)


@pytest.mark.parametrize("line", ["", "status: ok", "GET /", "exit status 12", "status: 2000"])
def test_no_status_apart(line):
    assert not status_apart(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["GET", "/a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["method", "path", "status", "time", "log", "req", "url"]), inner, max_size=4)
    ),
    max_leaves=12,
)
WORDS = st.sampled_from(
    ['"GET ', "GET ", "/a", " HTTP/1.1", '"', " 200", "=", "{", "}", "status", ":", "\\", "\t", "é", "::1"]
)


@given(st.lists(WORDS, max_size=20).map("".join) | st.text(max_size=60) | JSON.map(json.dumps))
@settings(deadline=None, max_examples=EXAMPLES)
def test_any_line_is_a_request_or_not(line):
    found = request_of(line, NOW)
    assert found is None or (isinstance(found, Request) and isinstance(found.path, str))
    assert status_apart(line) in (True, False)


@pytest.mark.parametrize(
    "part",
    [
        '"GET ',
        "GET /",
        'a="',
        'a=\\"',
        "{",
        '{"a":',
        "1:",
        "::",
        "10.",
        "status",
        "https://a ",
        "Authorization: ",
        "a=b ",
        "(",
    ],
)
def test_hostile_lines_take_no_time(part):
    line = part * (200_000 // len(part))
    started = time.process_time()
    request_of(line, NOW)
    status_apart(line)
    assert time.process_time() - started < 2
