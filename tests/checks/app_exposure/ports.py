"""Facts about ports, and what every check of services at them says."""

from __future__ import annotations

from auditor.facts.open_ports import Access, AskedHost, From, OpenPort, OpenPorts
from auditor.model import Gap


def judged(check, access: Access) -> None:
    """A service that lets in as the check is about, another one, silence, private addresses, and nobody to ask."""
    host = AskedHost("api.example.com", ("api",), From.OUTSIDE, (5432, 6379), silent=(5432,))
    port = OpenPort("api.example.com", 6379, "203.0.113.1", "Redis", access, "says so", From.OUTSIDE)
    unlike = next(one for one in (Access.OPEN, Access.LOCKED) if one is not access)
    other = OpenPort("api.example.com", 1, "203.0.113.1", "X", unlike, "y", From.OUTSIDE)
    mute = AskedHost("api.example.com", ("api",), From.OUTSIDE, (5432, 6379), mute=(6379,))
    open_, unclear = ("fail", "api.example.com:6379"), ("error", "api.example.com")

    def outcomes(*ports: OpenPort, hosts: tuple[AskedHost, ...] = (host,), **others: object) -> list[tuple[str, str]]:
        return [(str(one.outcome), one.subject) for one in check(OpenPorts(hosts, ports, **others))]

    assert outcomes(port) == [open_]
    assert outcomes() == outcomes(other) == [("pass", "api.example.com")]
    assert outcomes(hosts=(mute,)) == [unclear]
    assert outcomes(port, hosts=(mute,)) == [open_, unclear]
    for seen_from, verdict in ((From.INSIDE, "error"), (From.TRUSTED, "fail")):
        at = OpenPort("api", 6379, "10.0.0.1", "Redis", access, "says so", seen_from)
        assert outcomes(at, hosts=(AskedHost("api", ("api",), seen_from, (6379,)),)) == [(verdict, "api:6379")]
    assert outcomes(hosts=(), not_asked=(("x.vercel.app", "a host of a vendor"),)) == [
        ("not-applicable", "x.vercel.app")
    ]
    assert outcomes(hosts=()) == [("not-applicable", "*")]
    assert outcomes(hosts=(), gaps=(Gap("api", "does not resolve"),)) == []
