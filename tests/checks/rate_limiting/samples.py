"""Bursts as the probe tells of them, and the verdicts of checks."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.policy import Rate
from auditor.facts.rate_limit import Bucket, Burst, Bursts, End, Slowdown, Spoof

UNLIMITED = Burst("GET /api/list", End.UNLIMITED, 200, 210, 206, 1.234, budget=210)
LIMITED = replace(
    UNLIMITED,
    end=End.LIMITED,
    sent=127,
    accepted=100,
    refused_status=429,
    signal="429",
    retry_after="60",
    retry_after_s=60.0,
    timeline=(Bucket(0.0, 60, 0), Bucket(0.6, 40, 4)),
    spoofs=(Spoof("X-Forwarded-For", False), Spoof("X-Real-IP", False)),
)
ATTEMPTS = replace(LIMITED, attempts=True, accepted=5, spoofs=())
BROKEN = replace(LIMITED, end=End.BROKEN, reason="answers 500 after 20 accepted requests")
HELD_BACK = replace(UNLIMITED, end=End.SLOWED, slowdown=Slowdown(1.0, 800.0, 200.0, 5.0))
SHARED = replace(LIMITED, end=End.SHARED, accepted=0)
PER_MINUTE = Rate(100, 60)


def bursts(*found: Burst) -> Bursts:
    return Bursts(found)


def outcomes(findings) -> str:
    return " ".join(str(one.outcome) for one in findings)
