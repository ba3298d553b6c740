"""Finds the tables that keep who did what, and who may rewrite them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from auditor.facts.audit_logs import AuditTable, AuditTables, Change
from auditor.facts.database import qualified
from auditor.facts.policy import AuditLogPolicy
from auditor.model import Gap
from auditor.probes.audit_logs.settings import application_role
from auditor.probes.audit_logs.tables_sql import DETOURS, GUARDS, RIGHTS, ROLES, TABLES
from auditor.probes.surfaces import Databases
from auditor.registry import probe

MOST_TABLES = 200
MOST_PARTS = 2_000
"""Partitions and heirs of these."""

_KEPT = r"(?:logs?|trails?|entry|entries|events?|records?|history|journal|actions?)"
_NAME = re.compile(
    rf"(?:^|.*_)audit(?:ing)?_?{_KEPT}(?:$|_.*)|.*_(?:audit|aud)$|.*_audit_.*{_KEPT}$|logged_actions|record_versions?"
    rf"|auditlog.*|(?:.*_)?(?:activity|security|access|admin|change)_?(?:logs?|trails?|events?)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_PROVIDERS = ("auth", "storage", "realtime", "_realtime", "supabase_functions", "vault", "extensions", "cron", "net")
"""Schemas of Supabase: its customers own nothing in them."""

_ALWAYS = re.compile(r"\s*begin\s+raise\s+(?!debug|log|info|notice|warning)", re.IGNORECASE)
_SKIPS = re.compile(r"\s*begin\s+return\s+null\s*;\s*end\b", re.IGNORECASE)
_CAUGHT = re.compile(r"\bexception\s+when\b", re.IGNORECASE)
"""A block that catches what it has raised."""
_RAISES = re.compile(r"\braise\b(?!\s+(?:debug|log|info|notice|warning)\b)", re.IGNORECASE)
_REFUSES = re.compile(r"\braise\b|\breturn\s+null\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*")
_BITS = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}
"""Of ``pg_trigger.tgtype``; 1 is for each row, 2 before."""


@probe(deadline=20.0)
async def audit_tables(databases: Databases, policy: AuditLogPolicy) -> AuditTables:
    """The audit tables, by their names or by the checklist, and what the application's and the API's roles may do."""
    audit = await databases.verified()
    user = (databases.application or audit).user
    async with audit.session() as session, session.transaction() as transaction:
        application = await application_role(transaction, user)
        rows = await transaction.rows(ROLES, (application,))
        superuser = any(bool(is_super) for name, is_super in rows if name == application)
        names = [str(name) for name, is_super in rows if not is_super]
        listed = await transaction.rows(TABLES)
        tables = [(int(oid), str(name), bool(part)) for oid, name, part, _ in listed]
        chosen, missing = _chosen(tables, policy.tables)
        gaps: tuple[Gap, ...] = ()
        if len(chosen) > MOST_TABLES:
            gaps = (Gap("tables", f"only {MOST_TABLES} of {len(chosen)} audit tables were looked at"),)
            chosen = dict(list(chosen.items())[:MOST_TABLES])
        parts = _parts(chosen, ((int(oid), str(name), parents) for oid, name, _, parents in listed))
        if len(parts) > MOST_PARTS:
            gaps = (*gaps, Gap("partitions", f"only {MOST_PARTS} of {len(parts)} were looked at"))
        chosen |= dict(list(parts.items())[:MOST_PARTS])
        asked = {"tables": list(chosen), "roles": names, "application": application}
        rights = await transaction.rows(RIGHTS, asked)
        detours = await transaction.rows(DETOURS, asked)
        guards = await transaction.rows(GUARDS, {"tables": list(chosen)})
    found = list(_tables(chosen, rights, detours, guards, {oid for oid, _, part in tables if part} | set(parts)))
    return AuditTables(tuple(str(name) for name, _ in rows), tuple(found), missing, superuser, gaps)


def is_audit_name(schema: str, name: str) -> bool:
    """Whether a table keeps who did what, by its name: ``audit_log``, ``orders_audit``, ``logged_actions``, ...

    ``audits`` alone is as likely what the application is about.
    """
    plain = _OTHER.sub("_", _HUMP.sub("_", name).lower())
    return schema.lower() in ("audit", "auditing", "audit_log", "audit_logs") or bool(_NAME.fullmatch(plain))


def _chosen(
    tables: list[tuple[int, str, bool]], declared: Iterable[str]
) -> tuple[dict[int, tuple[str, bool]], tuple[str, ...]]:
    """OID to name and whether the checklist names it; and the names of the checklist that no table has."""
    shown = {oid: qualified(name) for oid, name, _ in tables}
    plain = {oid: name.replace("\x01", ".") for oid, name, _ in tables}
    wanted = set(declared)
    found: dict[int, tuple[str, bool]] = {}
    for oid, name, _ in tables:
        schema, _, own = name.partition("\x01")
        named = shown[oid] in wanted or plain[oid] in wanted
        if named or (schema not in _PROVIDERS and is_audit_name(schema, own)):
            found[oid] = (shown[oid], named)
    known = {*shown.values(), *plain.values()}
    return found, tuple(sorted(wanted - known))


def _parts(
    chosen: dict[int, tuple[str, bool]], listed: Iterable[tuple[int, str, Iterable[int]]]
) -> dict[int, tuple[str, bool]]:
    """Partitions of the chosen tables, and theirs: a right to one is a right to its rows, whatever its name."""
    heirs: dict[int, list[tuple[int, str]]] = {}
    for oid, name, parents in listed:
        for parent in parents:
            heirs.setdefault(int(parent), []).append((oid, name))
    found: dict[int, tuple[str, bool]] = {}
    left = list(chosen)
    while left:
        for oid, name in heirs.get(left.pop(), ()):
            if oid not in chosen and oid not in found:
                found[oid] = (qualified(name), False)
                left.append(oid)
    return found


def _tables(
    chosen: dict[int, tuple[str, bool]],
    rights: Iterable[tuple[Any, ...]],
    detours: Iterable[tuple[Any, ...]],
    guards: Iterable[tuple[Any, ...]],
    partitions: set[int],
) -> Iterator[AuditTable]:
    guarded: dict[int, list[tuple[str, int, str]]] = {}
    for oid, name, kind, code in guards:
        guarded.setdefault(int(oid), []).append((str(name), int(kind), str(code)))
    changes: dict[int, list[Change]] = {}
    owners: dict[int, str] = {}
    for oid, owner, role, owns, words in rights:
        owners[int(oid)] = str(owner)
        if owns:
            changes.setdefault(int(oid), []).append(Change(str(role), "owner"))
            continue
        for word in words:
            refused, guard = _guard(guarded.get(int(oid), ()), str(word))
            if not refused:
                changes.setdefault(int(oid), []).append(Change(str(role), str(word), guard))
    for oid, role, word, how, other in detours:
        before = changes.setdefault(int(oid), [])
        refused, guard = _guard(guarded.get(int(oid), ()), str(word))
        if not refused and not any(one.role == role and one.how in ("owner", word) for one in before):
            before.append(Change(str(role), f"{word} {how} {qualified(str(other))}", guard))
    for oid, (name, declared) in chosen.items():
        if oid in partitions and not declared and not changes.get(oid):
            continue  # its parent stands for it
        yield AuditTable(name, declared, tuple(changes.get(oid, ())), owners.get(oid, ""))


def _guard(guards: Iterable[tuple[str, int, str]], word: str) -> tuple[bool, str]:
    """Whether triggers or rules refuse a command whatever happens; else the name of one that may."""
    may = ""
    for name, kind, code in guards:
        if not kind & _BITS[word]:
            continue
        body = _COMMENT.sub("", code)
        # for each row NULL means that the row is left alone; for a statement it means nothing
        before = bool(kind & 2)
        raises = _ALWAYS.match(body) and not _CAUGHT.search(body)
        if not code or raises or (kind & 1 and before and _SKIPS.match(body)):
            return True, ""
        if (_REFUSES if before else _RAISES).search(body):
            may = may or name
    return False, may
