from __future__ import annotations

import pytest

from checks.cors.everyone_not_where_credentials_are_wanted import everyone_not_where_credentials_are_wanted as check
from tests.checks.cors.made import APP, cors, group, judged, letting, told

REFUSED = "lets everyone in with *, though it wants a token"


def everyone(**more):
    return lambda question: {"allow_origin": ("*",), **more}


def test_public_data():
    assert judged(check, everyone()) == [("pass", "GET /api/me", "does not let everyone in where a token is wanted")]


def test_the_document_says_that_it_wants_one():
    assert told(check(cors(group(everyone(), secured=True)))) == [("fail", "GET /api/me", REFUSED)]


def test_its_refusal_says_so():
    assert judged(check, everyone(status=401, challenge="bearer")) == [("fail", "GET /api/me", REFUSED)]


def test_the_token_opens_it():
    def answering(question):
        return everyone(status=200 if question.cookie else 401)(question)

    found = group(answering)
    opened = tuple(
        one if one.status == 401 else type(one)(one.endpoint, one.ask, one.origin, 200, ("*",), bearer=True)
        for one in found.answers
    )
    shown = type(found)(found.endpoint, found.url, found.members, opened)
    assert told(check(cors(shown))) == [("fail", "GET /api/me", REFUSED)]


@pytest.mark.parametrize("status", [401, 403])
def test_nobody_says_what_is_wanted(status):
    ((outcome, _, message),) = judged(check, everyone(status=status))
    assert outcome == "error"
    assert message.startswith("lets everyone in with *, and refuses without saying what it wants")


@pytest.mark.parametrize("challenge", ["api key", "key"])
def test_a_gateway_that_wants_an_api_key(challenge):
    assert [one[0] for one in judged(check, everyone(status=401, challenge=challenge))] == ["pass"]


def test_supabase_lets_everyone_in_by_design():
    assert [one[0] for one in judged(check, everyone(status=401), gateway=True)] == ["pass"]
    assert told(check(cors(group(everyone(), secured=True), gateway=True)))[0][0] == "pass"


def test_a_list():
    assert [one[0] for one in judged(check, letting(APP, status=401))] == ["pass"]
