"""Where the stack's surfaces are, or why nobody can say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auditor.checklist.model import Environment, Supabase
from auditor.errors import Absent, Unavailable
from auditor.model import Gap
from auditor.probes.net.postgres import Database


def missing(environment: Environment, surface: str) -> Unavailable:
    """The error for a surface that the checklist does not name."""
    return Unavailable(
        f"the checklist names no {surface} in [env.{environment.name}]",
        f"add `{surface}` to [env.{environment.name}], or put it in `absent` if the stack has none",
    )


def origin(environment: Environment, surface: str) -> str:
    """The URL of ``frontend``, ``api``, ``prometheus`` or ``alertmanager``.

    Raises:
        Absent: declared absent.
        Unavailable: left out.
    """
    if surface in environment.absent:
        raise Absent(surface)
    url: str = getattr(environment, surface)
    if not url:
        raise missing(environment, surface)
    return url


def web_origins(environment: Environment) -> tuple[dict[str, str], tuple[Gap, ...]]:
    """Every public web surface (frontend, api, Supabase) with its URL, and a gap for each that cannot be judged."""
    found: dict[str, str] = {}
    gaps: list[Gap] = []
    for surface in ("frontend", "api"):
        try:
            found[surface] = origin(environment, surface)
        except Absent as absent:
            gaps.append(Gap(surface, absent.reason, absent=True))
        except Unavailable as unavailable:
            gaps.append(Gap(surface, unavailable.reason, unavailable.hint))
    if environment.supabase and environment.supabase.url:
        found["supabase"] = environment.supabase.url
    return found, tuple(gaps)


def repository(environment: Environment) -> Path:
    """The repository's folder.

    Raises:
        Absent: declared absent.
        Unavailable: left out, or no such folder.
    """
    if "repository" in environment.absent:
        raise Absent("repository")
    if environment.repository is None:
        raise missing(environment, "repository")
    if not environment.repository.is_dir():
        raise Unavailable(f"the repository {environment.repository} is not a folder", "correct `repository`")
    return environment.repository


def supabase(environment: Environment) -> Supabase:
    """The Supabase project.

    Raises:
        Absent: declared absent.
        Unavailable: left out.
    """
    if "supabase" in environment.absent:
        raise Absent("supabase")
    if environment.supabase is None:
        raise missing(environment, "supabase")
    return environment.supabase


_IDENTITY = """
select pg_catalog.current_database()::text, (select system_identifier::text from pg_catalog.pg_control_system())
"""


def _same_place(one: Database, other: Database) -> bool:
    return (one.targets(), one.name) == (other.targets(), other.name)


async def _identity(database: Database) -> str:
    """Cluster and database, as the server itself says them: names and addresses may differ behind a pooler."""
    async with database.session() as session, session.transaction() as transaction:
        name, cluster = (await transaction.rows(_IDENTITY))[0]
    return f"{name} of cluster {cluster}"


@dataclass(frozen=True, slots=True)
class Databases:
    """The two ways into the database: as the audit, and as the application."""

    environment: Environment
    auditor: Database | None
    """Through ``auditor_database``, else ``database``."""
    application: Database | None
    """Through ``database``."""

    async def verified(self) -> Database:
        """The connection for catalog queries, once it is known to lead where the application's leads.

        Raises:
            Absent: declared absent.
            Unavailable: left out, or the two URLs lead to different databases.
        """
        auditor, application = self.for_audit(), self.application
        if application is None or application is auditor or _same_place(auditor, application):
            return auditor
        if (here := await _identity(auditor)) != (there := await _identity(application)):
            raise Unavailable(
                f"database and auditor_database lead to different databases: {application.where} ({there}) and "
                f"{auditor.where} ({here})",
                "let both name the same database; only the role may differ",
            )
        return auditor

    def for_audit(self) -> Database:
        """The connection for catalog queries.

        Raises:
            Absent: declared absent.
            Unavailable: left out.
        """
        if "database" in self.environment.absent:
            raise Absent("database")
        if self.auditor is None:
            raise missing(self.environment, "database")
        return self.auditor
