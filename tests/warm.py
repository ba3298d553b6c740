"""The command in a process of its own, which need not import and compile everything anew.

A server that has loaded the audit forks for each command: an environment, a folder, outputs and an exit code of its
own, in a tenth of the time. What starts from nothing is tested where that is what a test is about.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

LOADED = "tests.loaded"
"""The module that the server imports before it forks."""
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([LOADED])


def audit(
    *arguments: object, environ: Mapping[str, str], cwd: Path | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the command as ``python -m auditor`` would.

    Args:
        arguments: without the program's name.
        environ: the whole environment.
        cwd: where it runs; where the tests run, if not given.
        timeout: seconds.
    """
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _context.Process(target=_main, args=(words, dict(environ), str(cwd or Path.cwd()), out, err))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout, out.read_bytes(), err.read_bytes())
        code = process.exitcode
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _main(words: list[str], environ: dict[str, str], cwd: str, out: Path, err: Path) -> None:
    """What the fork does."""
    assert LOADED in sys.modules, "the server has not loaded the audit"
    from auditor.cli import main

    for number, path in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    tempfile.tempdir = None  # as the environment says
    sys.argv = ["audit", *words]
    main()
