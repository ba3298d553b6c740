"""Buckets are private unless somebody says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.columns import Buckets
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS019", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-552", "ASVS-5.0-8.2.2"))
def buckets_private(storage: Buckets) -> Iterator[Finding]:
    """No bucket of Supabase Storage is public.

    ## Why it matters
    Every file of a public bucket can be fetched by its URL, whatever the policies say, and URLs get shared, logged and
    guessed.

    ## How to fix it
        update storage.buckets set public = false where name = '{subject}';

    and serve files through signed URLs. A bucket that is public on purpose (avatars, for example): waive it.
    """
    if not storage.buckets and not storage.gaps:
        yield not_applicable("there is no bucket" if storage.there else "the database has no Supabase Storage")
    for bucket in storage.buckets:
        if bucket.public:
            yield failed(bucket.name, "the bucket is public: its files need nothing but their URL")
        else:
            yield passed(bucket.name, "the bucket is private")
