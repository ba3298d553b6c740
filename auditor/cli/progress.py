"""Shows a run on stderr: a live line on a terminal, plain lines with ``-v``, nothing with ``-q`` or in CI."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import click

from auditor.events import (
    CheckJudged,
    Crashed,
    Event,
    FactGathered,
    Listener,
    ProbeStarted,
    RunPlanned,
    ignore_events,
)
from auditor.text import clean

if TYPE_CHECKING:
    from auditor.redact import Redactor


@contextlib.contextmanager
def listening(*, quiet: bool, verbose: bool, redactor: Redactor) -> Iterator[Listener]:
    """A listener that fits the terminal.

    Args:
        quiet: show nothing.
        verbose: show each event as a line.
        redactor: the last look at each line.
    """
    if verbose:
        yield lambda event: click.echo(clean(redactor.text(_line(event))), err=True)
    elif quiet or not sys.stderr.isatty() or os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        yield ignore_events
    else:
        with _Live() as live:
            yield live.show


def _line(event: Event) -> str:
    match event:
        case RunPlanned(facts, checks):
            return f"audit: {facts} facts to gather, {checks} checks to judge"
        case ProbeStarted(fact):
            return f"audit: gathering {fact}"
        case FactGathered(fact, available, duration_ms, error):
            return (
                f"audit: {fact} {'gathered' if available else 'not gathered'} in {duration_ms:.0f} ms {error}".rstrip()
            )
        case CheckJudged(id_, outcome):
            return f"audit: {id_} {outcome.value}"
        case Crashed(where, traceback):
            return f"audit: {where} crashed\n{traceback}"


class _Live:
    """One line that names what is being gathered, and vanishes at the end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.status import Status

        self._status = Status("gathering facts", console=Console(stderr=True))
        self._pending: list[str] = []
        self._total = self._done = 0

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, event: Event) -> None:
        match event:
            case RunPlanned(facts, _):
                self._total = facts
            case ProbeStarted(fact):
                self._pending.append(fact)
            case FactGathered(fact, _, _, _):
                self._done += 1
                if fact in self._pending:
                    self._pending.remove(fact)
            case _:
                return
        names = ", ".join(self._pending[:4]) + (" …" if len(self._pending) > 4 else "")
        self._status.update(f"{self._done}/{self._total} facts  [dim]{names}[/dim]")
