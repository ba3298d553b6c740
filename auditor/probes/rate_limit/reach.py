"""After a confirmed refusal: how far the limiter reaches, and whether a header talks it out of its refusal."""

from __future__ import annotations

import random
from collections.abc import Iterator

from auditor.facts.rate_limit import Scope, Spoof
from auditor.probes.rate_limit.bodies import alike
from auditor.probes.rate_limit.burst import Firing
from auditor.probes.rate_limit.shots import all_of

HEADERS = (
    ("X-Forwarded-For", "{ip}"),
    ("X-Real-IP", "{ip}"),
    ("Forwarded", "for={ip}"),
    ("True-Client-IP", "{ip}"),
    ("CF-Connecting-IP", "{ip}"),
    ("X-Client-IP", "{ip}"),
    ("Fly-Client-IP", "{ip}"),
    ("X-Forwarded-For with two addresses", "{ip}, {ip}"),
)
"""What says whose request a proxy passes on, and how. Two addresses: one more proxy is taken to have added its own."""
_COST = 2
_PROOF = 4
_DRAIN = 4


def _addresses() -> Iterator[str]:
    """Of TEST-NET-3 (RFC 5737), in random order: what an earlier audit has claimed may still be refused."""
    numbers = list(range(8, 255))
    random.shuffle(numbers)
    while True:
        yield from (f"203.0.113.{number}" for number in numbers)


async def _refused(firing: Firing) -> bool:
    """Whether the audit is refused; a limiter that has refilled a little is used up again."""
    if firing.refused(await firing.gun.fire()):
        return True
    if firing.gun.left < _DRAIN + _COST + _PROOF:
        return False
    shots = await all_of(*(firing.gun.fire() for _ in range(_DRAIN)))
    return sum(map(firing.refused, shots)) >= _DRAIN // 2


async def scope(firing: Firing, url: str) -> Scope:
    """Whether another route is refused as well, in the same moment in which the endpoint is."""
    if not url or firing.gun.left < 2:
        return Scope.UNKNOWN
    control, other = await all_of(firing.gun.fire(), firing.gun.fire(url=url))
    if not firing.refused(control):
        return Scope.UNKNOWN
    same = other.status == control.status
    if same and other.look and control.look and other.status == firing.status:  # told by its body alone
        same = alike(other.look, control.look)
    if same:
        return Scope.SHARED
    return Scope.PER_ROUTE if 200 <= other.status < 500 else Scope.UNKNOWN


async def spoofs(firing: Firing) -> tuple[tuple[Spoof, ...], str]:
    """Each header, tried while the audit itself is refused; and why not all were.

    A limiter that refills lets single requests through, so what passes is tried again between two requests without the
    header that must be refused in the same moment.
    """
    found: list[Spoof] = []
    fresh = _addresses()
    for name, value in HEADERS:
        if firing.gun.left < _COST + _PROOF:
            return tuple(found), f"the budget of {firing.gun.budget} requests is used up"
        header = name.partition(" ")[0]

        def claim(header: str = header, value: str = value) -> tuple[tuple[str, str], ...]:
            return ((header, value.replace("{ip}", next(fresh))),)

        if not await _refused(firing):
            return tuple(found), "requests without them were accepted again"
        passed = firing.kind(await firing.gun.fire(claim())) is None
        if passed:
            gun = firing.gun
            one, two, three, four = await all_of(gun.fire(), gun.fire(claim()), gun.fire(), gun.fire(claim()))
            if not (firing.refused(one) and firing.refused(three)):
                return tuple(found), "requests without them were accepted again"
            passed = firing.kind(two) is None and firing.kind(four) is None
        found.append(Spoof(name, passed))
    return tuple(found), ""
