"""Bursts as the probe tells of them, and the verdicts of checks."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.policy import Rate
from auditor.facts.rate_limit import Bucket, Burst, Bursts, End, Spoof

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
PER_MINUTE = Rate(100, 60)


def bursts(*found: Burst) -> Bursts:
    return Bursts(found)


def outcomes(findings) -> str:
    return " ".join(str(one.outcome) for one in findings)
