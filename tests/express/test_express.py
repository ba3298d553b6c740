"""express-rate-limit and express-slow-down, in each way in which they are set up."""

from __future__ import annotations

import asyncio

import pytest

from auditor.facts.policy import Endpoint, RateLimitPolicy
from auditor.facts.rate_limit import End, Scope
from auditor.facts.routes import ApiRoutes, Operation
from tests.express.installed import served
from tests.probes.rate_limit.limiters import LIST, Audit, burst_at

pytestmark = [pytest.mark.nextjs, pytest.mark.xdist_group("express")]
ROUTES = ApiRoutes("", (Operation("GET", "/api/list"), Operation("GET", "/api/other")))
LOGIN = Endpoint("POST", "/auth/login")


@pytest.fixture(scope="module")
def ports():
    with served() as found:
        yield found


def audit(port: int, endpoint: Endpoint = LIST, **policy) -> Audit:
    declared = RateLimitPolicy((endpoint,), trust_private_peer=True, **policy)
    found, sent = asyncio.run(burst_at(f"http://127.0.0.1:{port}", declared, ROUTES))
    assert sent <= declared.max_requests
    return Audit(found, declared)


@pytest.mark.parametrize(
    ("name", "accepted", "signal", "spoofable"),
    [
        ("default", 5, "429", "pass"),
        ("draft6", 20, "429", "pass"),
        ("draft7", 20, "429", "pass"),
        ("draft8", 20, "429", "pass"),
        ("trusting", 20, "429", "fail"),
        ("one_proxy", 20, "429", "fail"),
        ("forbidden", 20, "403", "pass"),
        ("success", 20, "another body", "pass"),
    ],
)
def test_limited(ports, name, accepted, signal, spoofable):
    found = audit(ports[name])
    burst = found.burst
    assert (found.limited, burst.accepted, burst.signal, found.spoofable) == ("pass", accepted, signal, spoofable)
    assert burst.scope is Scope.SHARED
    assert {one.limit for one in burst.advertised} == {accepted}


def test_it_skips_everybody(ports):
    assert audit(ports["never"]).limited == "fail"


def test_attempts(ports):
    found = audit(ports["login"], LOGIN)
    assert (found.limited, found.burst.accepted, found.burst.sent) == ("pass", 5, 10)


def test_held_back(ports):
    found = audit(ports["slow"], max_requests=30)
    assert (found.limited, found.burst.end) == ("pass", End.SLOWED)
