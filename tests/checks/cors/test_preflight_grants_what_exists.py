from __future__ import annotations

from checks.cors.preflight_grants_what_exists import preflight_grants_what_exists as check
from tests.checks.cors.made import APP, cors, judged, letting, only, told

ALL = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


def granting(*methods: str, headers: tuple[str, ...] = (), **more):
    return letting(APP, allow_methods=methods, allow_headers=headers, **more)


def test_more_than_there_is():
    answering = granting(ALL, headers=("x-audit-unknown",))
    assert judged(check, answering, methods=("GET", "POST")) == [
        ("fail", "GET /api/me", "grants DELETE, PATCH, PUT, which no operation of the API has, and any header")
    ]


def test_what_there_is():
    assert judged(check, granting(ALL), methods=("DELETE", "GET", "PATCH", "PUT"))[0][0] == "pass"


def test_without_a_document_nobody_knows_what_there_is():
    assert judged(check, granting(ALL))[0][0] == "pass"


def test_a_star_is_a_name_where_there_are_credentials():
    assert judged(check, granting("*"), methods=("GET",))[0][0] == "pass"


def test_without_credentials_anybody_may_do_so_without_a_browser():
    assert judged(check, granting(ALL, credentials=False), methods=("GET",))[0][0] == "pass"


def test_nothing():
    assert judged(check, lambda _: {}, methods=("GET",)) == [("pass", "GET /api/me", "grants no method for cookies")]
    assert judged(check, lambda _: {"status": 503})[0][0] == "error"
    assert told(check(cors())) == [("not-applicable", "*", "no endpoint was asked")]


def test_how_to_see_it():
    from tests.checks.cors.made import group

    found = only(check(cors(group(granting(ALL)), methods=("GET",))))
    assert found.reproduce == (
        "curl -si -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: GET' "
        "'https://api.example.com/api/me'"
    )
