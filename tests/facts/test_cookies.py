from __future__ import annotations

import pytest

from auditor.facts.cookies import Role, SetCookie


@pytest.mark.parametrize(
    "name",
    [
        *(
            "sessionid",
            "session",
            "sess",
            "sess_1f",
            "SESSID",
            "PHPSESSID",
            "JSESSIONID",
            "connect.sid",
            "sid",
            "__session",
        ),
        *("ASP.NET_SessionId", "ASPSESSIONIDQQ", ".AspNetCore.Cookies", "laravel_session", "koa.sess", "koa.sess.sig"),
        *(
            "access_token",
            "refresh_token",
            "accessToken",
            "id_token",
            "token",
            "auth",
            "jwt",
            "_vercel_jwt",
            "auth_token",
        ),
        *(
            "next-auth.session-token",
            "__Secure-next-auth.session-token.0",
            "authjs.session-token",
            "__Host-authjs.session-token",
        ),
        *(
            "better-auth.session_token",
            "better-auth.session_data",
            "__client",
            "iron-session",
            "appSession",
            "sAccessToken",
        ),
        *("remember_token", "remember_web_59ba36", "wordpress_logged_in_1a", "login", "Authorization", "__HOST-sid"),
    ],
)
def test_sessions(name):
    assert SetCookie(name, 1).role is Role.SESSION


@pytest.mark.parametrize(
    "name",
    [
        *(
            "theme",
            "lang",
            "NEXT_LOCALE",
            "_ga",
            "_ga_ABC123",
            "_gid",
            "__cf_bm",
            "cf_clearance",
            "_hjSession_12",
            "AWSALB",
        ),
        *(
            "__client_uat",
            "next-auth.callback-url",
            "last_login",
            "session_count",
            "token_expires",
            "visid_incap_1",
            "",
            "x",
        ),
        *("cookie_consent", "intercom-id-abc", "author", "tokens_used", "residence", "side"),
    ],
)
def test_no_sessions(name):
    assert SetCookie(name, 1).role is Role.OTHER


@pytest.mark.parametrize("name", ["csrftoken", "XSRF-TOKEN", "_csrf", "__Host-next-auth.csrf-token", "csrf_session"])
def test_tokens_against_forgery(name):
    assert SetCookie(name, 1).role is Role.DEFENCE


@pytest.mark.parametrize(
    "name", ["sb-abcdefgh-auth-token", "sb-abcdefgh-auth-token.0", "supabase-auth-token", "sb-access-token"]
)
def test_supabase(name):
    assert SetCookie(name, 1).role is Role.SUPABASE


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("__Host-a", "__Host-"), ("__hOsT-a", "__Host-"), ("__SECURE-a", "__Secure-"), ("__Host", ""), ("a__Host-", "")],
)
def test_prefixes(name, prefix):
    assert SetCookie(name, 1).prefix == prefix


def test_the_last_attribute_counts():
    cookie = SetCookie(
        "a",
        1,
        (
            ("path", "/a"),
            ("samesite", "Lax"),
            ("domain", ".B.example"),
            ("path", "/b"),
            ("samesite", "NONE"),
            ("secure", ""),
        ),
    )
    assert (cookie.path, cookie.same_site, cookie.domain) == ("/b", "none", "b.example")
    assert (cookie.secure, cookie.http_only, cookie.partitioned) == (True, False, False)


def test_what_no_browser_knows():
    cookie = SetCookie("a", 1, (("samesite", "Strict"), ("samesite", "Sometimes"), ("path", "a"), ("domain", "")))
    assert (cookie.same_site, cookie.path, cookie.domain) == ("", "", "")


@pytest.mark.parametrize(
    ("attributes", "expired", "deletes"),
    [
        ((), False, False),
        ((), True, True),
        ((("max-age", "0"),), False, True),
        ((("max-age", "-1"),), False, True),
        ((("max-age", "00"),), False, True),
        ((("max-age", "60"),), True, False),
        ((("max-age", "x"),), True, True),
        ((("max-age", ""),), False, False),
        ((("max-age", "0"), ("max-age", "60")), False, False),
        ((("max-age", "0"), ("max-age", "1x")), False, True),
    ],
)
def test_deletion(attributes, expired, deletes):
    assert SetCookie("a", 0, attributes, expired=expired).deletes is deletes
