"""The insecure stack is blocked for every planted defect, the hardened one is ready."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from auditor.cli.demo import PLANTED
from auditor.cli.schema import schema


def test_the_insecure_stack_is_blocked(insecure_run):
    assert (insecure_run.code, insecure_run.report["verdict"], insecure_run.report["exit_code"]) == (1, "blocked", 1)


@pytest.mark.parametrize("check_id", sorted(PLANTED))
def test_every_planted_defect_is_found(insecure_run, check_id):
    assert insecure_run.outcomes()[check_id] == "fail", PLANTED[check_id]


def test_the_defects_are_named(insecure_run):
    assert insecure_run.messages("RLS001") == {
        "public.custom_kpis": "row level security is on",
        "public.user_roles": "row level security is off: anon and authenticated read rows",
        "public.workspace_datasets": "row level security is off: anon and authenticated read rows",
        "public.workspaces": "row level security is on",
    }
    assert "public.custom_kpis" in insecure_run.messages("RLS002")
    assert {"DATABASE_URL", "SUPABASE_SERVICE_KEY", "POSTGRES_PASSWORD"} == {
        finding["evidence"]["key"]
        for check in insecure_run.report["checks"]
        if check["id"] == "ENV001"
        for finding in check["findings"]
        if finding["outcome"] == "fail"
    }
    assert {f["outcome"] for c in insecure_run.report["checks"] for f in c["findings"]} <= {
        "pass",
        "fail",
        "not-applicable",
    }


def test_the_hardened_stack_is_ready(hardened_run):
    assert (hardened_run.code, hardened_run.report["verdict"], hardened_run.report["exit_code"]) == (0, "ready", 0)
    assert {k: v for k, v in hardened_run.outcomes().items() if v not in ("pass", "not-applicable")} == {}
    counts = hardened_run.report["summary"]["mandatory"]
    assert (counts["fail"], counts["error"], counts["manual"]) == (0, 0, 0)
    assert counts["pass"] + counts["not-applicable"] == counts["total"]
    for item in hardened_run.report["items"]:
        if item["level"] == "mandatory":
            assert item["outcome"] == "pass", item["id"]


def test_reports_fit_the_published_schema(either):
    _, run = either
    Draft202012Validator(schema("report")).validate(run.report)


def test_saved_facts_fit_the_published_schema(either):
    _, run = either
    facts = json.loads((run.folder / "facts.json").read_text(encoding="utf-8"))
    types = schema("facts")["properties"]["facts"]["properties"]
    for name, row in facts["facts"].items():
        Draft202012Validator(types[name]).validate(row["value"])


def test_the_report_says_what_was_sent(either):
    _, run = either
    traffic = run.report["run"]["traffic"]
    assert traffic["requests"] > 100
    assert traffic["connections"] > 5
    assert traffic["queries"] > 5
    assert f"{traffic['requests']} requests" in run.out


def test_the_items_come_in_the_chapters_order(either):
    _, run = either
    assert [item["id"] for item in run.report["items"]][:9] == [
        "https",
        "secrets-manager",
        "rls",
        "cors",
        "rate-limiting",
        "audit-logs",
        "backups",
        "monitoring",
        "frontend-secrets",
    ]
