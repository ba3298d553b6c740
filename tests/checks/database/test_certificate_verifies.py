from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.certificates import Cause, DatabaseCertificates, Key, Problem
from auditor.facts.policy import TlsPolicy
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.database.certificate_verifies import certificate_verifies
from tests.checks.chains import DAY, GOOD, LEAF, NOW, R11, X1

DB = "db.example.com:5432"
SERVED = replace(GOOD, subject=DB, host="db.example.com", public=False)


def judge(*chains, gaps=()):
    return list(certificate_verifies(DatabaseCertificates(chains, NOW, gaps), TlsPolicy()))


def test_it_verifies():
    message = "the certificate verifies for db.example.com (TLSv1.3)"
    assert judge(SERVED) == [passed(DB, message, confidence=Confidence.PROVEN, root="X1", protocol="TLSv1.3")]


def test_every_problem_is_told():
    problems = (Problem(Cause.UNKNOWN_ROOT, "nobody knows the root", 1), Problem(Cause.OTHER_NAME, "another host", 0))
    chain = replace(SERVED, verified=False, trusted=False, refusal="unable to get", problems=problems)
    assert judge(chain) == [
        failed(
            DB,
            text,
            confidence=Confidence.PROVEN,
            aspect=aspect,
            openssl="unable to get",
            chain=list(chain.table()),
        )
        for text, aspect in (("nobody knows the root", "unknown-root 1"), ("another host", "other-name"))
    ]


def test_weak_parts():
    weak = {"key": Key("RSA", 1024), "signature": "sha1WithRSAEncryption", "signature_hash": "sha1"}
    chain = replace(SERVED, certificates=(LEAF, replace(R11, **weak)))
    assert [(f.outcome, f.aspect) for f in judge(chain)] == [("fail", "key 1"), ("fail", "signature 1")]


@pytest.mark.parametrize(("left", "outcome"), [(timedelta(0), "fail"), (13 * DAY, "fail"), (14 * DAY, "pass")], ids=str)
def test_it_ends_soon(left, outcome):
    chain = replace(SERVED, certificates=(replace(LEAF, not_after=NOW + left), R11))
    assert [f.outcome for f in judge(chain)] == [outcome]


def test_no_tls():
    chain = replace(SERVED, encrypted=False, certificates=(), path=(), anchor=None, verified=None, trusted=None)
    assert judge(chain) == [failed(DB, "the server offers no TLS", confidence=Confidence.PROVEN, aspect="no-tls")]


@pytest.mark.parametrize("verified", [None, False])
def test_nothing_passes_without_openssls_word(verified):
    message = "whether the certificate verifies cannot be told: it hung up"
    assert judge(replace(SERVED, verified=verified, refusal="it hung up")) == [unproven(DB, message)]


def test_a_unix_socket():
    reason = "the database is reached over a Unix socket: there is no certificate"
    assert judge() == [not_applicable(reason)]


def test_gaps_only():
    assert judge(gaps=(Gap(DB, "connection refused"),)) == []


def test_the_root_is_nobodys_business():
    weak_root = replace(X1, signature_hash="sha1", signature="sha1WithRSAEncryption")
    assert [f.outcome for f in judge(replace(SERVED, anchor=weak_root))] == ["pass"]
