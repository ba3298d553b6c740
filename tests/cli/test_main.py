"""Bad input gets one clear sentence and the right exit code."""

from __future__ import annotations

import json

import pytest

from auditor.cli import invoke


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def go(*arguments):
        code = invoke([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback (most recent call last)" not in out + err
        return code, out, err

    return go


def checklist(tmp_path, text):
    path = tmp_path / "checklist.toml"
    path.write_text('version = 1\nextends = "default"\n' + text, encoding="utf-8")
    return path


def test_version(run):
    code, out, _ = run("--version")
    assert (code, out.split()[0]) == (0, "audit")


def test_an_unknown_command_is_a_usage_error_with_a_suggestion(run):
    code, _, err = run("rnu")
    assert code == 2
    assert "there is no command 'rnu'; did you mean `audit run`?" in err


def test_an_unknown_option_is_a_usage_error(run):
    assert run("run", "--env", "prod", "--nope")[0] == 2


def test_without_a_checklist(run):
    code, out, err = run("run", "--env", "prod")
    assert (code, out) == (2, "")
    assert "checklist.toml" in err


def test_malformed_toml_names_the_line(run, tmp_path):
    checklist(tmp_path, "[env.prod\n")
    code, _, err = run("run", "--env", "prod")
    assert code == 2
    assert "checklist.toml:3" in err


def test_an_unknown_environment_is_suggested(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    code, _, err = run("run", "--env", "prd")
    assert code == 2
    assert "prod" in err


def test_a_missing_variable_names_key_and_variable(run, tmp_path, monkeypatch):
    monkeypatch.delenv("NO_SUCH_URL", raising=False)
    checklist(tmp_path, '[env.prod]\ndatabase = "${NO_SUCH_URL}"\n')
    code, _, err = run("run", "--env", "prod")
    assert code == 2
    assert "env.prod.database" in err
    assert "NO_SUCH_URL" in err


def test_a_literal_secret_is_refused_and_not_repeated(run, tmp_path):
    checklist(tmp_path, '[env.prod]\ndatabase = "postgresql://app:hunter2pass@db/app"\n')
    code, out, err = run("run", "--env", "prod")
    assert code == 2
    assert "env.prod.database" in err
    assert "hunter2pass" not in out + err


def test_a_report_that_cannot_be_written_is_found_before_the_audit(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    code, _, err = run("run", "--env", "prod", "--report", f"json={tmp_path}/no/report.json")
    assert code == 2
    assert "create it first" in err


def test_saved_facts_that_are_none(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    (tmp_path / "facts.json").write_text("[]")
    code, _, err = run("run", "--env", "prod", "--facts", "facts.json")
    assert (code, err) == (
        2,
        "audit: facts.json: not a file of saved facts of version 1; make one with `audit run --save-facts FILE`\n",
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "audit-report/2"}', "\x00"])
def test_a_baseline_that_is_none(run, tmp_path, text):
    checklist(tmp_path, "[env.prod]\n")
    (tmp_path / "old.json").write_text(text)
    code, _, err = run("run", "--env", "prod", "--baseline", "old.json")
    assert code == 2
    assert err.startswith("audit: old.json: not a report of version 1")


def test_a_report_file_that_is_missing(run):
    assert run("report", "gone.json")[::2] == (2, "audit: gone.json: cannot be read: No such file or directory\n")


def test_an_unknown_check_is_suggested(run):
    assert run("explain", "RSL001")[::2] == (2, "audit: there is no check 'RSL001'; did you mean RLS001?\n")


def test_a_selector_that_matches_nothing(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    code, _, err = run("run", "--env", "prod", "--select", "RLS,NOPE")
    assert code == 2
    assert "--select NOPE" in err


def test_a_plugin_that_cannot_be_loaded(run, tmp_path):
    (tmp_path / "own.py").write_text("raise RuntimeError('password=hunter2pass')")
    checklist(tmp_path, '[env.prod]\n[[plugins]]\npath = "own.py"\n')
    code, out, err = run("run", "--env", "prod")
    assert code == 2
    assert "own.py cannot be loaded: RuntimeError" in err
    assert "hunter2pass" not in out + err


def test_a_plugin_check_is_judged(run, tmp_path):
    folder = tmp_path / "own" / "rls"
    folder.mkdir(parents=True)
    (folder / "mine.py").write_text(
        "from auditor.facts.policy import RlsPolicy\n"
        "from auditor.model import Level, Severity, passed\n"
        "from auditor.registry import check\n"
        "@check('OWN001', level=Level.MANDATORY, severity=Severity.LOW)\n"
        "def mine(policy: RlsPolicy):\n"
        "    '''Mine.'''\n"
        "    yield passed('x', 'seen')\n"
    )
    checklist(tmp_path, '[env.prod]\n[[plugins]]\npath = "own"\n')
    code, out, _ = run("run", "--env", "prod", "--select", "OWN", "--report", "json")
    report = json.loads(out)
    assert code == 0
    assert [(c["id"], c["item"], c["outcome"]) for c in report["checks"]] == [("OWN001", "rls", "pass")]


def test_a_backup_is_restored_on_request_only(run, tmp_path):
    (tmp_path / "app.dump").touch()
    checklist(tmp_path, '[env.prod.backups]\ndumps = ["*.dump"]\n')

    def told(*flags):
        _, out, _ = run("run", "--env", "prod", "--select", "BAK030", "--report", "json", *flags)
        [check] = [check for check in json.loads(out)["checks"] if check["id"] == "BAK030"]
        return [(finding["outcome"], finding["message"], finding["remediation"]) for finding in check["findings"]]

    [(outcome, message, remedy)] = told()
    assert (outcome, message) == (
        "error",
        "no restore drill was asked for, so nobody knows whether a backup can be restored",
    )
    assert remedy.startswith("run the audit with --drill, or set drill = true in [policy.backups]")
    [(outcome, message, _)] = told("--drill")
    assert (outcome, message) == ("fail", "it cannot be restored: it is empty")


def test_nothing_declared_is_unproven_and_never_ready(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    code, out, _ = run("run", "--env", "prod", "--report", "json")
    report = json.loads(out)
    assert (code, report["verdict"]) == (3, "unproven")
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    assert set(outcomes.values()) <= {"error", "not-applicable"}
    assert outcomes["RLS001"] == "error"


def test_everything_absent_is_not_applicable_with_the_reason(run, tmp_path):
    surfaces = (
        '["frontend", "api", "database", "repository", "prometheus", "alertmanager", "supabase", "backups", "logs"]'
    )
    checklist(tmp_path, f"[env.prod]\nabsent = {surfaces}\n")
    code, out, _ = run("run", "--env", "prod", "--report", "json")
    report = json.loads(out)
    assert (code, {check["outcome"] for check in report["checks"]}) == (0, {"not-applicable"})
    assert {f["message"] for c in report["checks"] for f in c["findings"]} <= {
        *(f"the checklist declares {s} absent" for s in json.loads(surfaces)),
        "the checklist waives nothing",
        "the checklist pins no certificate",
        "the history was not searched: set `history = true` in `[policy.secrets]` to do so",
        "the audit holds no key; ask the secrets manager for the day of the last rotation",
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('api = "http://127.0.0.1:1"', "connection refused by 127.0.0.1:1"),
        ('api = "http://name.invalid"', "the name name.invalid does not resolve"),
        ('database = "${DB}"', "connection refused"),
    ],
)
def test_what_cannot_be_reached_is_an_error_with_a_reason(run, tmp_path, monkeypatch, line, reason):
    monkeypatch.setenv("DB", "postgresql://app:hunter2pass@127.0.0.1:1/app")
    checklist(tmp_path, f"[env.prod]\n{line}\n")
    code, out, err = run("run", "--env", "prod", "--report", "json", "-v")
    report = json.loads(out)
    messages = " ".join(f["message"] for c in report["checks"] for f in c["findings"])
    assert reason in messages
    assert code in (1, 3)
    assert "hunter2pass" not in out + err


def test_a_crash_of_the_tool_is_a_sentence_and_exit_code_4(run, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("password=hunter2pass")

    monkeypatch.setattr("auditor.run.run_audit", broken)
    checklist(tmp_path, "[env.prod]\n")
    code, out, err = run("run", "--env", "prod")
    assert (code, out) == (4, "")
    assert err.startswith("audit: internal error: RuntimeError: password=[redacted")


def test_stdout_holds_the_report_and_nothing_else(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    _, out, err = run("run", "--env", "prod", "--report", "json", "-v")
    assert json.loads(out)["schema"] == "audit-report/1"
    assert "audit: prod: unproven" in err


def test_quiet_says_nothing(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    assert run("run", "--env", "prod", "--report", "json=out.json", "-q")[1:] == ("", "")


def test_a_saved_report_is_rendered_again(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    run("run", "--env", "prod", "--report", "json=out.json")
    code, out, _ = run("report", "out.json", "--report", "json")
    assert (code, out) == (0, (tmp_path / "out.json").read_text(encoding="utf-8"))
    total = json.loads(out)["summary"]["mandatory"]["total"]
    code, out, _ = run("report", "out.json", "--report", "markdown")
    assert (code, out.splitlines()[0]) == (0, f"## ❓ UNPROVEN: 0 of {total} mandatory checks proven")


@pytest.mark.parametrize("document", ["report", "checklist", "facts"])
def test_schemas_are_json_schemas(run, document):
    from jsonschema import Draft202012Validator

    code, out, _ = run("schema", document)
    assert code == 0
    Draft202012Validator.check_schema(json.loads(out))


def test_items_have_their_french_titles(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    _, out, _ = run("run", "--env", "prod", "--report", "json", "--lang", "fr")
    assert [item["title"] for item in json.loads(out)["items"]][:8] == [
        "HTTPS activé partout",
        "Variables sensibles dans secrets manager",
        "RLS activé sur Supabase",
        "CORS configuré strictement",
        "Rate limiting activé",
        "Logs d'audit activés",
        "Backups configurés",
        "Monitoring en place",
    ]


def test_fail_on_never_keeps_usage_errors(run, tmp_path):
    checklist(tmp_path, "[env.prod]\n")
    assert run("run", "--env", "prod", "--fail-on", "never")[0] == 0
    assert run("run", "--env", "other", "--fail-on", "never")[0] == 2
