"""A selection loads less and decides the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

from auditor import narrow
from auditor.checklist.load import shipped_items
from auditor.checklist.model import Plugin
from auditor.declarations import declared_checks, declared_probes
from auditor.plan import make_plan
from auditor.registry import collect, modules
from auditor.run import load_registry
from tests.conftest import make_checklist

OWN = '''"""Of a team."""

from auditor.facts.catalog import Catalog
from auditor.model import Level, Severity
from auditor.registry import check


@check("OWN001", level=Level.RECOMMENDED, severity=Severity.LOW, item="rls")
def own(catalog: Catalog):
    """Is as the team wants it.

    ## Why it matters
    It does.

    ## How to fix it
    Do.
    """
'''
CHECKLIST = make_checklist(items=tuple(shipped_items().values()))


@pytest.fixture(scope="module")
def whole():
    return load_registry(CHECKLIST)


def told(plan):
    return (
        [(one.check, one.level) for one in plan.checks],
        [(one.check.id, one.check.name, one.reason) for one in plan.left_out],
        {fact: probe.name for fact, probe in plan.probes.items()},
    )


def test_probes_are_read_as_importing_them_says():
    assert declared_probes() == {
        probe.provides().__name__: probe.function.__module__ for probe in collect(modules("auditor.probes")).probes
    }


@pytest.mark.parametrize("select", [(check.id,) for check in declared_checks()], ids=lambda one: one[0])
def test_each_check_is_planned_as_from_the_whole(whole, select):
    assert told(make_plan(load_registry(CHECKLIST, select), CHECKLIST, select=select)) == told(
        make_plan(whole, CHECKLIST, select=select)
    )


@pytest.mark.parametrize("select", [("rls", "cors"), ("RLS", "rls-enabled"), ("https",), ("hTTps", "sec001")])
def test_several_selectors(whole, select):
    assert told(make_plan(load_registry(CHECKLIST, select), CHECKLIST, select=select)) == told(
        make_plan(whole, CHECKLIST, select=select)
    )


def test_with_a_plugin_everything_is_loaded(tmp_path, whole):
    plugin = tmp_path / "own_checks.py"
    plugin.write_text(OWN)
    registry = load_registry(make_checklist(plugins=(Plugin(path=plugin),)), ("rls",))
    assert [check for check in registry.checks if check.id != "OWN001"] == list(whole.checks)
    assert registry.probes == whole.probes


@pytest.mark.parametrize("reader", ["declared_checks", "declared_probes"])
def test_what_is_written_in_another_way_is_imported(monkeypatch, whole, reader):
    monkeypatch.setattr(narrow, reader, lambda: None)
    assert load_registry(CHECKLIST, ("rls",)) == whole


def test_nothing_that_others_need_is_imported():
    script = (
        "import sys\n"
        "from auditor.run import load_registry\n"
        "from tests.conftest import make_checklist\n"
        "load_registry(make_checklist(), ('rls',))\n"
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('checks.')})\n"
        "print(*(name for name in sys.modules if name.startswith(('auditor.probes.site', 'auditor.probes.secrets'))))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "rls\n\n"
