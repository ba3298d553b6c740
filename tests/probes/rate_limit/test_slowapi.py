"""slowapi and uvicorn's proxy settings, as they are documented and as they are got wrong."""

from __future__ import annotations

import asyncio

import pytest

from auditor.facts.policy import RateLimitPolicy
from auditor.facts.rate_limit import Scope
from auditor.facts.routes import ApiRoutes, Operation
from tests.probes.nginx import nginx
from tests.probes.rate_limit import apps
from tests.probes.rate_limit.limiters import LIST, Audit, burst_at

ROUTES = ApiRoutes("", (Operation("GET", "/api/list"), Operation("GET", "/api/other")))


def audit(origin: str, **policy) -> Audit:
    declared = RateLimitPolicy((LIST,), trust_private_peer=True, **policy)
    found, sent = asyncio.run(burst_at(origin, declared, ROUTES))
    assert sent <= declared.max_requests
    return Audit(found, declared)


def of(application, *, uvicorn=None, **policy) -> Audit:
    with apps.served(application, **(uvicorn or {})) as port:
        return audit(f"http://127.0.0.1:{port}", **policy)


@pytest.mark.parametrize(
    ("options", "scope"),
    [
        ({"default_limits": ["100/minute"]}, Scope.PER_ROUTE),
        ({"default_limits": ["100/minute"], "headers_enabled": True}, Scope.PER_ROUTE),
        ({"application_limits": ["100/minute"]}, Scope.SHARED),
        ({"default_limits": ["100/minute"], "key_func": apps.everybody}, Scope.PER_ROUTE),
        ({"default_limits": ["100/minute"], "strategy": "moving-window"}, Scope.PER_ROUTE),
    ],
)
def test_limited(options, scope):
    options = dict(options)
    found = of(apps.app(key=options.pop("key_func", apps.get_remote_address), **options))
    assert (found.limited, found.spoofable, found.burst.accepted, found.burst.scope) == ("pass", "pass", 100, scope)


def test_what_it_says_in_headers():
    burst = of(apps.app(default_limits=["100/minute"], headers_enabled=True)).burst
    assert (burst.advertised[0].limit, burst.advertised[0].remaining) == (100, 99)
    assert 0 < burst.advertised[0].reset_s <= 61
    assert 0 < burst.retry_after_s <= 60


def test_without_its_middleware():
    found = of(apps.app(middleware=False, default_limits=["100/minute"]))
    assert (found.limited, found.burst.unsteady) == ("fail", 0)


def test_it_believes_a_header():
    found = of(apps.app(key=apps.by_forwarded, default_limits=["100/minute"]))
    assert (found.limited, found.spoofable, found.burst.accepted) == ("pass", "fail", 100)


@pytest.mark.parametrize(("trusted", "outcome"), [("*", "fail"), ("127.0.0.1", "pass")])
def test_uvicorn_believes_it(trusted, outcome):
    found = of(apps.app(default_limits=["20/minute"]), uvicorn={"forwarded_allow_ips": trusted})
    assert (found.limited, found.spoofable, found.burst.accepted) == ("pass", outcome, 20)


@pytest.mark.parametrize(
    ("trusted", "forwards", "outcome"),
    [
        ("127.0.0.1", "$proxy_add_x_forwarded_for", "pass"),
        ("127.0.0.1", "$remote_addr", "pass"),
        ("*", "$proxy_add_x_forwarded_for", "fail"),
        ("*", "$remote_addr", "pass"),
    ],
)
def test_behind_nginx(tmp_path, trusted, forwards, outcome):
    with apps.served(apps.app(default_limits=["20/minute"]), forwarded_allow_ips=trusted) as port:
        proxy = f"""server {{ listen @0@; location / {{ proxy_pass http://127.0.0.1:{port};
            proxy_set_header X-Forwarded-For {forwards}; }} }}"""
        with nginx(tmp_path, proxy, ports=1) as ports:
            found = audit(f"http://127.0.0.1:{ports[0]}")
    assert (found.limited, found.spoofable, found.burst.accepted) == ("pass", outcome, 20)


def test_without_proxy_headers(tmp_path):
    with apps.served(apps.app(default_limits=["20/minute"]), proxy_headers=False) as port:
        found = audit(f"http://127.0.0.1:{port}")
    assert (found.limited, found.spoofable) == ("pass", "pass")
