"""Policies ask who calls once, not once a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from auditor.facts.catalog import Catalog
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_CALL = re.compile(r"auth\.(?:uid|jwt|role|email)\(\)|current_setting\(")


@check(
    "RLS023",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("https://supabase.com/docs/guides/database/postgres/row-level-security#call-functions-with-select",),
)
def policy_calls_wrapped(catalog: Catalog) -> Iterator[Finding]:
    """Policies wrap auth.uid() and its kin in a sub-select.

    ## Why it matters
    `auth.uid() = owner_id` calls the function for every row; `(select auth.uid()) = owner_id` once for the query. On
    large tables that is the difference between milliseconds and seconds.

    ## How to fix it
    Write `(select auth.uid())` instead of `auth.uid()` in the policy.
    """
    exposed = {str(relation) for relation in catalog.exposed()}
    judged = [policy for policy in catalog.policies if policy.table in exposed]
    if not judged and not catalog.gaps:
        yield not_applicable("no policy in an exposed schema")
    for policy in judged:
        bare = bare_calls(f"{policy.using or ''} {policy.check or ''}")
        if bare > 0:
            yield failed(
                policy.table, f"policy {policy.name} asks who calls once a row", aspect=policy.name, bare_calls=bare
            )
        else:
            yield passed(policy.table, f"policy {policy.name} asks at most once", aspect=policy.name)


@lru_cache(maxsize=1024)
def bare_calls(text: str) -> int:
    """How often an expression asks who calls outside a sub-select. Many tables have the same policy."""
    return len(_CALL.findall(_without_selects(text)))


def _without_selects(text: str) -> str:
    """The expression without its sub-selects: those are evaluated once."""
    kept: list[str] = []
    depth = 0
    position = 0
    while position < len(text):
        if not depth and text.startswith("( SELECT ", position):
            depth = 1
        elif depth:
            depth += {"(": 1, ")": -1}.get(text[position], 0)
        else:
            kept.append(text[position])
        position += 1
    return "".join(kept)
