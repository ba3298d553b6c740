"""One report with everything that a format has to show, and a frozen clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from auditor.report.model import Report

MOMENT = datetime(2026, 11, 24, 18, 2, 3, 456000, tzinfo=UTC)


def finding(outcome, subject, message, **changes):
    row = {
        "outcome": outcome,
        "subject": subject,
        "message": message,
        "confidence": "observed",
        "disposition": "open",
        "fingerprint": "0123456789abcdef",
        "evidence": {},
    }
    return {**row, **changes}


def check(id_, name, item, outcome, findings, level="mandatory", severity="critical", title="A title"):
    return {
        "id": id_,
        "name": name,
        "title": title,
        "item": item,
        "level": level,
        "severity": severity,
        "outcome": outcome,
        "references": ["CWE-862"],
        "duration_ms": 1.5,
        "findings": findings,
    }


FIX = "    alter table {} enable row level security;\n\nThen add a policy for those\nwho need the rows."


def full() -> Report:
    """A blocked run with every kind of finding."""
    tables = [f"public.t{number}" for number in range(7)]
    rls = check(
        "RLS001",
        "rls-enabled",
        "rls",
        "fail",
        [
            *(
                finding(
                    "fail",
                    table,
                    "row level security is off",
                    confidence="proven",
                    evidence={"readable_by": ["anon", "authenticated"], "rows": 12},
                    remediation=FIX.format(table),
                    reproduce="curl -s https://x.supabase.co/rest/v1/t?limit=1",
                )
                for table in tables
            ),
            finding("fail", "public.countries", "row level security is off", disposition="waived"),
            finding("pass", "public.users", "row level security is on"),
        ],
        title="Every table in an exposed schema has row level security turned on",
    )
    tls = check(
        "TLS001",
        "certificate-trusted",
        "https",
        "error",
        [
            finding("error", "https://api.example.com", "no answer within 5 s", remediation="check the firewall"),
            finding("pass", "https://app.example.com", "the certificate verifies"),
        ],
        title="Every origin is served over HTTPS with a certificate that verifies",
    )
    hostile = check(
        "CORS001",
        "foreign-origin-refused",
        "cors",
        "fail",
        [
            finding(
                "fail",
                "GET /\x1b[31m|`<b>",
                "::error::says the server\u202e\n# heading",
                location={"path": "checklist.toml", "line": 12},
                evidence={"header": "a`b|c<script>", "list": list(range(9)), "flag": True, "none": None},
            )
        ],
        title="No foreign origin may read answers of the API",
    )
    backups = check(
        "BAK001",
        "recent-backup",
        "backups",
        "fail",
        [
            finding(
                "fail",
                "dumps",
                "there is none",
                evidence={
                    "places": [
                        {"place": f"/backups/{number}", "files": number, "why not": "\x1b[31m|<b> is empty " * number}
                        for number in range(3)
                    ],
                    "no_table": [{"a": 1}, {"b": 2}],
                },
            )
        ],
        "recommended",
        "high",
    )
    manual = check(
        "LOG009",
        "log-reviewed",
        "audit-logs",
        "manual",
        [finding("manual", "*", "are the logs read?")],
        "recommended",
        "low",
    )
    many = check(
        "ENV001",
        "no-secret-literals",
        "secrets-manager",
        "pass",
        [
            finding(
                "pass", "*", "120 subjects: holds no secret literal", evidence={"count": 120, "first_subjects": ["a"]}
            )
        ],
    )
    monitoring = check(
        "MON002",
        "api-is-scraped",
        "monitoring",
        "not-applicable",
        [finding("not-applicable", "*", "the checklist declares prometheus absent")],
        "recommended",
        "medium",
    )
    counts = {"pass": 1, "fail": 3, "error": 1, "not-applicable": 1, "manual": 1}
    return Report.model_validate(
        {
            "schema": "audit-report/1",
            "tool": {"name": "stack-audit", "version": "1.2.3"},
            "run": {
                "id": "f" * 32,
                "env": "prod",
                "started_at": MOMENT,
                "finished_at": MOMENT,
                "duration_s": 3.21,
                "deadline_s": 120,
                "checklist": {"path": "checklist.toml", "sha256": "a" * 64},
                "git": {"commit": "0123456789abcdef", "branch": "main", "dirty": True},
                "ci": {"provider": "github", "url": "https://ci.example.com/1"},
                "traffic": {"requests": 151, "connections": 23, "queries": 1},
            },
            "verdict": "blocked",
            "exit_code": 1,
            "summary": {
                "checks": counts,
                "mandatory": {"total": 4, "pass": 1, "fail": 2, "error": 1, "not-applicable": 0, "manual": 0},
                "recommended": {"total": 3, "pass": 0, "fail": 1, "error": 0, "not-applicable": 1, "manual": 1},
                "findings": {"open": 11, "waived": 1, "baselined": 0},
            },
            "items": [
                {
                    "id": "https",
                    "title": "HTTPS everywhere",
                    "level": "mandatory",
                    "outcome": "error",
                    "checks": ["TLS001"],
                },
                {
                    "id": "secrets-manager",
                    "title": "Secrets",
                    "level": "mandatory",
                    "outcome": "pass",
                    "checks": ["ENV001"],
                },
                {
                    "id": "rls",
                    "title": "RLS enabled on Supabase",
                    "level": "mandatory",
                    "outcome": "fail",
                    "checks": ["RLS001"],
                },
                {
                    "id": "cors",
                    "title": "CORS configurée | stricte",
                    "level": "mandatory",
                    "outcome": "fail",
                    "checks": ["CORS001"],
                },
                {
                    "id": "audit-logs",
                    "title": "Audit logs",
                    "level": "recommended",
                    "outcome": "manual",
                    "checks": ["LOG009"],
                },
                {"id": "backups", "title": "Backups", "level": "recommended", "outcome": "fail", "checks": ["BAK001"]},
                {
                    "id": "monitoring",
                    "title": "Monitoring",
                    "level": "recommended",
                    "outcome": "not-applicable",
                    "checks": ["MON002"],
                },
                {"id": "auth", "title": "Auth", "level": "recommended", "outcome": "manual", "checks": []},
                {"id": "deployment", "title": "Files", "level": "off", "outcome": "not-applicable", "checks": []},
            ],
            "checks": [backups, hostile, many, manual, monitoring, rls, tls],
            "left_out": [
                {"id": "DEP001", "name": "files", "item": "deployment", "reason": "switched off in the checklist"}
            ],
            "facts": [
                {"name": "Certificates", "state": "gathered", "duration_ms": 12.0, "error": None, "hint": None},
                {"name": "Health", "state": "unavailable", "duration_ms": 5.0, "error": "refused", "hint": "start it"},
            ],
            "waivers": [
                {
                    "check": "RLS001",
                    "subject": "public.countries",
                    "reason": "public reference data",
                    "owner": "data-team",
                    "expires": date(2027, 1, 31),
                    "state": "active",
                }
            ],
        }
    )
