"""``make bench``: prints tables; asserts nothing. ``python -m bench rls`` is one part alone."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import RUNS, measure

AUDIT = [sys.executable, "-m", "auditor"]


def startup() -> None:
    """Commands that should answer at once."""
    for arguments in (["--version"], ["list"], ["explain", "RLS001"]):
        print(measure([*AUDIT, *arguments]).row("audit " + " ".join(arguments)))
    print(measure([sys.executable, "-c", "pass"]).row("the interpreter alone"))


def lab() -> None:
    """The lab's start and the audit of both profiles."""
    from auditor.lab import Profile, running

    for profile in Profile:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            with running(profile, Path(folder)) as stack:
                ready = time.perf_counter() - started
                print(f"{f'lab {profile}: ready':<44} {ready * 1000:8.0f} ms")
                command = [*AUDIT, "run", "--config", str(stack.checklist), "--env", "lab", "--report", "json"]
                print(measure(command, runs=3).row(f"audit run, {profile} lab"))


def rls() -> None:
    """The audit of row level security, by the number of tables."""
    from bench.rls import main

    main()


def tls() -> None:
    """The TLS engine."""
    from bench.tls import main

    main()


def headers() -> None:
    """All checks on web answers, on recorded ones."""
    from bench.headers import main

    main()


def exposed() -> None:
    """Files that should not be served."""
    from bench.exposed import main

    main()


def secrets() -> None:
    """The scanner for secrets, and others beside it."""
    from bench.secrets import main

    main()


def sites() -> None:
    """Hostile frontends."""
    from bench.sites import main

    main()


def cors() -> None:
    """What is asked about CORS."""
    from bench.cors import main

    main()


def limits() -> None:
    """The burst against limiters."""
    from bench.limits import main

    main()


def drill() -> None:
    """Restore drills."""
    from bench.drill import main

    main()


PARTS = {
    "startup": startup,
    "lab": lab,
    "rls": rls,
    "tls": tls,
    "headers": headers,
    "exposed": exposed,
    "secrets": secrets,
    "sites": sites,
    "cors": cors,
    "limits": limits,
    "drill": drill,
}


def main(names: list[str]) -> None:
    """The named parts, or everything."""
    if unknown := set(names) - set(PARTS):
        sys.exit(f"bench: no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {RUNS} runs after a warm-up")
    for name in names or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
