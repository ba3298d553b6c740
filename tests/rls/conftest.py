"""One server a version, for all cases; a database of its own for each."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from .audit import Verdict, audit
from .case import Case
from .cases import CASES
from .cases.known import CASES as KNOWN
from .servers import VERSIONS, Database, Server, server


@dataclass(frozen=True)
class Audited:
    """A case on a server, and what the audit said and left behind."""

    case: Case
    database: Database
    verdict: Verdict
    before: dict[str, Any]
    after: dict[str, Any]
    songs: int


def pytest_generate_tests(metafunc):
    if "audited" in metafunc.fixturenames:
        parameters = [
            pytest.param((version, case), id=f"{case.id}-pg{version}", marks=_marks(version, case))
            for version in VERSIONS
            for case in CASES
            if version >= 15 or "security_invoker" not in case.sql  # which came with 15
        ]
        metafunc.parametrize("audited", parameters, indirect=True)


def _marks(version, case):
    # version by version: xdist keeps each server in one process
    marks = [pytest.mark.lab, pytest.mark.xdist_group(f"rls{version}")]
    return [*marks, pytest.mark.known] if case in KNOWN else marks


@pytest.fixture(scope="session")
def servers():
    """Servers by version, each started when it is first asked for."""
    running: dict[int, Server] = {}
    with ExitStack() as stack:

        def get(version: int) -> Server:
            if version not in running:
                running[version] = stack.enter_context(server(version))
            return running[version]

        yield get


@pytest.fixture
def audited(request, servers):
    """The case in a database, audited."""
    version, case = request.param
    with servers(version).database(case) as database:
        before, songs = database.traces(), database.songs()
        verdict = audit(database, case.policy)
        yield Audited(case, database, verdict, before, database.traces(), database.songs() - songs)
