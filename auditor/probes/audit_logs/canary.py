"""Sends marked statements as the application's role, when the policy wants it, and looks for them in the log."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from auditor.checklist.model import Environment, LogSources, Supabase
from auditor.errors import Unavailable
from auditor.facts.log_files import Canary
from auditor.facts.policy import AuditLogPolicy
from auditor.probes.audit_logs.reading import lines_with
from auditor.probes.audit_logs.trail import Followed, printed_by
from auditor.probes.net.http import Http
from auditor.probes.net.login import APPLICATION_NAME
from auditor.probes.net.postgres import Database, QueryFailed
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.surfaces import Databases, missing
from auditor.registry import probe

MOST_SECONDS = 90.0
_PAUSE_SECONDS = 0.1
_PAUSE_OUTSIDE_SECONDS = 3.0
"""Between two runs of a command, or two requests to the Management API."""
_GRACE_SECONDS = 1.0
"""Once the log has one of the two statements, the other one has so long."""


@probe(deadline=110.0)
async def canary(environment: Environment, databases: Databases, http: Http, policy: AuditLogPolicy) -> Canary:
    """A marked SELECT, and a marked DELETE that is prepared and never executed, in a transaction that cannot write."""
    if not policy.canary:
        return Canary(asked_for=False)
    databases.for_audit()
    if databases.application is None:
        raise missing(environment, "database")
    log = _Log(environment, http)
    marker = f"stack_audit_canary_{secrets.token_hex(8)}"
    await in_daemon_thread(log.followed.start)
    sent = await _sent(databases.application, marker)
    return await _looked(log, sent, marker, min(policy.canary_within.total_seconds(), MOST_SECONDS))


async def _sent(application: Database, marker: str) -> Canary:
    refused = ""
    async with application.session() as session, session.transaction() as transaction:
        ((role,),) = await transaction.rows("select session_user::text")
        moment = datetime.now(UTC)
        await transaction.rows(f"SELECT '{marker}_read'")
        try:
            async with transaction.savepoint():
                await transaction.leave_mark(f"{marker}_write")
        except QueryFailed as failed:
            refused = failed.reason
    return Canary(True, str(role), moment, refused=refused)


async def _looked(log: _Log, sent: Canary, marker: str, seconds: float) -> Canary:
    started = time.monotonic()
    ends = started + seconds
    found = sent
    async for place, data in log.texts(marker, ends):
        if not found.read_in and any(lines_with(data, f"{marker}_read")):
            found = replace(found, read_in=place)
        # the name alone stands in DEALLOCATE too, and a statement that was refused in the line of its error
        marked = [line for line in lines_with(data, f"{marker}_write") if "DELETE FROM" in line]
        if marked and not found.write_in and not found.refused:
            found = replace(found, write_in=place)
        found = replace(found, alive=found.alive or APPLICATION_NAME.encode() in data)
        if found.read_in and found.write_in:
            break
        if found.read_in or found.write_in:
            ends = log.until = min(log.until, time.monotonic() + _GRACE_SECONDS)
    alive = found.alive or bool(found.read_in or found.write_in)
    return replace(found, waited_s=round(time.monotonic() - started, 1), looked_in=log.names, alive=alive)


@dataclass(slots=True)
class _Log:
    """Every place in which the statement may turn up.

    Raises:
        Unavailable: there is none.
    """

    environment: Environment
    http: Http
    until: float = 0.0
    followed: Followed = field(init=False)
    command: tuple[str, ...] = field(init=False)
    project: Supabase | None = field(init=False)

    def __post_init__(self) -> None:
        sources = self.environment.logs or LogSources()
        supabase = self.environment.supabase
        self.followed = Followed(sources.database)
        self.command = sources.database_command
        self.project = supabase if supabase and supabase.access_token and supabase.project_ref else None
        if not (sources.database or self.command or self.project):
            raise Unavailable(
                f"the checklist names no log of the database in [env.{self.environment.name}.logs]",
                "add `database` or `database_command` there, or on Supabase `supabase.access_token`",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The places, for findings."""
        outside = ("Supabase's logs",) if self.project else ()
        return (*self.followed.patterns, *self.command[:1], *outside)

    async def texts(self, marker: str, ends: float) -> AsyncIterator[tuple[str, bytes]]:
        """What each place says, again and again until time is up."""
        self.until = ends
        asked = 0.0
        while True:
            for path, data in await in_daemon_thread(self.followed.appended):
                yield str(path), data
            if (self.command or self.project) and time.monotonic() - asked > _PAUSE_OUTSIDE_SECONDS:
                asked = time.monotonic()
                if self.command:
                    yield self.command[0], (await printed_by(self.command)).data
                if self.project:
                    yield "Supabase's logs", await self._supabase(self.project, marker)
            if time.monotonic() > self.until:
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _supabase(self, project: Supabase, marker: str) -> bytes:
        """The lines of the project's log that hold the marker (Management API, logs.all: within 24 hours)."""
        start = datetime.now(UTC) - timedelta(hours=1)
        query = urlencode(
            {
                "sql": f"select event_message from postgres_logs where event_message like '%{marker}%' limit 20",  # noqa: S608
                "iso_timestamp_start": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
        url = f"{project.api_url}/v1/projects/{project.project_ref}/analytics/endpoints/logs.all?{query}"
        token = project.access_token.reveal() if project.access_token else ""
        try:
            answer = await self.http.get(url, headers=(("Authorization", f"Bearer {token}"),))
            rows = answer.json().get("result") if answer.status == 200 else None
        except (Unavailable, AttributeError):
            return b""
        messages = [row.get("event_message") for row in rows or () if isinstance(row, dict)]
        return "\n".join(str(message).replace("\n", " ") for message in messages).encode()
