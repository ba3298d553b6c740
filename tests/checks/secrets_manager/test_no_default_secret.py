from __future__ import annotations

from auditor.facts.weak_values import JudgedValue, Weakness, WeakValues
from auditor.model import Confidence, Location, failed, passed, unproven
from checks.secrets_manager.no_default_secret import no_default_secret


def judge(*values, **more):
    return list(no_default_secret(WeakValues(values, **more)))


def test_weak_and_good():
    weak = JudgedValue(".env", "JWT_SECRET", 12, Weakness.SHORT, "12 bytes", 3)
    assert judge(weak, JudgedValue("database", "DATABASE", 32, live=True)) == [
        failed(
            ".env",
            "JWT_SECRET is too short: 12 bytes, 12 characters",
            confidence=Confidence.INFERRED,
            location=Location(".env", 3),
            aspect="JWT_SECRET",
            name="JWT_SECRET",
            weakness="too short",
            why="12 bytes",
            length=12,
            live=False,
        ),
        passed(
            "*",
            "1 of 2 credentials are none of the known, common or short ones",
            confidence=Confidence.PROVEN,
            credentials=["database: DATABASE"],
            live=1,
        ),
    ]


def test_live_ones_are_proven():
    (found,) = judge(JudgedValue("database", "DATABASE", 8, Weakness.USER, live=True))
    assert (found.confidence, found.location) == (Confidence.PROVEN, None)
    assert found.message == "DATABASE is the same as the user's name, 8 characters"


def test_nothing_to_judge():
    assert judge(files=4) == [
        unproven(
            "*",
            "the audit holds no credential of the stack, and no file writes one out: there was nothing to judge",
            "name `database` or `supabase.service_key` in the checklist: they are judged here and sent nowhere",
            files=4,
        )
    ]
