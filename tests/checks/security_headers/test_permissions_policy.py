from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.permissions_policy import permissions_policy
from tests.checks.headers import API, APP, response, told

NAME = "permissions-policy"


def test_restricted():
    assert told(permissions_policy, response((NAME, "camera=(), geolocation=(self)"))) == [
        passed(
            APP,
            "pages: it restricts 2 features",
            confidence=Confidence.PROVEN,
            features=["camera", "geolocation"],
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_missing():
    assert told(permissions_policy, response()) == [
        failed(
            APP,
            "pages: there is no Permissions-Policy",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="missing",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize(
    ("headers", "aspect", "message"),
    [
        (
            [("feature-policy", "camera 'none'")],
            "missing",
            "there is no Permissions-Policy; Feature-Policy was replaced",
        ),
        ([(NAME, "")], "missing", "the Permissions-Policy is empty"),
        ([(NAME, "fullscreen=*")], "missing", "the Permissions-Policy restricts nothing"),
        ([(NAME, "interest-cohort=()")], "missing", "the Permissions-Policy restricts nothing"),
        ([(NAME, "camera 'none'")], "invalid", "browsers ignore the Permissions-Policy: at character 8"),
        ([(NAME, "camera=*, usb=*, fullscreen=*")], "anybody", "camera, usb may be used by every frame of any site"),
        ([(NAME, "camera=(self *)")], "anybody", "camera may be used by every frame of any site"),
    ],
)
def test_not_restricted(headers, aspect, message):
    [found] = told(permissions_policy, response(*headers))
    assert (found.outcome, found.aspect) == ("fail", aspect)
    assert found.message.startswith(f"pages: {message}")


def test_features_for_everybody_that_harm_nobody():
    [found] = told(permissions_policy, response((NAME, "fullscreen=*, camera=()")))
    assert (found.outcome, found.message) == ("pass", "pages: it restricts 1 feature")


def test_data():
    assert told(permissions_policy, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_gaps_only():
    assert told(permissions_policy, gaps=(Gap(APP, "connection refused"),)) == []
