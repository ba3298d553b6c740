from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.origin_isolated import origin_isolated
from tests.checks.headers import API, APP, response, told

COOP, COEP, CORP = "cross-origin-opener-policy", "cross-origin-embedder-policy", "cross-origin-resource-policy"


def test_isolated():
    assert told(origin_isolated, response((COOP, "same-origin"), (COEP, "require-corp"), (CORP, "same-site"))) == [
        passed(
            APP,
            "pages: Cross-Origin-Opener-Policy: same-origin",
            confidence=Confidence.PROVEN,
            cross_origin_opener_policy="same-origin",
            cross_origin_embedder_policy="require-corp",
            cross_origin_resource_policy="same-site",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_missing():
    assert told(origin_isolated, response((CORP, "same-site"))) == [
        failed(
            APP,
            "pages: there is no Cross-Origin-Opener-Policy",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s -o /dev/null -D - {APP}/",
            aspect="missing",
            cross_origin_resource_policy="same-site",
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


@pytest.mark.parametrize("value", ['same-origin; report-to="x"', "same-origin-allow-popups", "noopener-allow-popups"])
def test_good_enough(value):
    assert [f.outcome for f in told(origin_isolated, response((COOP, value)))] == ["pass"]


@pytest.mark.parametrize(
    ("headers", "aspects"),
    [
        ([(f"{COOP}-report-only", "same-origin")], ["missing"]),
        ([(COOP, "unsafe-none")], ["unsafe"]),
        ([(COOP, "Same-Origin")], [f"{COOP}-invalid"]),
        ([(COOP, "same-origin"), (COOP, "same-origin")], [f"{COOP}-invalid"]),
        ([(COOP, "same-origin"), (COEP, "yes")], [f"{COEP}-invalid"]),
        ([(COOP, "same-origin"), (CORP, "none")], [f"{CORP}-invalid"]),
        ([(CORP, "none")], [f"{CORP}-invalid", "missing"]),
    ],
)
def test_not_isolated(headers, aspects):
    assert [f.aspect for f in told(origin_isolated, response(*headers))] == aspects


def test_data():
    assert told(origin_isolated, response(kind=Kind.DATA)) == [not_applicable("it serves data, no pages", API)]


def test_gaps_only():
    assert told(origin_isolated, gaps=(Gap(APP, "connection refused"),)) == []
