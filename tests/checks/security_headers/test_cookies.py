"""What all checks of cookies say of one cookie."""

from __future__ import annotations

import pytest

from auditor.facts.responses import Responses
from auditor.model import Confidence, Gap
from checks.security_headers.cookies_kept import cookies_kept
from checks.security_headers.cookies_same_site import cookies_same_site
from checks.security_headers.session_cookies_http_only import session_cookies_http_only
from checks.security_headers.session_cookies_scoped import session_cookies_scoped
from checks.security_headers.session_cookies_secure import session_cookies_secure
from checks.security_headers.supabase_session_hidden import supabase_session_hidden
from tests.checks.answers import APP, outcomes, response, setting

ALL = (
    session_cookies_secure,
    session_cookies_http_only,
    cookies_same_site,
    cookies_kept,
    session_cookies_scoped,
    supabase_session_hidden,
)
GOOD = "__Host-session=v; Path=/; Secure; HttpOnly; SameSite=Lax"
PROVEN = Confidence.PROVEN


def fails(*cookies: str, url: str = APP) -> list[str]:
    """The checks that fail."""
    return [c.__name__ for c in ALL if "fail" in outcomes(c(setting(*cookies, url=url)))]


@pytest.mark.parametrize(
    "cookie",
    [
        GOOD,
        "theme=dark; Secure",
        "theme=dark",
        "sessionid=; Max-Age=0",
        "sessionid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        "_ga=GA1.1.1; Domain=example.com; Path=/",
        "__cf_bm=x; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=None",
        "XSRF-TOKEN=x; Secure; SameSite=Strict",
        "__Secure-id=x; Secure",
        "session=v; Secure; HttpOnly; SameSite=None; Partitioned",
        "session=v; Secure; HttpOnly; SameSite=Lax; Domain=app.example.com",
        "session=v; secure=0; httponly=no; samesite=LAX",
    ],
)
def test_good(cookie):
    assert fails(cookie) == []


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("sessionid=v", ["session_cookies_secure", "session_cookies_http_only", "cookies_same_site"]),
        ("sessionid=v; HttpOnly; SameSite=Lax", ["session_cookies_secure"]),
        ("sessionid=v; Secure; SameSite=Lax", ["session_cookies_http_only"]),
        ("sessionid=v; Secure; HttpOnly", ["cookies_same_site"]),
        ("sessionid=v; Secure; HttpOnly; SameSite=Sometimes", ["cookies_same_site"]),
        ("sessionid=v; Secure; HttpOnly; SameSite=Lax; SameSite=x", ["cookies_same_site"]),
        ("theme=dark; SameSite=None", ["cookies_same_site"]),
        ("theme=dark; Partitioned", ["cookies_same_site"]),
        ("csrftoken=v; Secure", ["cookies_same_site"]),
        ("csrftoken=v; SameSite=Lax", ["session_cookies_secure"]),
        ("__Host-a=v; Secure; Path=/; Domain=app.example.com", ["cookies_kept"]),
        ("__Host-a=v; Secure; Path=/x", ["cookies_kept"]),
        ("__Host-a=v; Secure", ["cookies_kept"]),
        ("__Host-a=v; Path=/", ["cookies_kept"]),
        ("__HOST-a=v; Path=/; Path=/y; Secure", ["cookies_kept"]),
        ("__Secure-a=v", ["cookies_kept"]),
        ("__secure-a=v; HttpOnly", ["cookies_kept"]),
        ("a=v\x01", ["cookies_kept"]),
        ("a=v; Domain=api.example.com", ["cookies_kept"]),
        ("a=v; Domain=com", ["cookies_kept"]),
        ("session=v; Secure; HttpOnly; SameSite=Lax; Domain=.example.com", ["session_cookies_scoped"]),
        ("sb-abcdefgh-auth-token=v; Secure; SameSite=Lax; Path=/", ["supabase_session_hidden"]),
        # names that Observatory takes for no session
        ("connect.sid=v; Secure; SameSite=Lax", ["session_cookies_http_only"]),
        ("access_token=v; Secure; SameSite=Lax", ["session_cookies_http_only"]),
        ("jwt=v; Secure; SameSite=Lax", ["session_cookies_http_only"]),
    ],
)
def test_bad(cookie, expected):
    assert fails(cookie) == expected


def test_a_public_suffix_of_a_nation():
    assert fails("a=v; Domain=co.uk", url="https://shop.co.uk/") == ["cookies_kept"]


def test_secure_over_plain_http():
    assert fails("a=v; Secure", url="http://app.example.com/") == ["cookies_kept"]
    assert fails("a=v; Secure", url="http://localhost:3000/") == []


def test_one_way_of_setting_it_is_enough():
    assert fails(GOOD, "__Host-session=v; Path=/; Secure; SameSite=Lax") == ["session_cookies_http_only"]


@pytest.mark.parametrize("check", ALL)
def test_nothing_is_set(check):
    [found] = check(Responses((response(), response())))
    assert (str(found.outcome), found.message[:24]) == ("not-applicable", "none of 2 answers sets a")


@pytest.mark.parametrize("check", ALL)
def test_gaps_only(check):
    assert list(check(Responses((), (Gap("api", "connection refused"),)))) == []
