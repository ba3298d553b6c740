"""Wrong hosts, ports, names and passwords: a sentence, the right exit code, never a pass."""

from __future__ import annotations

import json

import pytest

from tests.e2e.conftest import audit, variant


def report_of(stack, tmp_path, *arguments, **changes):
    checklist = variant(stack, tmp_path, **changes)
    done = audit("run", "--config", checklist, "--env", "lab", "--report", "json", *arguments)
    assert "Traceback" not in done.stdout + done.stderr
    return done, json.loads(done.stdout)


def findings_of(report, check_id):
    (check,) = [check for check in report["checks"] if check["id"] == check_id]
    return check["outcome"], " ".join(finding["message"] for finding in check["findings"])


@pytest.mark.parametrize(
    ("api", "reason"),
    [
        ("https://127.0.0.1:1", "connection refused by 127.0.0.1:1"),
        ("https://name.invalid", "the name name.invalid does not resolve"),
    ],
)
def test_an_api_that_is_not_there(hardened, tmp_path, api, reason):
    done, report = report_of(hardened, tmp_path, api=f'api = "{api}"', http_port="http_port = 1")
    assert (done.returncode, report["verdict"]) == (3, "unproven")
    for check_id in ("CORS001", "TLS001", "MON001", "EXP001", "EXP002", "EXP003", "RATE001"):
        outcome, text = findings_of(report, check_id)
        assert outcome == "error", check_id
        assert reason in text, check_id


def test_a_database_that_is_not_there(hardened, tmp_path):
    checklist = variant(hardened, tmp_path)
    gone = dict.fromkeys(
        ("LAB_DATABASE_URL", "LAB_AUDIT_DATABASE_URL"), "postgresql://app:planted-password@127.0.0.1:1/app"
    )
    done = audit("run", "--config", checklist, "--env", "lab", "--report", "json", environ=gone)
    report = json.loads(done.stdout)
    assert done.returncode == 3
    for check_id in ("RLS001", "RLS002", "LOG001", "LOG002", "DB001"):
        outcome, text = findings_of(report, check_id)
        assert (outcome, "connection refused" in text) == ("error", True), check_id
    assert "planted-password" not in done.stdout + done.stderr


def test_plain_http_on_the_https_port_is_no_pass(hardened, tmp_path):
    done, report = report_of(hardened, tmp_path, api=f'api = "https://api.stack.test:{hardened.http_port}"')
    outcome, text = findings_of(report, "TLS001")
    assert (done.returncode, outcome) == (3, "error")
    assert "does not speak TLS" in text


def test_an_untrusted_certificate_fails_and_names_the_reason(hardened, tmp_path):
    checklist = variant(hardened, tmp_path, trust='trust = "system"')
    done = audit("run", "--config", checklist, "--env", "lab", "--report", "json", "--select", "TLS001")
    outcome, text = findings_of(json.loads(done.stdout), "TLS001")
    assert (done.returncode, outcome) == (1, "fail")
    assert 'certificate 1 "' in text
    assert "which is neither served nor trusted" in text


def test_a_waiver_by_the_command_lets_the_release_through(insecure, tmp_path):
    checklist = variant(insecure, tmp_path)
    select = ("--select", "RLS001,META001", "--report", "json")
    for table in ("user_roles", "workspace_datasets"):
        done = audit(
            *("waive", "RLS001", "--config", checklist, "--subject", f"public.{table}"),
            *("--reason", "being fixed", "--owner", "data-team", "--expires", "2099-01-31"),
        )
        assert done.returncode == 0, done.stderr
    done = audit("run", "--config", checklist, "--env", "lab", *select)
    report = json.loads(done.stdout)
    assert (done.returncode, report["summary"]["findings"]) == (0, {"open": 0, "waived": 2, "baselined": 0})
    assert [waiver["state"] for waiver in report["waivers"]] == ["active", "active"]


def test_a_baseline_lets_known_failures_through(insecure, insecure_run, tmp_path):
    checklist = variant(insecure, tmp_path)
    done = audit(
        *("run", "--config", checklist, "--env", "lab", "--report", "json"),
        *("--baseline", insecure_run.folder / "report.json"),
    )
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (0, "ready")
    assert report["summary"]["findings"]["open"] == 0
    assert report["summary"]["findings"]["baselined"] >= 15
