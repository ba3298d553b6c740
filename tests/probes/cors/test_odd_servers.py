"""Servers and stacks that are unlike the others: what is trusted differs, or answers do."""

from __future__ import annotations

import re

import pytest

from auditor.facts.cors import Ask
from auditor.facts.policy import Endpoint
from tests.probes.cors.audited import APP, ME
from tests.probes.cors.test_bad_targets import allowing, strict, told
from tests.probes.stand import answer


def matching(pattern: str, full: bool = True):
    """Lets in what a pattern matches."""
    match = re.compile(pattern).fullmatch if full else re.compile(pattern).match

    def respond(asked):
        origin = asked.headers.get("origin", "")
        return allowing(origin) if match(origin) else answer(200, "{}")

    return respond


LOCAL = "http://localhost:3000"
PREVIEW = "https://shop.vercel.app"


@pytest.mark.parametrize(
    ("trusted", "pattern", "expected"),
    [
        (LOCAL, r"http://localhost:3000", []),
        (LOCAL, r"http://localhost:\d+", []),
        (LOCAL, r"http://(localhost|127\.0\.0\.1):3000", []),
        (LOCAL, r"http://localhost.*", ["CORS004"]),
        (LOCAL, r".*", ["CORS001"]),
        (LOCAL, r"http://localhost:3000|https://.*\.vercel\.app", ["CORS013"]),
        (PREVIEW, r"https://shop\.vercel\.app", []),
        (PREVIEW, r"https://.*\.vercel\.app", ["CORS013"]),
        (PREVIEW, r"https://shop(-[a-z0-9]+)?\.vercel\.app", ["CORS013"]),
        (PREVIEW, r"https://.*shop\.vercel\.app", ["CORS005"]),
        ("https://shop.co.uk", r"https://shop\.co\.uk", []),
        ("https://shop.co.uk", r"https://.*\.shop\.co\.uk|https://shop\.co\.uk", ["CORS009"]),
        ("https://shop.co.uk", r"https://.*shop\.co\.uk", ["CORS005"]),
        ("http://10.0.0.5:3000", r"http://10\.0\.0\.5:3000", []),
        ("http://10.0.0.5:3000", r"http://10\.0\.0\.5.*", ["CORS004"]),
        ("http://[::1]:3000", r"http://\[::1\]:3000", []),
        ("https://app.example.com:8443", r"https://app\.example\.com:8443", []),
        ("https://app.example.com:8443", r"https://app\.example\.com:\d+", ["CORS017"]),
        ("https://app.example.com:8443", r".*example\.com:8443", ["CORS005"]),
        ("http://app.example.com", r"http://app\.example\.com", []),
        ("http://app", r"http://app", []),
        ("http://app", r"http://app.*", ["CORS004"]),
        ("http://10.0.0.5:3000", r"http://10\..*:3000", ["CORS004"]),
        ("https://shop.co.uk", r"https://.*\.co\.uk", ["CORS005"]),
        ("https://app.eu.example.com", r"https://.*\.example\.com", ["CORS009"]),
        ("https://app.eu.example.com", r"https://.*\.eu\.example\.com", ["CORS009"]),
        ("https://app.eu.example.com", r"https://.*eu\.example\.com", ["CORS009"]),
        ("https://app.eu.example.com", r"https://app\.eu.example\.com", ["CORS006"]),
        ("https://app.eu.example.com", r"https://app.eu\.example\.com", ["CORS006"]),
        ("https://münchen.example", r"https://xn--mnchen-3ya\.example", []),
    ],
)  # fmt: skip
def test_what_is_trusted(trusted, pattern, expected):
    origin = trusted.encode("idna").decode() if "ü" in trusted else trusted
    found, asked = told(matching(pattern), ME, origins=(), frontend=origin)
    assert found.ids() == expected, {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert len(asked) <= 60


@pytest.mark.parametrize(
    ("pattern", "full", "expected"),
    [
        (r"https://app\.example\.com|null|http://localhost:3000", True, ["CORS003", "CORS011"]),
        (r"https://app\.example\.com|null", False, ["CORS003", "CORS004"]),
        (r"https?://.*\.example\.com", True, ["CORS009", "CORS010"]),
        (r"https://(app|x).example.com", True, ["CORS006"]),
        (r"https://app\.example\.com\W?.*", True, ["CORS004"]),
        (r"(?i)https://app\.example\.com(:[0-9]{1,5})?", True, ["CORS017"]),
        (r"https://\w+\.example\.com", True, ["CORS009"]),
        (r"https://.+", True, ["CORS001"]),
        (r"https://.*example.*", True, ["CORS007", "CORS013"]),  # a preview of that name is anybody's too
        (r"https://[^/]*\.?example\.com", True, ["CORS005"]),
        (r"https://(.+[.])?example[.]com", True, ["CORS009"]),
        (r"https://app\.example\.com|https://www\.example\.com", True, ["CORS023"]),
        (r"https://[a-z]+\.example\.com", True, ["CORS009"]),
        (r"https://app\.example\.[a-z]+", True, ["CORS004"]),
        (r"https://app\.example\.\w{2,3}", True, ["CORS004"]),
        (r"https://app\.example\..+", True, ["CORS004"]),
        (r"https://(.+\.)?app\.example\.com", True, ["CORS009"]),
        (r"https://.*app\.example\.com", True, ["CORS005"]),
        (r"https://app\.example\.com|http://localhost:5173", True, ["CORS011"]),
        (r"https://app\.example\.com|http://localhost:8080", True, ["CORS011"]),
        (r"https://app\.example\.com|http://localhost:3001", True, ["CORS011"]),
        (r"https://[a-z-]{2,9}\.example\.com", True, ["CORS009"]),
        (r"https://app\.example\.com|https://[a-z]+\.netlify\.app", True, ["CORS013"]),
    ],
)  # fmt: skip
def test_patterns(pattern, full, expected):
    found, _ = told(matching(pattern, full), ME)
    assert found.ids() == expected, {i: [f.message for f in found.findings[i]] for i in found.ids()}


def test_without_any_trusted_origin():
    found, _ = told(matching(".*"), ME, origins=())
    assert found.ids() == ["CORS001"]
    found, _ = told(lambda _: answer(200), ME, origins=())
    assert (found.ids(), found.ids("error")) == ([], [])
    assert found.findings["CORS024"][0].outcome == "not-applicable"


@pytest.mark.parametrize("declared", ["*", "null"])
def test_what_is_declared_is_no_origin(declared):
    found, _ = told(lambda _: answer(200, Access_Control_Allow_Origin="*"), ME, origins=(declared,))
    assert found.ids() == []


def test_several_trusted_origins():
    admin = "https://admin.example.net"
    found, _ = told(matching(rf"{re.escape(APP)}|{re.escape(admin)}"), ME, origins=(APP, admin))
    assert found.ids() == []
    assert [one.origin for one in found.found.groups[0].answers if one.ask is Ask.TRUSTED and not one.preflight] == [
        APP,
        admin,
    ]
    found, _ = told(matching(re.escape(APP)), ME, origins=(APP, admin))
    assert found.ids() == ["CORS024"]
    assert [one.subject for one in found.findings["CORS024"] if one.outcome == "fail"] == [admin]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"https://shop\.partner\.test", []),
        (r"https://shop\.partner\.test.*", ["CORS004"]),
        (r"https://.*partner\.test", ["CORS005"]),
        (r"https://shop.partner\.test", ["CORS006"]),
        (r"https://.*\.partner\.test", ["CORS009"]),
        (r"https?://shop\.partner\.test", ["CORS010"]),
        (r"https://.*shop\.partner\.test.*", ["CORS004"]),
    ],
)
def test_another_trusted_origin_compared_loosely(pattern, expected):
    found, asked = told(matching(rf"{re.escape(APP)}|{pattern}"), ME, origins=(APP, "https://shop.partner.test"))
    assert found.ids() == expected, {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert len(asked) <= 60


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [(r"https://admin\.example\.com.*", ["CORS004"]), (r"https?://admin\.example\.com", ["CORS010"])],
)
def test_another_trusted_origin_of_the_same_domain(pattern, expected):
    found, _ = told(matching(rf"{re.escape(APP)}|{pattern}"), ME, origins=(APP, "https://admin.example.com"))
    assert found.ids() == expected


def test_a_list_that_is_one_text():
    """``origin in ALLOWED_ORIGINS``, where nobody has split it: ``https://app.example.co`` may be bought."""
    text = f"{APP},https://admin.example.com"
    found, _ = told(
        lambda a: allowing(a.headers["origin"]) if a.headers.get("origin", "-") in text else answer(200), ME
    )
    assert found.ids() == ["CORS004"]
    assert found.findings["CORS004"][0].evidence["origin"] == "https://app.example.c"


def test_apex_and_www():
    apex, www = "https://example.com", "https://www.example.com"
    assert told(matching(r"https://(www\.)?example\.com"), ME, origins=(apex, www))[0].ids() == []
    assert told(matching(r"https://(www.)?example\.com"), ME, origins=(apex, www))[0].ids() == ["CORS006"]


@pytest.mark.parametrize(
    "said",
    [{"Access_Control_Allow_Origin": f"{APP}/"}, {"Access_Control_Allow_Origin": APP.upper()},
     {"Access_Control_Allow_Origin": ""}, {"Access_Control_Allow_Origin": "true"}],
)  # fmt: skip
def test_what_no_browser_takes_for_the_origin(said):
    found, _ = told(lambda _: answer(200, **said), ME)
    assert found.ids() == ["CORS024"]


@pytest.mark.parametrize("value", ["True", "TRUE", "1", "true, true"])
def test_credentials_are_exactly_true(value):
    def respond(asked):
        origin = asked.headers.get("origin", "")
        return answer(200, Access_Control_Allow_Origin=origin, Access_Control_Allow_Credentials=value, Vary="Origin")

    assert told(respond, ME)[0].ids() == ["CORS002"]


def test_everyone_and_the_trusted_with_credentials():
    def respond(asked):
        if asked.headers.get("origin") == APP:
            return allowing(APP)
        return answer(200, Access_Control_Allow_Origin="*", Vary="Origin")

    found, _ = told(respond, ME)
    assert (found.ids(), found.ids("error")) == ([], [])


def test_everyone_and_preflights_that_reflect():
    def respond(asked):
        if asked.method == "OPTIONS":
            return answer(204, Access_Control_Allow_Origin=asked.headers["origin"], Vary="Origin")
        return answer(200, Access_Control_Allow_Origin="*")

    found, _ = told(respond, ME)
    assert found.ids() == []


def test_preflights_with_credentials_before_answers_without():
    """The page cannot read what came of it, but the write was sent with the user's cookies."""

    def respond(asked):
        origin = asked.headers.get("origin", "")
        if asked.method == "OPTIONS":
            return allowing(origin, 204)
        return answer(200, Access_Control_Allow_Origin=origin, Vary="Origin")

    found, _ = told(respond, ME)
    assert found.ids() == ["CORS002", "CORS016"]


def test_a_cookie_opens_a_list():
    """Credentials only where a cookie came, for whatever begins right."""

    def respond(asked):
        origin = asked.headers.get("origin", "")
        if not origin.startswith(APP):
            return answer(200)
        if "cookie" in asked.headers:
            return allowing(origin)
        return answer(200, Access_Control_Allow_Origin=origin, Vary="Origin")

    found, _ = told(respond, ME)
    assert found.ids() == ["CORS004"]
    assert found.findings["CORS004"][0].evidence["credentials"] is True


def test_writes_are_let_in_where_reads_are_not():
    def respond(asked):
        if asked.method == "OPTIONS" and asked.path == "/api/orders":
            return allowing(asked.headers["origin"])
        return strict(asked)

    found, asked = told(respond, ME, Endpoint("POST", "/api/orders"))
    assert [(f.subject, str(f.outcome)) for f in found.findings["CORS001"]] == [
        ("GET /api/me", "pass"),
        ("POST /api/orders", "fail"),
    ]
    assert {one.method for one in asked if one.path == "/api/orders"} == {"OPTIONS"}


def test_two_parts_of_an_api_that_only_strangers_tell_apart():
    """Both treat a plain stranger alike; one of them compares beginnings."""
    loose = Endpoint("GET", "/v1/me")

    def respond(asked):
        return matching(re.escape(APP), full=asked.path != "/v1/me")(asked)

    found, _ = told(respond, ME, loose)
    assert len(found.found.groups) == 2
    assert [f.subject for f in found.findings["CORS004"] if f.outcome == "fail"] == ["GET /v1/me"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"|null", "CORS003"),
        (r"|http://localhost:3000", "CORS011"),
        (r"|https://app.example\.com", "CORS006"),
        (r"|http://app\.example\.com", "CORS010"),
    ],
)
def test_one_of_three_routes_lets_more_in(pattern, expected):
    """Nothing that tells behaviours apart at first does here: others of a group are asked a little more."""
    routes = (ME, Endpoint("GET", "/admin"), Endpoint("GET", "/v2/me"))
    usual = re.escape(APP)

    def respond(asked):
        return matching(usual + pattern if asked.path == "/v2/me" else usual)(asked)

    found, asked = told(respond, *routes)
    assert [(one.subject, str(one.outcome)) for one in found.findings[expected]] == [
        ("GET /api/me", "pass"),
        ("GET /v2/me", "fail"),
    ]
    assert found.found.groups[0].members == ("GET /admin", "GET /api/me")
    assert len(asked) <= 2 * 60


def test_few_of_many_routes_are_asked_more():
    found, asked = told(strict, *(Endpoint("GET", f"/r{number}") for number in range(30)))
    assert len(found.found.groups) == 1
    assert len(asked) <= 60


def test_each_part_of_the_api_is_asked_more():
    """Routes of one part come first, and are more than are asked."""
    routes = [Endpoint("GET", f"/api/r{number}") for number in range(9)] + [Endpoint("GET", "/admin/users")]

    def respond(asked):
        usual = re.escape(APP)
        return matching(usual + "|http://localhost:3000" if asked.path.startswith("/admin") else usual)(asked)

    found, _ = told(respond, *routes)
    assert [one.subject for one in found.findings["CORS011"] if one.outcome == "fail"] == ["GET /admin/users"]


def test_previews_of_a_second_trusted_origin():
    shop = "https://shop-web.vercel.app"
    own = rf"{re.escape(APP)}|https://shop-web(-[a-z0-9-]+)?\.vercel\.app"
    assert told(matching(own), ME, origins=(APP, shop))[0].ids() == ["CORS013"]
    assert told(matching(f"{re.escape(APP)}|{re.escape(shop)}"), ME, origins=(APP, shop))[0].ids() == []


def test_an_origin_with_a_comma_is_no_list():
    """Who answers with something made of the origin gives several values only to who sent them."""

    def respond(asked):
        return answer(200, Access_Control_Allow_Origin=asked.headers.get("origin", "x") + "/")

    assert told(respond, ME)[0].ids() == ["CORS024"]


@pytest.mark.parametrize(("more", "expected"), [("null", "CORS003"), ("http://localhost:3000", "CORS011")])
def test_writes_that_let_more_in_than_reads(more, expected):
    """Their preflights answer the first questions as those of reads do."""
    write = Endpoint("POST", "/admin/users")

    def respond(asked):
        usual = re.escape(APP)
        return matching(f"{usual}|{more}" if asked.path == write.path else usual)(asked)

    for other in (ME, Endpoint("POST", "/api/me")):
        found, asked = told(respond, other, write)
        assert {one.subject: str(one.outcome) for one in found.findings[expected]} == {
            str(other): "pass",
            "POST /admin/users": "fail",
        }
    assert {one.method for one in asked if one.path == write.path} == {"OPTIONS"}


def as_10(data: bytes) -> bytes:
    """HTTP/1.0: the end of the connection is that of the body."""
    return data.replace(b"HTTP/1.1", b"HTTP/1.0", 1)


def lower(data: bytes) -> bytes:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    names = [line.partition(b":")[0] for line in lines]
    small = [name.lower() + line.removeprefix(name) for name, line in zip(names, lines, strict=True)]
    return b"\r\n".join([first, *small]) + b"\r\n\r\n" + body


def chunked(data: bytes) -> bytes:
    """A byte at a time."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    parts = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + parts + b"0\r\n\r\n"


@pytest.mark.parametrize("spelling", [as_10, lower, chunked])
@pytest.mark.parametrize(
    ("pattern", "expected"), [(re.escape(APP), []), (r".*", ["CORS001"]), (r".*example\.com", ["CORS005"])]
)
def test_however_it_is_spelled(spelling, pattern, expected):
    found, asked = told(lambda one: spelling(matching(pattern)(one)), ME)
    assert (found.ids(), found.ids("error")) == (expected, [])
    assert len(asked) <= 60


@pytest.mark.parametrize("status", [302, 401, 403, 404, 418])
def test_strangers_are_turned_away_by_any_status(status):
    found, _ = told(lambda one: strict(one) if one.headers.get("origin", APP) == APP else answer(status), ME)
    assert (found.ids(), found.ids("error")) == ([], [])


def test_whoever_is_no_browser_is_let_in():
    """Only what no page may send is refused: ``null`` and plain http."""

    def respond(asked):
        origin = asked.headers.get("origin", "")
        return allowing(origin) if origin.startswith("https://") else answer(403)

    assert told(respond, ME)[0].ids() == ["CORS001"]
