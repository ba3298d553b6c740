"""Looks whether Supabase Auth keeps its audit log in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.audit_logs import AuthAudit
from auditor.probes.management import auth_settings
from auditor.probes.net.http import Http
from auditor.probes.net.postgres import QueryFailed, Transaction
from auditor.probes.surfaces import Databases
from auditor.registry import probe

SWITCH = "audit_log_disable_postgres"
"""Of the Management API's auth settings; of Auth itself it is GOTRUE_AUDIT_LOG_DISABLE_POSTGRES."""

_PRESENT = """
select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'auth' and c.relname = 'audit_log_entries'
"""
_NEWEST = """
select (select max(e.created_at)::timestamptz from auth.audit_log_entries e),
       (select max(u.last_sign_in_at)::timestamptz from auth.users u)
"""


@probe(deadline=20.0)
async def auth_audit(environment: Environment, databases: Databases, http: Http) -> AuthAudit:
    """The newest entry of the audit log and the newest sign-in, and the switch where it can be asked for."""
    audit = await databases.verified()
    async with audit.session() as session, session.transaction() as transaction:
        present = bool(await transaction.rows(_PRESENT))
        entry, sign_in, unreadable = await _newest(transaction) if present else (None, None, "")
    disabled = await _switch(environment, http) if present else None
    return AuthAudit(present, datetime.now(UTC), entry, sign_in, disabled, unreadable)


async def _newest(transaction: Transaction) -> tuple[datetime | None, datetime | None, str]:
    # policies would hide rows from the audit's role without a word: this makes an error of it
    await transaction.rows("select pg_catalog.set_config('row_security', 'off', true)")
    try:
        async with transaction.savepoint():
            ((entry, sign_in),) = await transaction.rows(_NEWEST)
    except QueryFailed as failed:
        return None, None, failed.reason
    return _moment(entry), _moment(sign_in), ""


def _moment(value: Any) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) else None


async def _switch(environment: Environment, http: Http) -> bool | None:
    if environment.supabase is None:
        return None
    try:
        settings = await auth_settings(environment.supabase, http, (SWITCH,))
    except Unavailable:  # the entries themselves say more than the switch
        return None
    value = settings.get(SWITCH)
    return value if isinstance(value, bool) else None
