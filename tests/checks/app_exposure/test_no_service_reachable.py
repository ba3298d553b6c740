from __future__ import annotations

import pytest

from auditor.facts.open_ports import Access, AskedHost, From, OpenPort, OpenPorts
from auditor.model import Gap
from checks.app_exposure.no_service_reachable import no_service_reachable

HOST = AskedHost("api.example.com", ("api",), From.OUTSIDE, (5432, 6379), silent=(5432,))
PORT = OpenPort("api.example.com", 6379, "203.0.113.1", "Redis", Access.LOCKED, "says so", From.OUTSIDE)
OTHER = OpenPort("api.example.com", 1, "203.0.113.1", "X", Access.OPEN, "y", From.OUTSIDE)


def outcomes(*ports, hosts=(HOST,), **others) -> list[tuple[str, str]]:
    return [(str(one.outcome), one.subject) for one in no_service_reachable(OpenPorts(hosts, ports, **others))]


def test_answers():
    assert outcomes(PORT) == [("fail", "api.example.com:6379")]


def test_does_not_answer():
    assert outcomes() == [("pass", "api.example.com")]
    assert outcomes(OTHER) == [("pass", "api.example.com")]


def test_what_says_nothing_is_not_told_to_be_good():
    host = AskedHost("api.example.com", ("api",), From.OUTSIDE, (5432, 6379), mute=(6379,))
    assert outcomes(hosts=(host,)) == [("error", "api.example.com")]
    assert outcomes(PORT, hosts=(host,)) == [("fail", "api.example.com:6379"), ("error", "api.example.com")]


@pytest.mark.parametrize(("seen_from", "verdict"), [(From.INSIDE, "error"), (From.TRUSTED, "fail")])
def test_at_a_private_address(seen_from, verdict):
    port = OpenPort("api", 6379, "10.0.0.1", "Redis", Access.LOCKED, "says so", seen_from)
    host = AskedHost("api", ("api",), seen_from, (6379,))
    assert outcomes(port, hosts=(host,)) == [(verdict, "api:6379")]


def test_not_asked():
    assert outcomes(hosts=(), not_asked=(("x.vercel.app", "a host of a vendor"),)) == [
        ("not-applicable", "x.vercel.app")
    ]


def test_nothing_is_named():
    assert outcomes(hosts=()) == [("not-applicable", "*")]
    assert outcomes(hosts=(), gaps=(Gap("api", "does not resolve"),)) == []
