"""Functions that run with their owner's rights ask who calls."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Function
from auditor.facts.view_paths import view_paths
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RLS011", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-269", "CWE-863", "ASVS-5.0-8.2.1"))
def definer_functions_guarded(catalog: Catalog) -> Iterator[Finding]:
    """A SECURITY DEFINER function that API roles reach asks who calls.

    Reached means: callable as RPC, or called by a function that is, or by a view that the API serves. To ask whether
    somebody is signed in at all is no question about the caller.

    ## Why it matters
    Such a function runs with its owner's rights, around row level security. When it does not look at the caller,
    everybody who can call it gets what its owner can.

    ## How to fix it
    Make it `security invoker`, or let it check `auth.uid()`; when nobody should call it over the API:

        revoke execute on function {subject} from public, anon, authenticated;
    """
    in_policies = {signature for policy in catalog.policies for signature in policy.functions}
    reached = list(_reached(catalog))
    if not reached and not catalog.gaps:
        yield not_applicable("API roles reach no SECURITY DEFINER function")
    for function, way in reached:
        yield _judge(function, way, used=function.signature in in_policies)


def _reached(catalog: Catalog) -> Iterator[tuple[Function, str]]:
    callers = [f for f in catalog.functions if f.exposed and f.executable_by and not f.definer and not f.trigger]
    wrappers = {name: caller.signature for caller in reversed(callers) for name in caller.calls}
    views = _calling_views(catalog)
    for function in catalog.functions:
        if not function.definer or function.trigger or not function.executable_by or function.extension:
            continue
        if function.exposed:
            yield function, "as RPC"
        elif wrapper := wrappers.get(f"{function.schema}.{function.name}"):
            yield function, f"through {wrapper}"
        elif view := views.get(function.signature):
            yield function, f"through the view {view}"


def _calling_views(catalog: Catalog) -> dict[str, str]:
    """Signature of a function to a view of the API that calls it, itself or through views that it reads."""
    paths = view_paths(catalog)
    found: dict[str, str] = {}
    for view in catalog.exposed("view"):
        if view.readable_by:
            for relation in (view, *(below for _, below in paths.walk(view))):
                for signature in relation.calls:
                    found.setdefault(signature, str(view))
    return found


def _judge(function: Function, way: str, *, used: bool) -> Finding:
    if function.reads_caller:
        return passed(function.signature, f"reached {way}, and asks who calls")
    remedy = (
        f"A policy calls this function, so API roles must keep the right to execute it. Move it to a schema "
        f"that the API does not serve: alter function {function.signature} set schema private;"
        if used
        else ""
    )
    return failed(
        function.signature,
        f"runs with the rights of {function.owner}, reached {way} by {', '.join(function.executable_by)}, "
        "and does not ask who calls",
        remediation=remedy,
        owner=function.owner,
        executable_by=list(function.executable_by),
        way=way,
        used_by_policy=used,
    )
