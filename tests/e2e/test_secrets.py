"""No secret leaves: not of the checklist, not of the environment, not of what servers answer."""

from __future__ import annotations

import base64
from urllib.parse import quote, urlsplit

import pytest

from tests.e2e.conftest import PLANTED, audit


def values(stack) -> dict[str, str]:
    """Every secret around a run, by where it comes from."""
    found = {
        "application password": urlsplit(stack.app_dsn).password or "",
        "auditor password": urlsplit(stack.auditor_dsn).password or "",
        "service key": stack.service_key,
        **PLANTED,
        "OTHER_DATABASE_URL": "planted-url-password-4",
    }
    assert all(len(value) >= 8 for value in found.values())
    return found


def forms(value: str) -> list[str]:
    return [value, quote(value, safe=""), base64.b64encode(value.encode()).decode().rstrip("=")]


def outputs(run) -> dict[str, str]:
    paths = [path for path in run.folder.iterdir() if path.name != "checklist.toml"]
    files = {path.name: path.read_text(encoding="utf-8") for path in paths}
    assert set(files) == {"report.json", "report.md", "facts.json"}
    return {**files, "stdout": run.out, "stderr -v": run.err}


def test_no_output_repeats_a_secret(either):
    stack, run = either
    leaks = [
        (where, kind)
        for kind, value in values(stack).items()
        for form in forms(value)
        for where, text in outputs(run).items()
        if form in text
    ]
    assert leaks == []


def test_the_leaked_key_is_told_by_kind_place_and_length_only(insecure, insecure_run):
    (check,) = [check for check in insecure_run.report["checks"] if check["id"] == "SEC001"]
    found = [finding for finding in check["findings"] if finding["outcome"] == "fail"]
    assert {finding["evidence"]["length"] for finding in found} == {len(insecure.service_key)}
    assert {finding["evidence"]["kind"] for finding in found} == {"Supabase service key"}
    # the script and its source map
    assert [finding["subject"].rpartition(".")[2] for finding in found] == ["js", "map"]
    assert all("/admin/" in finding["subject"] for finding in found)


@pytest.mark.parametrize("command", ["doctor", "run"])
def test_a_wrong_password_is_not_repeated(hardened, tmp_path, command):
    from tests.e2e.conftest import variant

    parts = urlsplit(hardened.auditor_dsn)
    wrong = hardened.auditor_dsn.replace(parts.password or "", "wrong-planted-password")
    done = audit(
        *(command, "--config", variant(hardened, tmp_path), "--env", "lab"),
        environ={"LAB_AUDIT_DATABASE_URL": wrong, "LAB_DATABASE_URL": wrong},
    )
    assert "password authentication failed" in done.stdout
    assert "wrong-planted-password" not in done.stdout + done.stderr
    assert done.returncode == 3
