"""What several checks say about a burst: its numbers in words, its evidence, and what a number of requests proves."""

from __future__ import annotations

import math

from auditor.facts.policy import Rate
from auditor.facts.rate_limit import Burst, Choice
from auditor.model import Evidence

AROUND = 4
"""Requests of the budget that are kept to confirm what a burst meets."""
LEAST = 60
"""Accepted requests without which nobody can say that an endpoint has no limit, where none is promised."""
_BAR = 20


def most_allowed(limit: Rate, seconds: float) -> int:
    """Requests that a limit may let through in a time, however it counts.

    A fixed window may end right after the first and begin anew right before the last of them, so the limit fits in once
    more than windows do; a bucket that refills and a sliding window let fewer through.
    """
    return limit.count * (math.floor(seconds / limit.seconds) + 2)


def usually_allowed(limit: Rate, seconds: float) -> int:
    """Requests that a limit lets through in a time unless a window ends in it: a full bucket and what refills."""
    return limit.count + math.ceil(limit.count * seconds / limit.seconds)


def pace(burst: Burst) -> str:
    """``146 requests in 1.2 s (122/s)``."""
    many = burst.plain / burst.seconds if burst.seconds > 0 else 0.0
    return f"{burst.plain} requests in {burst.seconds:.1f} s ({many:.0f}/s)" if many else f"{burst.plain} requests"


def chosen(burst: Burst) -> str:
    """That the checklist did not choose the endpoint, as the end of a sentence."""
    return {
        Choice.DECLARED: "",
        Choice.DOCUMENT: "; no endpoint is declared, the audit chose this one from the OpenAPI document",
        Choice.HEALTH: "; no endpoint is declared, and this is only the health page, which limiters often leave alone",
    }[burst.choice]


def earlier(burst: Burst) -> str:
    """What a limiter for the whole host has counted besides, as the end of a sentence."""
    if not burst.earlier:
        return ""
    return f"; the audit had sent {burst.earlier} other requests to this host before"


def evidence(burst: Burst) -> Evidence:
    """The numbers, and the burst over time as a table."""
    found: Evidence = {
        "sent_requests": burst.sent,
        "accepted_requests": burst.accepted,
        "burst_s": round(burst.seconds, 2),
        "refused_status": burst.refused_status,
        "budget_requests": burst.budget,
        "earlier_requests": burst.earlier,
        "unsteady_answers": burst.unsteady,
        "scope": burst.scope.value,
    }
    if burst.timeline:
        found["burst"] = chart(burst)
    return found


def chart(burst: Burst) -> list[dict[str, object]]:
    """Accepted and refused requests over time, a bar for each slice: ``=`` accepted, ``x`` refused."""
    most = max(1, *(slice_.accepted + slice_.refused for slice_ in burst.timeline))
    scale = min(1.0, _BAR / most)
    return [
        {
            "from_s": one.from_s,
            "accepted": one.accepted,
            "refused": one.refused,
            "chart": "=" * math.ceil(one.accepted * scale) + "x" * math.ceil(one.refused * scale),
        }
        for one in burst.timeline
    ]
