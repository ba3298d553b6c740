from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.certificates import Cause
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.https.chain_complete import chain_complete
from tests.checks.chains import API, GOOD, LEAF, PLAIN, R11, X1, seen, wrong


def judge(*chains, **options):
    return list(chain_complete(seen(*chains, **options)))


def expected(confidence=Confidence.PROVEN, **evidence):
    told = {"superfluous": [], "out_of_order": False, "root_served": False, **evidence}
    return passed(API, 'the chain leads to "X1"', confidence=confidence, **told)


def test_complete():
    assert judge(GOOD) == [expected()]


def test_what_is_no_harm_is_told():
    other = replace(R11, subject="Old", sha256="9" * 64)
    chain = replace(GOOD, certificates=(LEAF, X1, other, R11), path=(0, 3, 1))
    assert judge(chain) == [expected(superfluous=["Old"], out_of_order=True, root_served=True)]


def test_a_self_signed_authority_is_its_own_root():
    chain = replace(GOOD, certificates=(X1,), path=(0,))
    assert judge(chain) == [expected()]


def test_incomplete():
    chain = wrong(Cause.INCOMPLETE, "the intermediate certificate is missing", trusted=False, anchor=None)
    assert judge(chain) == [
        failed(
            API,
            "the intermediate certificate is missing",
            confidence=Confidence.PROVEN,
            openssl="OpenSSL's words",
            chain=list(chain.table()),
        )
    ]


@pytest.mark.parametrize("cause", [Cause.UNKNOWN_ROOT, Cause.SELF_SIGNED, Cause.BAD_SIGNATURE])
def test_an_authority_that_nobody_knows(cause):
    reason = "no trusted authority is known that the chain should lead to"
    assert judge(wrong(cause, trusted=False, anchor=None)) == [not_applicable(reason, API)]


def test_by_our_own_reading():
    assert judge(replace(GOOD, trusted=None, verified=None)) == [expected(Confidence.OBSERVED)]


def test_nobody_can_tell():
    message = "whether the chain is complete cannot be told: OpenSSL's words"
    assert judge(wrong(Cause.REFUSED, trusted=False, anchor=None)) == [unproven(API, message)]


def test_without_encryption_there_is_none():
    assert judge(PLAIN) == [not_applicable("there is no certificate", PLAIN.subject)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
