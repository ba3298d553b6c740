from __future__ import annotations

import pytest

from auditor.facts.columns import Bucket, Buckets
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.buckets_private import buckets_private


def judge(*buckets, there=True, gaps=()):
    return list(buckets_private(Buckets(there, buckets, gaps)))


@pytest.mark.parametrize("name", ["invoices", 'o\'hara "x"; --', "été"])
def test_public(name):
    assert judge(Bucket(name, True)) == [failed(name, "the bucket is public: its files need nothing but their URL")]


@pytest.mark.parametrize("name", ["invoices", 'o\'hara "x"; --', "été"])
def test_private(name):
    assert judge(Bucket(name, False)) == [passed(name, "the bucket is private")]


def test_each_bucket_by_itself():
    found = judge(Bucket("a", True), Bucket("b", False), Bucket("c", True))
    assert [(finding.subject, finding.outcome) for finding in found] == [("a", "fail"), ("b", "pass"), ("c", "fail")]


@pytest.mark.parametrize(
    ("there", "reason"), [(True, "there is no bucket"), (False, "the database has no Supabase Storage")]
)
def test_nothing_to_judge(there, reason):
    assert judge(there=there) == [not_applicable(reason)]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("storage.buckets", "permission denied"),)) == []
