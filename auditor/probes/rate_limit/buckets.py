"""Tells a bucket that refills while it is emptied from a server that fails now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from auditor.facts.rate_limit import CLOSED
from auditor.probes.rate_limit.shots import Gun, Shot

EXPLICIT = (429, 423)
REFUSALS = (403, 420, 430, 444, 503, 509, 529, CLOSED, *EXPLICIT)
"""What limiters say: nginx 503 unless told otherwise, firewalls 403, account locks 423; 0 for closed connections."""

Key = tuple[int, str]
"""What kind of answer it is: a status, and whether its body differs."""
OFTEN = 6
"""Refusals that are looked into."""
FULL = 11
"""Requests that are accepted before the first of them: the unhurried ones, and two volleys."""
UNHURRIED = 8
"""Requests after them, at half the pace at which others were accepted."""
_SHARE, _SHARE_SAID = 4, 10
"""One of so many is refused at least, once the bucket is empty; fewer where the refusal says what it is."""
_LONGEST_PAUSE = 2.0


def resembled(kinds: Sequence[Key | None]) -> bool:
    """Whether refusals of one kind began after many requests had been accepted, and are frequent since.

    A server that fails now and then, or that answers only so many at once, fails within the first requests as well.

    Args:
        kinds: of the answers so far; None: accepted.
    """
    refused = {kind for kind in kinds if kind is not None}
    many = sum(kind is not None for kind in kinds)
    if many < OFTEN or len(refused) != 1 or not refused <= {(status, "") for status in REFUSALS}:
        return False
    first = next(number for number, kind in enumerate(kinds) if kind is not None)
    share = _SHARE_SAID if (429, "") in refused else _SHARE
    return first >= FULL and many * share >= len(kinds) - first


async def spare_who_is_slow(
    kinds: Sequence[Key | None], shots: Sequence[Shot], gun: Gun, kind_of: Callable[[Shot], Key | None]
) -> bool:
    """Whether requests at half the pace at which others were accepted are all accepted: the bucket never empties.

    Args:
        kinds: of the answers since the first refusal.
        shots: the same answers.
        gun: sends :data:`UNHURRIED` more, as long as they are.
        kind_of: tells what kind an answer is.
    """
    accepted = sum(kind is None for kind in kinds)
    pause = min(_LONGEST_PAUSE, 2 * (shots[-1].at - shots[0].at) / max(accepted, 1))
    for _ in range(UNHURRIED):
        await asyncio.sleep(pause)
        if kind_of(await gun.fire()) is not None:
            return False
    return True
