"""What a graver fault lets in is no pass of the checks on lesser ones."""

from __future__ import annotations

import pytest

from checks.cors.dots_escaped_in_origins import dots_escaped_in_origins
from checks.cors.localhost_origin_refused import localhost_origin_refused
from checks.cors.null_origin_refused import null_origin_refused
from checks.cors.only_declared_origins import only_declared_origins
from checks.cors.origin_matched_from_its_start import origin_matched_from_its_start
from checks.cors.origin_matched_to_its_end import origin_matched_to_its_end
from checks.cors.plain_http_origin_refused import plain_http_origin_refused
from checks.cors.shared_hosting_refused import shared_hosting_refused
from checks.cors.subdomains_not_all_trusted import subdomains_not_all_trusted
from tests.checks.cors.made import judged, matching

GRAVER = "part of a graver fault, which another check tells: "
REFLECTS = "reflects any origin, with credentials"


@pytest.mark.parametrize(
    "check",
    [
        null_origin_refused,
        origin_matched_to_its_end,
        origin_matched_from_its_start,
        dots_escaped_in_origins,
        subdomains_not_all_trusted,
        plain_http_origin_refused,
        localhost_origin_refused,
        shared_hosting_refused,
        only_declared_origins,
    ],
)
def test_of_whoever_reflects_everything_nothing_is_told_to_be_refused(check):
    assert judged(check, matching(lambda _: True)) == [("not-applicable", "GET /api/me", GRAVER + REFLECTS)]


@pytest.mark.parametrize(
    ("check", "outcome", "message"),
    [
        (only_declared_origins, "not-applicable", GRAVER + "any subdomain"),
        (null_origin_refused, "pass", "does not let the origin null in with credentials"),
        (origin_matched_from_its_start, "pass", "compares origins from their beginning"),
    ],
)
def test_beside_a_pattern_of_subdomains(check, outcome, message):
    answering = matching(lambda origin: origin.startswith("https://") and origin.endswith(".example.com"))
    assert judged(check, answering) == [(outcome, "GET /api/me", message)]
