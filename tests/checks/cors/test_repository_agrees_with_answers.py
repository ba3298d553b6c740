from __future__ import annotations

import pytest

from auditor.facts.cors import Ask, CorsAnswer
from auditor.facts.cors_settings import CorsSetting, CorsSettings
from auditor.model import Location
from checks.cors.repository_agrees_with_answers import repository_agrees_with_answers as check
from tests.checks.cors.made import APP, cors, group, letting, matching, told

ADMIN = "https://admin.example.com"
AGREED = "names origins that the live API lets in"


def setting(*origins: str, production: bool = True) -> CorsSetting:
    return CorsSetting(".env.production", 3, "ALLOWED_ORIGINS", origins, production)


def judge(*settings: CorsSetting, live=letting(APP), answers=()):  # noqa: B008
    return list(check(CorsSettings(4, settings, answers), cors(group(live))))


def test_the_same():
    (found,) = judge(setting(APP, "http://localhost:3000"))
    assert told([found]) == [("pass", ".env.production ALLOWED_ORIGINS", AGREED)]
    assert found.location == Location(".env.production", 3)
    assert found.confidence == "inferred"


def test_named_and_refused():
    answer = CorsAnswer("GET /api/me", Ask.NEIGHBOUR, ADMIN, 200)
    assert told(judge(setting(APP, ADMIN), answers=(answer,))) == [
        ("fail", ".env.production ALLOWED_ORIGINS", f"names {ADMIN}, which the live API refuses")
    ]


def test_named_and_let_in():
    answer = CorsAnswer("GET /api/me", Ask.NEIGHBOUR, ADMIN, 200, (ADMIN,))
    assert [one[0] for one in told(judge(setting(APP, ADMIN), answers=(answer,)))] == ["pass"]


def test_let_in_and_not_named():
    answer = CorsAnswer("GET /api/me", Ask.NEIGHBOUR, ADMIN, 200, (ADMIN,))
    assert told(judge(setting(ADMIN), answers=(answer,))) == [
        ("pass", ".env.production ALLOWED_ORIGINS", AGREED),
        ("fail", APP, "is let in by the live API, and .env.production does not name it"),
    ]


@pytest.mark.parametrize("origin", ["*", "$http_origin"])
def test_everyone_in_the_repository_alone(origin):
    assert told(judge(setting(origin))) == [
        (
            "fail",
            ".env.production ALLOWED_ORIGINS",
            "lets everyone in, and the live API does not: the next deployment may",
        )
    ]


@pytest.mark.parametrize("live", [matching(lambda _: True), lambda _: {"allow_origin": ("*",)}])
def test_everyone_in_both(live):
    assert told(judge(setting("*"), live=live)) == [
        ("pass", ".env.production ALLOWED_ORIGINS", "says of everyone what the live API says")
    ]


@pytest.mark.parametrize(
    "settings", [(), (setting("http://localhost:3000"),), (setting(ADMIN, production=False),), (setting("null"),)]
)
def test_nothing_to_compare(settings):
    assert [one[0] for one in told(judge(*settings))] == ["not-applicable"]


def test_could_not_tell():
    assert [one[0] for one in told(judge(setting(APP), live=lambda _: {"status": 503}))] == ["error"]
    assert [one[0] for one in told(check(CorsSettings(1, (setting(APP),)), cors()))] == ["error"]
