"""What the log files of the database and of the application hold. No line of them, and no value out of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auditor.facts.sightings import Sighting
from auditor.model import Gap

NEEDS = (
    "`[env.*.logs]`: the log files, or commands that print the logs",
    "read access to the files",
)


@dataclass(frozen=True, slots=True)
class RequestLines:
    """Lines that tell of a request: at least a method and a path."""

    total: int = 0
    timed: int = 0
    """With a time."""
    answered: int = 0
    """With the status of the answer, on the same line."""
    attributed: int = 0
    """With the client's address, a user or the request's id."""
    complete: int = 0
    """With all three."""
    apart: int = 0
    """Lines that tell a status and not of which request."""
    newest: datetime | None = None
    """At the latest, as far as their times tell."""
    forms: tuple[str, ...] = ()
    """``JSON``, ``logfmt``, ``access`` or ``text``."""
    unclear: int = 0
    """Lines that name whole URLs: asked of the application or by it."""
    failures: int = 0
    """Answered with a status from 400 on."""
    probes: int = 0
    """Of a path that load balancers and monitors ask for."""

    @property
    def told(self) -> bool:
        """Whether method, path and status are all there, on one line or on two."""
        return self.answered > 0 or (self.total > 0 and self.apart > 0)


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file, and who may read it."""

    path: str
    size_bytes: int
    changed: datetime
    mode: str
    """Such as ``0640``."""
    world_readable: bool
    """Every user of the host can get at it and read it."""
    web_root: str = ""
    """The folder that a web server would serve it from; empty when it is in none."""
    problem: str = ""
    """Why it could not be read; empty when it could."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """The files of a pattern, or the output of a command."""

    kind: str
    """``database`` or ``application``."""
    name: str
    """The pattern, or the program."""
    command: bool
    files: tuple[LogFile, ...] = ()
    """Newest first: a hundred, and as many older ones that are not private."""
    lines: int = 0
    """That were looked at: the newest ones."""
    oldest: datetime | None = None
    """Of the first line of the oldest file, or when that was changed last."""
    newest: datetime | None = None
    """Of the newest line, at the latest."""
    requests: RequestLines = RequestLines()
    problem: str = ""
    """Why nothing could be read."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that the audit did itself, and whether the log tells of it."""

    done: bool = False
    found_in: str = ""
    """The file or command; empty when no line was found."""
    told: tuple[str, ...] = ()
    """What the line says: ``method``, ``path``, ``status``, ``time``, ``who``."""
    why_not: str = ""
    """Why it was not done, or why nothing is to be expected of it."""


@dataclass(frozen=True, slots=True)
class LogFiles:
    """The logs of the checklist, as far as they were read."""

    NEEDS: ClassVar[tuple[str, ...]] = NEEDS

    looked_at: datetime
    sources: tuple[LogSource, ...]
    sightings: tuple[Sighting, ...] = ()
    """Secrets in the newest lines; counted from the first line that was looked at."""
    scanned_bytes: int = 0
    request: Trace = Trace()
    """A request of the audit to a path that nobody else asks for."""
    connection: Trace = Trace()
    """A connection of the audit to the database."""
    since: datetime | None = None
    """When the database's cluster was made: no log of it is older."""
    unscanned: tuple[str, ...] = ()
    """What was not searched for secrets to its end, and why."""
    gaps: tuple[Gap, ...] = ()

    def of(self, kind: str) -> tuple[LogSource, ...]:
        """The sources of a kind."""
        return tuple(source for source in self.sources if source.kind == kind)


@dataclass(frozen=True, slots=True)
class Canary:
    """A marked statement of the application's role, and whether the database's log tells of it."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`[policy.audit_logs] canary = true`",
        "`database`: the application's own connection",
        "`[env.*.logs]` with the database's log, or `supabase.access_token` with `analytics_logs_read`",
    )

    asked_for: bool
    role: str = ""
    """As the server says that the session logged in."""
    sent_at: datetime | None = None
    waited_s: float = 0.0
    looked_in: tuple[str, ...] = ()
    read_in: str = ""
    """Where the marked SELECT was found."""
    write_in: str = ""
    """Where the marked statement that would change something, had it been executed, was found."""
    alive: bool = False
    """What was looked in holds something of the audit's own session: it is the log of this server, and written."""
    refused: str = ""
    """Why the second statement could not be sent."""
    gaps: tuple[Gap, ...] = ()
