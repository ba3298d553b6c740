"""Where reports go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.redact import Redactor
    from auditor.report.model import Report

FORMATS = ("console", "json", "json-v1", "markdown", "html")
LATER = ("sarif", "junit", "openmetrics", "gitlab", "ocsf", "csv")
_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV)
"""Why a file cannot be replaced though it may be written: a read-only folder, or a file mounted by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """One report that was asked for."""

    format: str
    path: Path | None
    """None: stdout."""


def parse_targets(values: Iterable[str]) -> list[Target]:
    """``--report FORMAT[=PATH]`` values; the console on stdout when there are none.

    Raises:
        UsageError: unknown format, no path after ``=``, or two reports on stdout.
    """
    targets = [_target(value) for value in values] or [Target("console", None)]
    if len([target for target in targets if target.path is None]) > 1:
        raise UsageError("--report: only one report can go to stdout; give the others a path: FORMAT=PATH")
    paths = [target.path for target in targets if target.path]
    if len(set(paths)) < len(paths):
        raise UsageError("--report: two reports have the same path; the second would replace the first")
    return targets


def _target(value: str) -> Target:
    name, equals, path = value.partition("=")
    if name in LATER:
        raise UsageError(f"--report {name}: this format is not there yet; use one of {', '.join(FORMATS)}")
    if name not in FORMATS:
        close = difflib.get_close_matches(name, FORMATS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(FORMATS)}"
        raise UsageError(f"--report {name}: there is no such format; {hint}")
    if equals and not path:
        raise UsageError(f"--report {value}: a path is missing after the equals sign; leave both out for stdout")
    return Target("json" if name == "json-v1" else name, Path(path) if path and path != "-" else None)


def check_writable(paths: Iterable[Path]) -> None:
    """Find out before the audit whether its reports can be written.

    Raises:
        UsageError: for the first path that cannot.
    """
    for path in paths:
        _check(path)


def _check(path: Path) -> None:
    real = Path(os.path.realpath(path))
    if real.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    if not real.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {real.parent}; create it first")
    if _is_special(real):
        if not os.access(real, os.W_OK):
            raise UsageError(f"{path} cannot be written: permission denied")
        return
    try:
        handle, name = tempfile.mkstemp(prefix=".audit-", dir=real.parent)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        if not (real.exists() and os.access(real, os.W_OK)):
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _is_special(path: Path) -> bool:
    """Whether the path is a device, FIFO or socket: written into, never replaced."""
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def write_report(report: Report, target: Target, redactor: Redactor | None = None) -> None:
    """Render a report and put it where it belongs.

    Raises:
        UsageError: it cannot be written.
    """
    if target.path is None:
        _write_stdout(report, target, redactor)
        return
    text = render(report, target.format)
    # Facts and findings were redacted when they left the engine; this catches what a format might add.
    text = redactor.text(text) if redactor and target.format != "json" else text
    write_file(target.path, text)


def _write_stdout(report: Report, target: Target, redactor: Redactor | None) -> None:
    """To stdout; a reader that leaves (``| head``) has had enough, which is no failure."""
    try:
        if target.format == "console":
            from auditor.report.console import print_report

            print_report(report, sys.stdout)
        else:
            text = render(report, target.format)
            sys.stdout.write(redactor.text(text) if redactor and target.format != "json" else text)
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise UsageError(f"stdout cannot be written: {error.strerror}") from None
    except AttributeError:
        raise UsageError("stdout is closed: give the report a path, as in --report json=FILE") from None


def render(report: Report, name: str) -> str:
    """The report as text in a format of :data:`FORMATS`."""
    if name == "console":
        from auditor.report import console

        return console.render(report)
    if name == "markdown":
        from auditor.report import markdown

        return markdown.render(report)
    if name == "html":
        from auditor.report import html

        return html.render(report)
    from auditor.report import json_v1

    return json_v1.render(report)


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all; a device or FIFO is written into, a symlink keeps pointing.

    Raises:
        UsageError: it cannot be written.
    """
    real = Path(os.path.realpath(path))
    data = text.encode("utf-8", "replace")
    try:
        if _is_special(real):
            _write_into(real, data)
        else:
            _replace(real, data)
    except OSError as error:
        reason = "nobody reads from it" if error.errno == errno.ENXIO else error.strerror
        raise UsageError(f"{path} cannot be written: {reason}") from None


def _write_into(path: Path, data: bytes) -> None:
    # Without O_NONBLOCK, opening a FIFO that nobody reads would wait for ever.
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)


def _replace(path: Path, data: bytes) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=".audit-", dir=path.parent)
    except OSError as error:
        if error.errno in _IN_PLACE and path.exists():
            path.write_bytes(data)
            return
        raise
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(_mode(path))
        _move(Path(name), path, data)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _move(temporary: Path, path: Path, data: bytes) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        if error.errno not in _IN_PLACE or not path.exists():
            raise
        path.write_bytes(data)


def _mode(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
