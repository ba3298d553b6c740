"""Opens what probes work with, for one environment, and closes it again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from auditor.checklist.model import Environment
from auditor.probes.net.dial import Dialer
from auditor.probes.net.http import Http
from auditor.probes.net.postgres import Database
from auditor.probes.net.traffic import Traffic
from auditor.probes.surfaces import Databases
from auditor.redact import Secret

CAPABILITIES: tuple[type, ...] = (Environment, Traffic, Dialer, Http, Databases)
"""What a probe may take besides facts. Checks may take none of them."""


@asynccontextmanager
async def open_capabilities(environment: Environment, traffic: Traffic) -> AsyncIterator[Mapping[type, object]]:
    """The capabilities of one run.

    Args:
        environment: what to reach.
        traffic: counts what is sent, and holds the budget.
    """
    network = environment.network
    dialer = Dialer(environment.resolve, network.source_address, network.concurrency, traffic)
    async with Http(dialer, environment.tls, traffic) as http:
        yield {
            Environment: environment,
            Traffic: traffic,
            Dialer: dialer,
            Http: http,
            Databases: open_databases(environment, dialer, traffic),
        }


def open_databases(environment: Environment, dialer: Dialer, traffic: Traffic) -> Databases:
    """The ways into the database; nothing connects before a session is asked for."""

    def database(dsn: Secret | None, label: str) -> Database | None:
        return Database(dsn, dialer, environment.tls, traffic, label) if dsn else None

    application = database(environment.database, "database")
    auditor = database(environment.auditor_database, "auditor_database")
    return Databases(environment, auditor or application, application)
