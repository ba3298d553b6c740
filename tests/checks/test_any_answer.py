"""Checks of headers hold whatever a server sends, and come to an end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.page import Page
from auditor.facts.policy import POLICIES
from auditor.facts.responses import Kind, Responses
from auditor.findings import plain
from auditor.model import Outcome
from auditor.registry import builtin_checks
from tests.checks.headers import response
from tests.facts.headers.fuzz import FUZZ, spliced

KNOWN = {Responses, *POLICIES.values()}
CHECKS = [check for check in builtin_checks().checks if Responses in check.needs() and set(check.needs()) <= KNOWN]
NAMES = [
    *("strict-transport-security", "content-security-policy", "content-security-policy-report-only", "server", "via"),
    *("x-frame-options", "x-content-type-options", "referrer-policy", "permissions-policy", "x-powered-by"),
    *("cross-origin-opener-policy", "cross-origin-embedder-policy", "cross-origin-resource-policy", "content-length"),
]
WORDS = [
    *(
        "max-age=",
        "31536000",
        "includeSubDomains",
        "preload",
        "script-src",
        "default-src",
        "frame-ancestors",
        "*",
        "*.a",
    ),
    *("'nonce-abc'", "'unsafe-inline'", "'strict-dynamic'", "nosniff", "DENY", "camera=()", "same-origin", "nginx/1.2"),
    *(" ", ";", ",", '"', "'", "(", ")", "=", "é", "https:"),
]
VALUES = st.one_of(spliced(WORDS, 20), st.text(st.characters(max_codepoint=255), max_size=80))
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)


def judge(*answers):
    for check in CHECKS:
        yield (
            check,
            list(check.function(*(Responses(answers) if need is Responses else need() for need in check.needs()))),
        )


@given(HEADERS, HEADERS, VALUES, st.sampled_from(Kind))
@settings(parent=FUZZ, max_examples=FUZZ.max_examples // 10)
def test_any_headers_are_judged(first, second, policy, kind):
    answers = (response(*first), response(*first, page=Page(policies=(policy,), referrer=policy)))
    for check, found in judge(*answers, response(*second, kind=kind)):
        assert found, check.id
        for finding in found:
            plain(finding)
            assert finding.outcome is not Outcome.FAIL or finding.message


@pytest.mark.parametrize(
    "value",
    ["a;" * 30_000,
     ", ".join(["script-src *.com https://unpkg.com"] * 1500), "w" * 60_000, '"' * 60_000, "a=(" * 20_000,
     "script-src " + "http://a.b " * 5000, ",".join(f"x{number}" for number in range(10_000)), "1." * 30_000],
    ids=["directives", "policies", "one word", "quotes", "lists", "hosts", "names", "numbers"],
)  # fmt: skip
def test_a_header_without_end_takes_no_time(value):
    answer = response(*((name, value) for name in NAMES))
    started = time.process_time()
    found = [finding for _, findings in judge(answer, answer) for finding in findings]
    assert time.process_time() - started < 5
    assert max(len(finding.message) for finding in found) < 1000
