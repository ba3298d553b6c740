"""A run from plan to report."""

from __future__ import annotations

import signal

from auditor import run
from auditor.engine import Gathered
from auditor.events import ignore_events
from auditor.plan import Plan
from auditor.redact import Redactor
from tests.conftest import make_checklist


class Loud:
    def __repr__(self):
        raise AssertionError("a fact of a large database has a repr of megabytes")


def test_signals_are_given_back_without_spelling_out_the_facts(monkeypatch):
    def run_probes(*_, on_loop, **__):
        on_loop(None, lambda: None)
        return {Loud: Gathered(Loud())}

    monkeypatch.setattr(run, "run_probes", run_probes)
    before = signal.getsignal(signal.SIGINT)
    found = run._gather(Plan((), (), {}), make_checklist(), run.Options(), Redactor(), ignore_events)
    assert found.facts.keys() == {Loud}
    assert signal.getsignal(signal.SIGINT) is before
