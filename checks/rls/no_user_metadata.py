"""No policy trusts what users write about themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Function, RowPolicy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_METADATA = re.compile(r"user_metadata|raw_user_meta_data")


@check("RLS007", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-639", "CWE-807", "ASVS-5.0-8.2.2"))
def no_user_metadata(catalog: Catalog) -> Iterator[Finding]:
    """No policy decides by user_metadata, directly or through a helper function.

    ## Why it matters
    Every user can set their own `user_metadata` with one call of the client library: a policy that reads a role or
    tenant from it lets them promote themselves.

    ## How to fix it
    Use `app_metadata`, which only the service key can write, or a table of your own:

        ((select auth.jwt()) -> 'app_metadata' ->> 'role') = 'admin'
    """
    functions = {function.signature: function for function in catalog.functions}
    if not catalog.policies and not catalog.gaps:
        yield not_applicable("there is no policy")
    ways: dict[object, str] = {}  # tables by the thousand have one policy
    for policy in catalog.policies:
        said = (policy.using, policy.check, policy.functions)
        if said not in ways:
            ways[said] = _way(policy, functions)
        if way := ways[said]:
            yield failed(
                policy.table,
                f"policy {policy.name} trusts user metadata, {way}",
                aspect=policy.name,
                policy=policy.name,
                through=way,
            )
        else:
            yield passed(policy.table, f"policy {policy.name} does not read user metadata", aspect=policy.name)


def _way(policy: RowPolicy, functions: dict[str, Function]) -> str:
    if any(text and _METADATA.search(text) for text in (policy.using, policy.check)):
        return "in its own expression"
    for signature in policy.functions:
        function = functions.get(signature)
        if function and function.reads_user_metadata:
            return f"through {signature}"
    return ""
