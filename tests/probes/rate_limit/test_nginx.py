"""nginx's limit_req and limit_conn, in each way in which they refuse, wait, or do nothing."""

from __future__ import annotations

import asyncio

import pytest

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import End
from tests.probes.nginx import nginx
from tests.probes.rate_limit.limiters import LIST, Audit, burst_at

REAL_IP = "set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;"


@pytest.fixture
def audit(tmp_path):
    def run(rule: str, *, key="$binary_remote_addr", rate="60r/m", http="", **policy) -> Audit:
        servers = f"""limit_req_zone {key} zone=a:1m rate={rate}; limit_conn_zone {key} zone=c:1m; {http}
            server {{ listen @0@; {rule} location / {{ root {tmp_path}; }}
                      location /api/ {{ alias {tmp_path}/; default_type text/plain; }} }}"""
        (tmp_path / "list").write_text("a list of things")
        declared = RateLimitPolicy((LIST,), trust_private_peer=True, **policy)

        async def main(origin: str):
            return await burst_at(origin, declared)

        with nginx(tmp_path, servers, ports=1) as ports:
            found, sent = asyncio.run(main(f"http://127.0.0.1:{ports[0]}"))
        assert sent <= declared.max_requests
        return Audit(found, declared)

    return run


@pytest.mark.parametrize(
    ("extra", "signal"),
    [
        ("", "503"),
        ("limit_req_status 429;", "429"),
        ("limit_req_status 403;", "403"),
        ("limit_req_status 444;", "closed connections"),
        (
            "limit_req_status 429; error_page 429 =200 /slow; location = /slow { return 200 'slow down'; }",
            "another body",
        ),
        ("limit_req_status 429; error_page 429 http://127.0.0.1/slow;", "302"),
    ],
)
def test_refused(audit, extra, signal):
    found = audit(f"limit_req zone=a burst=10 nodelay; {extra}")
    assert (found.limited, found.spoofable, found.burst.accepted, found.burst.signal) == ("pass", "pass", 11, signal)


def test_a_broken_status(audit):
    assert audit("limit_req zone=a burst=10 nodelay; limit_req_status 500;").limited == "error"


def test_delayed(audit):
    found = audit("limit_req zone=a burst=400;", rate="10r/s", limit=Rate(650, 60), max_requests=50)
    assert (found.limited, found.promised, found.burst.end) == ("pass", "pass", End.SLOWED)


@pytest.mark.parametrize("rule", ["", "limit_req zone=a burst=10 nodelay; limit_req_dry_run on;", "limit_conn c 10;"])
def test_no_limit(audit, rule):
    found = audit(rule)
    assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)


def test_it_believes_everybody(audit):
    found = audit(f"{REAL_IP} limit_req zone=a burst=10 nodelay; limit_req_status 429;")
    assert (found.limited, found.spoofable, found.burst.accepted) == ("pass", "fail", 11)


def test_it_knows_clients_by_a_header_alone(audit):
    found = audit("limit_req zone=a burst=10 nodelay; limit_req_status 429;", key="$http_x_forwarded_for")
    assert (found.limited, found.spoofable) == ("fail", "fail")
    assert found.burst.constant.accepted == 11


def test_it_is_already_limited(audit):
    found = audit("location = /api/list { return 429; }")
    assert (found.limited, "already answered 429" in found.gap) == ("error", True)
