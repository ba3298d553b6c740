"""Saved facts give the same report without the network."""

from __future__ import annotations

import json
import re

from tests.e2e.conftest import audit, variant

_TIMES = re.compile(  # whatever is a time, and the run's id
    r'"(?:id": "[0-9a-f]{32}|(?:started|finished|facts_gathered)_at": "[^"]*|duration_m?s": [0-9.e-]+)'
)


def without_times(text: str) -> str:
    return _TIMES.sub('"*', text)


def test_a_replay_is_the_same_report_apart_from_times_and_run_id(either, tmp_path):
    _, run = either
    done = audit(
        *("run", "--config", run.folder / "checklist.toml", "--env", "lab"),
        *("--facts", run.folder / "facts.json", "--report", f"json={tmp_path}/again.json", "--report", "console"),
    )
    assert done.returncode == run.code
    again = (tmp_path / "again.json").read_text(encoding="utf-8")
    first = (run.folder / "report.json").read_text(encoding="utf-8")
    assert without_times(again) == without_times(first)
    assert again.count('"duration_ms"') == first.count('"duration_ms"')


def test_a_replay_needs_no_network(hardened, hardened_run, tmp_path):
    nowhere = variant(hardened, tmp_path, source_address='source_address = "192.0.2.1"')
    done = audit("run", "--config", nowhere, "--env", "lab", "--facts", hardened_run.folder / "facts.json")
    assert done.returncode == 0
    assert "Judged from facts gathered at" in done.stdout


def test_facts_of_other_addresses_are_refused(hardened, hardened_run, tmp_path):
    away = variant(hardened, tmp_path, api='api = "https://away.invalid"')
    done = audit("run", "--config", away, "--env", "lab", "--facts", hardened_run.folder / "facts.json")
    assert done.returncode == 2
    assert "holds facts of other addresses" in done.stderr


def test_a_stricter_checklist_judges_the_same_facts_anew(hardened, hardened_run, tmp_path):
    stricter = variant(
        hardened, tmp_path, advisories_max_age='advisories_max_age = "3650d"\n[policy.tls]\nexpires_within = "365d"'
    )
    done = audit(
        *("run", "--config", stricter, "--env", "lab", "--report", "json"),
        *("--facts", hardened_run.folder / "facts.json"),
    )
    outcomes = {check["id"]: check["outcome"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, outcomes["TLS002"]) == (1, "fail")


def test_facts_of_another_environment_are_refused(hardened, hardened_run, tmp_path):
    text = (hardened_run.folder / "facts.json").read_text(encoding="utf-8")
    (tmp_path / "facts.json").write_text(text.replace('"env": "lab"', '"env": "prod"'), encoding="utf-8")
    done = audit(
        "run", "--config", hardened_run.folder / "checklist.toml", "--env", "lab", "--facts", tmp_path / "facts.json"
    )
    assert done.returncode == 2
    assert "holds facts of the environment 'prod', not of 'lab'" in done.stderr


def test_facts_of_another_shape_are_refused(hardened_run, tmp_path):
    document = json.loads((hardened_run.folder / "facts.json").read_text(encoding="utf-8"))
    document["facts"]["Health"]["value"]["status"] = "two hundred"
    (tmp_path / "facts.json").write_text(json.dumps(document), encoding="utf-8")
    done = audit(
        "run", "--config", hardened_run.folder / "checklist.toml", "--env", "lab", "--facts", tmp_path / "facts.json"
    )
    assert done.returncode == 2
    assert "the fact Health has another shape (status:" in done.stderr


def test_a_fact_that_the_file_lacks_is_not_a_pass(hardened_run, tmp_path):
    document = json.loads((hardened_run.folder / "facts.json").read_text(encoding="utf-8"))
    del document["facts"]["Catalog"]
    (tmp_path / "facts.json").write_text(json.dumps(document), encoding="utf-8")
    done = audit(
        *("run", "--config", hardened_run.folder / "checklist.toml", "--env", "lab", "--report", "json"),
        *("--facts", tmp_path / "facts.json"),
    )
    outcomes = {check["id"]: check["outcome"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, outcomes["RLS001"], outcomes["RLS002"]) == (3, "error", "error")
