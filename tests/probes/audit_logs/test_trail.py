"""Logs are read as a whole: files and commands, with real requests and a real database's own log."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from auditor.checklist.model import LogSources
from auditor.errors import Absent, Unavailable
from auditor.facts.audit_logs import LogSettings, RoleLogging, Setting
from auditor.facts.log_files import LogFiles, Trace
from auditor.facts.policy import AuditLogPolicy
from auditor.probes.audit_logs import commands, trail
from auditor.probes.audit_logs.trail import log_files
from auditor.redact import Secret
from checks.audit_logs.database_log_live import database_log_live
from checks.audit_logs.log_files_private import log_files_private
from checks.audit_logs.logs_hold_no_secrets import logs_hold_no_secrets
from checks.audit_logs.logs_retained import logs_retained
from checks.audit_logs.requests_attributable import requests_attributable
from checks.audit_logs.requests_logged import requests_logged
from tests.debian15 import PASSWORD
from tests.probes.audit_logs.conftest import changed
from tests.probes.net.running import run
from tests.probes.stand import answer, site, way

pytestmark = pytest.mark.xdist_group("audit-logs")
POLICY = AuditLogPolicy()
PATIENT = 0.3


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(trail, "PATIENCE_SECONDS", PATIENT)


def gathered(sources: LogSources | None, *, api="", **environment) -> LogFiles:
    async def main():
        async with way(logs=sources, api=api, **environment) as to:
            return await log_files(to.environment, to.databases, to.http)

    return asyncio.run(main())


def served(sources: LogSources, log, write, **environment) -> LogFiles:
    """With an API that writes a line a request."""

    def respond(asked):
        with log.open("a") as file:
            file.write(write(asked))
        return answer(404, "not here")

    async def main():
        async with site(respond) as api, way(logs=sources, api=api.origin(), **environment) as to:
            return await log_files(to.environment, to.databases, to.http)

    return asyncio.run(main())


def stamp(ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="seconds").replace("+00:00", "Z")


def aged(path, ago: timedelta):
    at = time.time() - ago.total_seconds()
    os.utime(path, (at, at))


def outcomes(findings) -> list[str]:
    return [finding.outcome.value for finding in findings]


def line(ago: timedelta = timedelta(0), **fields) -> str:
    return json.dumps(
        {"time": stamp(ago), "method": "GET", "path": "/a", "status": 200, "client": "10.0.0.1", **fields}
    )


class TestRequests:
    """What LOG013 and LOG014 make of an application's log."""

    @pytest.mark.parametrize(
        ("write", "logged", "attributable"),
        [
            (lambda asked: line(path=asked.path) + "\n", "pass", "pass"),
            (lambda asked: f'{stamp()} 10.0.0.1 "{asked.method} {asked.path} HTTP/1.1" 404 9\n', "pass", "pass"),
            (lambda asked: f'INFO:     10.0.0.1:9 - "{asked.method} {asked.path} HTTP/1.1" 404\n', "pass", "fail"),
            (lambda asked: f"{stamp()} - INFO - GET {asked.path}\n{stamp()} - INFO - Status: 404\n", "pass", "fail"),
            (lambda asked: f"{stamp()} - INFO - GET {asked.path}\n", "fail", "fail"),
            (lambda asked: f"{stamp()} something else\n", "fail", "not-applicable"),
            # forms that are not recognised, by what they have to say
            (lambda asked: f"CEF:0|x|100|GET|3|request={asked.path} src=10.0.0.1 out=404 \n", "pass", "not-applicable"),
            (lambda asked: f'10.0.0.1 be/s 0/1 404 17 "GET {asked.path} HTTP/1.1"\n', "pass", "fail"),
            (lambda asked: f"{stamp()} asked for {asked.path}\n", "error", "not-applicable"),
        ],
    )
    def test_a_request_of_the_audit_itself(self, tmp_path, write, logged, attributable):
        log = tmp_path / "app.log"
        log.write_text("started\n")
        found = served(LogSources(application=(str(log),)), log, write)
        assert outcomes(requests_logged(found, POLICY)) == [logged]
        assert outcomes(requests_attributable(found)) == [attributable]

    def test_whole_urls(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text("")

        def write(asked):
            return json.dumps({"method": "GET", "url": f"http://api.example.com{asked.path}", "status": 404}) + "\n"

        sources = LogSources(application=(str(log),))
        assert outcomes(requests_logged(served(sources, log, write), POLICY)) == ["pass"]
        assert outcomes(requests_logged(gathered(sources), POLICY)) == ["error"]

    def test_colours(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text('\x1b[32mINFO\x1b[0m:  10.0.0.1:9 - "\x1b[1mGET /a HTTP/1.1\x1b[0m" \x1b[32m200 OK\x1b[0m\n')
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["pass"]

    def test_its_own_request_is_proof(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text("")
        write = lambda asked: line(path=asked.path, status=404) + "\n"  # noqa: E731
        found = served(LogSources(application=(str(log),)), log, write)
        assert found.request == Trace(True, str(log), ("method", "path", "status", "time", "who"))
        [finding] = requests_logged(found, POLICY)
        assert finding.confidence == "proven"

    def test_an_api_that_logs_no_health_checks(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text("")
        found = served(
            LogSources(application=(str(log),)),
            log,
            lambda asked: "" if asked.path.startswith("/health") else line(path=asked.path) + "\n",
        )
        assert found.request.found_in == str(log)

    def test_rotated_while_it_is_followed(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text("old\n" * 1000)

        def write(asked):
            if asked.number == 1:
                log.rename(tmp_path / "app.log.1")
            return line(path=asked.path) + "\n"

        class Rotating:
            def open(self, mode):
                return log.open(mode)

        def respond(asked):
            text = write(asked)
            with log.open("a") as file:
                file.write(text)
            return answer(404)

        async def main():
            async with site(respond) as api, way(logs=LogSources(application=(f"{log}*",)), api=api.origin()) as to:
                return await log_files(to.environment, to.databases, to.http)

        assert run(main()).request.found_in == str(log)

    def test_fresh_lines_without_a_request_of_ones_own(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text(line(timedelta(hours=2)) + "\n")
        found = gathered(LogSources(application=(str(log),)))
        assert found.request.why_not == "the checklist names no api in [env.test]"
        assert outcomes(requests_logged(found, POLICY)) == ["pass"]

    def test_old_lines(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text(line(timedelta(days=3)) + "\n")
        found = gathered(LogSources(application=(str(log),)))
        [finding] = requests_logged(found, POLICY)
        assert (finding.outcome, finding.message) == ("fail", "its newest line about a request is 72 hours old")

    def test_old_lines_about_requests_in_a_log_that_goes_on(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text(line(timedelta(days=3)) + f"\n{stamp()} still alive\n")
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["fail"]

    def test_a_time_without_a_zone_is_no_older_than_its_file(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text((datetime.now(UTC) - timedelta(hours=30)).strftime("%Y-%m-%d %H:%M:%S") + " GET /a 200\n")
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["pass"]
        aged(log, timedelta(hours=30))
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["fail"]

    def test_lines_without_a_time_are_as_old_as_their_file(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_text('INFO: 10.0.0.1:1 - "GET / HTTP/1.1" 200 OK\n')
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["pass"]
        aged(log, timedelta(days=2))
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["fail"]

    def test_only_what_the_application_asks_of_others(self, tmp_path):
        log = tmp_path / "app.log"
        text = f'{stamp()} HTTP Request: GET https://x.example.com/a "HTTP/1.1 200 OK"\n'
        log.write_text(text)
        sources = LogSources(application=(str(log),))
        assert outcomes(requests_logged(gathered(sources), POLICY)) == ["error"]
        assert outcomes(requests_logged(served(sources, log, lambda _: text), POLICY)) == ["fail"]

    def test_a_file_with_a_hole(self, tmp_path):
        log = tmp_path / "app.log"
        log.write_bytes(b"\0" * 100_000 + line().encode() + b"\n")
        assert outcomes(requests_logged(gathered(LogSources(application=(str(log),))), POLICY)) == ["pass"]

    @pytest.mark.parametrize("name", ["none.log", "*.log"])
    def test_no_file(self, tmp_path, name):
        found = gathered(LogSources(application=(f"{tmp_path}/{name}",)))
        assert "error" in outcomes(requests_logged(found, POLICY))
        assert "pass" not in outcomes(requests_logged(found, POLICY))

    def test_no_log_of_the_application(self, tmp_path):
        found = gathered(LogSources(database=(f"{tmp_path}/x",)))
        assert outcomes(requests_logged(found, POLICY)) == ["error"]

    def test_compressed_and_utf16(self, tmp_path):
        (tmp_path / "a.log.gz").write_bytes(gzip.compress(line().encode() + b"\n"))
        (tmp_path / "b.log").write_bytes((line() + "\n").encode("utf-16"))
        for name in ("a.log.gz", "b.log"):
            assert outcomes(requests_logged(gathered(LogSources(application=(f"{tmp_path}/{name}",))), POLICY)) == [
                "pass"
            ]

    def test_a_huge_log_is_read_at_its_end(self, tmp_path):
        log = tmp_path / "app.log"
        with log.open("w") as file:
            file.write(f"{stamp(timedelta(days=40))} begin\n")
            file.write(f"{stamp(timedelta(days=1))} noise {'x' * 200}\n" * 50_000)
            file.write(line() + "\n")
        started = time.process_time()
        found = gathered(LogSources(application=(str(log),)))
        assert time.process_time() - started < 10
        assert outcomes(requests_logged(found, POLICY)) == ["pass"]
        assert found.sources[0].lines < 20_000
        assert outcomes(logs_retained(found, POLICY)) == ["pass"]


class TestFollowing:
    def test_each_line_comes_whole_and_once(self, tmp_path):
        log = tmp_path / "a.log"
        log.write_bytes(b"old\n")
        followed = trail.Followed((str(log),))
        followed.start()
        assert followed.appended() == []
        with log.open("ab") as file:
            for written, seen in ((b"new", b"new"), (b" line\nhal", b"new line\nhal"), (b"f\n", b"half\n")):
                file.write(written)
                file.flush()
                assert followed.appended() == [(log, seen)]
        assert followed.appended() == []

    def test_truncated_and_rotated(self, tmp_path):
        log = tmp_path / "a.log"
        log.write_bytes(b"old\n" * 9)
        followed = trail.Followed((f"{log}*",))
        followed.start()
        log.write_bytes(b"new\n")
        assert followed.appended() == [(log, b"new\n")]
        log.rename(tmp_path / "a.log.1")
        log.write_bytes(b"newer\n")
        assert followed.appended() == [(log, b"newer\n")]

    def test_more_than_is_looked_at(self, tmp_path, monkeypatch):
        monkeypatch.setattr(trail, "_NEW_BYTES", 10)
        log = tmp_path / "a.log"
        log.write_bytes(b"")
        followed = trail.Followed((str(log),))
        followed.start()
        log.write_bytes(b"line\n" * 100)
        assert followed.appended() == [(log, b"line\nline\n")]


class TestCommands:
    def command(self, code: str) -> LogSources:
        return LogSources(application_command=(sys.executable, "-c", code))

    def test_its_output_and_its_errors(self):
        found = gathered(self.command(f"import sys; print({line()!r}, file=sys.stderr)"))
        assert [(one.command, one.name, one.requests.complete) for one in found.sources] == [(True, sys.executable, 1)]
        assert outcomes(requests_logged(found, POLICY)) == ["pass"]
        assert outcomes(logs_retained(found, POLICY)) == ["manual"]
        assert outcomes(log_files_private(found)) == ["not-applicable"]

    def test_without_times(self):
        found = gathered(self.command("""print('INFO: 10.0.0.1:1 - "GET / HTTP/1.1" 200 OK')"""))
        assert outcomes(requests_logged(found, POLICY)) == ["error"]
        assert outcomes(requests_attributable(found)) == ["pass"]

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            ("raise SystemExit(3)", "ended with exit code 3"),
            ("pass", "printed nothing"),
            ("import sys; sys.stdout.buffer.write(bytes(range(256)) * 100)", "prints is no text"),
        ],
    )
    def test_what_says_nothing(self, code, problem):
        found = gathered(self.command(code))
        assert problem in found.sources[0].problem
        for check in (requests_logged, logs_retained):
            assert set(outcomes(check(found, POLICY))) == {"error"}

    def test_what_cannot_be_started(self):
        found = gathered(LogSources(application_command=("/nowhere/docker", "logs")))
        assert found.sources[0].problem == "/nowhere/docker cannot be started: No such file or directory"

    def test_one_that_does_not_end_is_ended_with_what_it_started(self, tmp_path):
        code = (
            "import os, subprocess, sys, time; child = subprocess.Popen(['sleep', '300']); "
            f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}'); "
            f"print({line()!r}, flush=True); time.sleep(300)"
        )
        data, late = run(commands.output((sys.executable, "-c", code), 1.5))
        assert (data.decode().strip()[:1], late) == ("{", f"{sys.executable} was ended after 1.5 s")
        assert_gone((tmp_path / "pids").read_text())

    def test_one_whose_child_holds_the_pipe(self, tmp_path):
        code = (
            "import subprocess; child = subprocess.Popen(['sleep', '300']); "
            f"open({str(tmp_path / 'pids')!r}, 'w').write(str(child.pid)); print('x')"
        )
        assert run(commands.output((sys.executable, "-c", code), 1.0))[0] == b"x\n"
        assert_gone((tmp_path / "pids").read_text())

    def test_cancelled(self, tmp_path):
        code = f"import os, time; open({str(tmp_path / 'pids')!r}, 'w').write(str(os.getpid())); time.sleep(300)"

        async def main():
            task = asyncio.ensure_future(commands.output((sys.executable, "-c", code)))
            while not ((tmp_path / "pids").exists() and (tmp_path / "pids").read_text()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        run(main())
        assert_gone((tmp_path / "pids").read_text())

    def test_too_much_output(self, monkeypatch):
        monkeypatch.setattr(commands, "MOST_BYTES", 3_000_000)
        data, late = run(commands.output((sys.executable, "-c", "while True: print('x' * 100000)")))
        assert len(data) == commands.KEPT_BYTES
        assert late.endswith("it printed more than 3000000 bytes") or late == "it printed more than 3000000 bytes"


def assert_gone(pids: str) -> None:
    deadline = time.monotonic() + 10
    for pid in pids.split():
        while _runs(pid):
            assert time.monotonic() < deadline, pid


def _runs(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class TestSecrets:
    def found(self, tmp_path, text: str, **environment):
        log = tmp_path / "app.log"
        log.write_text(text)
        return gathered(LogSources(application=(str(log),)), **environment)

    def test_none(self, tmp_path):
        found = self.found(
            tmp_path, f"{line()}\n" * 20 + "Authorization: Bearer [REDACTED]\nauthorization=Bearer ****\n"
        )
        [finding] = logs_hold_no_secrets(found)
        assert (finding.outcome, finding.evidence["scanned_bytes"]) == ("pass", found.scanned_bytes)

    @pytest.mark.parametrize(
        "write",
        [
            "authorization: Bearer {token}",
            "{{'authorization': 'Bearer {token}', 'host': 'x'}}",
            "(b'authorization', b'Bearer {token}')",
            '{{"event": "{{\\"authorization\\": \\"Bearer {token}\\"}}"}}',
            "Cookie: sb-abcdefghijklmnop-auth-token={token}",
            '{{"headers": {{"Authorization": "Bearer {token}"}}}}',
            "2026-11-26 LOG:  statement: create role app login password '{token}'",
            "2026-11-26 LOG:  statement: ALTER USER app WITH ENCRYPTED PASSWORD '{token}';",
            "2026-11-26 LOG:  statement: ALTER USER app PASSWORD $${token}$$",
            '{{"message": "create role app\\npassword \'{token}\'"}}',
            "LOG:  statement: select * from dblink('host=h password={token}', 'select 1')",
            "LOG:  statement: update users set password = crypt('{token}', gen_salt('bf'))",
            '1.2.3.4 - - [x] "GET /cb?access_token={token} HTTP/1.1" 200',
            '1.2.3.4 - - [x] "GET /login?user=a&password={token} HTTP/1.1" 200',
            '"GET /x?api_key={token} HTTP/1.1" 200',
            "headers: x-api-key: {token}",
            "cookie: csrftoken=a; sessionid={token}",
            "Set-Cookie: __Secure-next-auth.session-token={token}; HttpOnly",
        ],
    )
    def test_credentials_of_requests_and_statements(self, tmp_path, write):
        token = base64.b64encode(os.urandom(24)).decode().replace("+", "a").replace("/", "b") + "7"
        found = self.found(tmp_path, f"first\n{write.format(token=token)}\n")
        [finding] = logs_hold_no_secrets(found)
        assert (finding.outcome, finding.evidence["count"], finding.evidence["lines"]) == ("fail", 1, [2])
        assert token not in repr(found) + repr(finding)

    def test_a_statement_of_several_lines(self, tmp_path):
        text = f"first\nLOG:  statement: create role app\n\tlogin\n\tpassword '{os.urandom(9).hex()}'\n"
        [finding] = logs_hold_no_secrets(self.found(tmp_path, text))
        assert (finding.outcome, finding.evidence["lines"]) == ("fail", [4])

    def test_a_name_and_a_password_without_digits(self, tmp_path):
        text = "authorization: Basic " + base64.b64encode(b"user:pass").decode() + "\n"
        assert outcomes(logs_hold_no_secrets(self.found(tmp_path, text))) == ["fail"]

    def test_a_session_of_a_user(self, tmp_path):
        import jwt

        token = jwt.encode({"sub": "1", "role": "authenticated", "exp": time.time() + 60}, os.urandom(32), "HS256")
        found = self.found(tmp_path, f"GET /x?access_token={token}\nAuthorization: Bearer {token}\n")
        [finding] = logs_hold_no_secrets(found)
        assert (finding.outcome, finding.evidence["lines"]) == ("fail", [1, 2])
        assert token not in repr(found)

    @pytest.mark.parametrize(
        "text",
        [
            "create role app password 'SCRAM-SHA-256$4096:abc$def:ghi'",
            "AUDIT: SESSION,1,1,ROLE,CREATE ROLE,,,create role app password <REDACTED>",
            "create role app password null",
            'WWW-Authenticate: Bearer error="invalid_token"',
            "authorization: Bearer token",
            "cookie: sb-abcdefghijklmnop-auth-token=[Filtered]; x=1",
            "authorization=Bearer <your-token-here>",
            "user changed their password 'a lot'",
            "create role app\n2026-11-26 LOG:  password 'x'",
            "GET /search?password=required&token=next",
            "GET /page?page_token=abcdef0123456789abcdef&token=[FILTERED]&password=%5BFILTERED%5D",
            "set-cookie: theme=dark-0123456789abcdef; path=/",
            "cookie: sessionid=****************",
            "LOG:  statement: select * from dblink('host=h password=$1', 'select 1')",
            "password=hunter22 is too short",
            "request_id=0f8fad5b-d9cb-469f-a165-70867728950e sha=0123456789abcdef0123456789abcdef",
            "authorization: Basic realm-is-none",
        ],
    )
    def test_what_is_none(self, tmp_path, text):
        assert outcomes(logs_hold_no_secrets(self.found(tmp_path, f"{text}\n"))) == ["pass"]

    def test_the_very_value_that_the_audit_was_given(self, tmp_path):
        url = f"postgresql://app:{PASSWORD}-{'9' * 12}@127.0.0.1:1/app"
        found = self.found(tmp_path, f"could not connect to {url}\n", database=Secret(url, "database URL"))
        [finding] = list(logs_hold_no_secrets(found))[:1]
        assert "the very value that the audit was given" in finding.message

    def test_nothing_to_read(self, tmp_path):
        assert outcomes(logs_hold_no_secrets(gathered(LogSources(application=(f"{tmp_path}/x",))))) == ["error"]
        (tmp_path / "bin").write_bytes(bytes(range(256)) * 50)
        found = gathered(LogSources(application=(f"{tmp_path}/bin",)))
        assert outcomes(logs_hold_no_secrets(found)) == ["error"]


class TestRetention:
    def kept(self, tmp_path, days: float, since_days: float | None, *, packed=False):
        log = tmp_path / "app.log"
        log.write_text(line() + "\n")
        old = tmp_path / "app.log.9"
        data = f"{stamp(timedelta(days=days))} begin\n".encode()
        old.write_bytes(gzip.compress(data) if packed else data)
        aged(old, timedelta(days=days) - timedelta(minutes=1))
        found = gathered(LogSources(application=(f"{log}*",)))
        since = None if since_days is None else found.looked_at - timedelta(days=since_days)
        from dataclasses import replace

        return outcomes(logs_retained(replace(found, since=since), POLICY))

    @pytest.mark.parametrize("packed", [False, True])
    @pytest.mark.parametrize(
        ("days", "since", "outcome"),
        [
            (40, None, "pass"),
            (40, 100, "pass"),
            (3, None, "error"),
            (3, 100, "fail"),
            (3, 10, "fail"),
            (3, 3.5, "pass"),
            (3, 1, "pass"),
        ],
    )
    def test_reach(self, tmp_path, days, since, outcome, packed):
        assert self.kept(tmp_path, days, since, packed=packed) == [outcome]

    def test_a_file_without_times_is_as_old_as_its_last_change(self, tmp_path):
        (tmp_path / "a.log").write_text("no time here\n")
        aged(tmp_path / "a.log", timedelta(days=31))
        assert outcomes(logs_retained(gathered(LogSources(application=(f"{tmp_path}/a.log",))), POLICY)) == ["pass"]


class TestPrivacy:
    def test_private(self, tmp_path):
        (tmp_path / "a.log").write_text("x\n")
        (tmp_path / "a.log").chmod(0o640)
        [finding] = log_files_private(gathered(LogSources(application=(f"{tmp_path}/a.log",))))
        assert (finding.outcome, finding.evidence) == ("pass", {"count": 1, "modes": ["0640"]})

    def test_in_a_web_root(self, tmp_path):
        (tmp_path / "public").mkdir()
        (tmp_path / "public" / "a.log").write_text("x\n")
        (tmp_path / "public" / "a.log").chmod(0o600)
        assert outcomes(log_files_private(gathered(LogSources(application=(f"{tmp_path}/public/*",))))) == ["fail"]


SETTINGS = LogSettings("app", (RoleLogging(("app",), ()),), (Setting("log_connections", "on"),))


class TestDatabase:
    def found(self, server, sources: LogSources):
        urls = {
            "database": Secret(server.url("app"), "url"),
            "auditor_database": Secret(server.url("auditor"), "url"),
        }
        return gathered(sources, **urls)

    @pytest.fixture(params=["pg15", "pg18"])
    def server(self, request, monkeypatch):
        monkeypatch.setattr(trail, "PATIENCE_SECONDS", 10.0)
        return request.getfixturevalue(request.param)

    def test_its_own_connection_is_proof(self, server):
        with changed(server, "alter system set log_connections = on"):
            found = self.found(server, LogSources(database=(str(server.log_file),)))
        assert found.connection == Trace(True, str(server.log_file))
        assert abs(found.since - datetime.now(UTC)) < timedelta(hours=1)
        [finding] = database_log_live(found, SETTINGS, POLICY)
        assert (finding.outcome, finding.confidence) == ("pass", "proven")
        assert outcomes(logs_retained(found, POLICY)) == ["pass"]

    def test_by_a_command(self, server, monkeypatch):
        monkeypatch.setattr(trail, "PATIENCE_SECONDS", PATIENT)
        with changed(server, "alter system set log_connections = on"):
            found = self.found(server, LogSources(database_command=("cat", str(server.log_file))))
        assert found.connection == Trace(True, "cat")

    def test_the_log_of_another_server(self, server, tmp_path, monkeypatch):
        monkeypatch.setattr(trail, "PATIENCE_SECONDS", PATIENT)
        log = tmp_path / "postgresql.log"
        log.write_text(f"{stamp()} [1] auditor@app LOG:  connection authorized: application_name=stack-audit\n")
        found = self.found(server, LogSources(database=(str(log),)))
        assert (found.connection.done, found.connection.found_in) == (True, "")
        assert outcomes(database_log_live(found, SETTINGS, POLICY)) == ["error"]
        log.write_text(f"{stamp(timedelta(days=9))} [1] LOG:  ready\n")
        found = self.found(server, LogSources(database=(str(log),)))
        assert outcomes(database_log_live(found, SETTINGS, POLICY)) == ["fail"]

    def test_connections_are_not_logged(self, server, monkeypatch):
        monkeypatch.setattr(trail, "PATIENCE_SECONDS", PATIENT)
        found = self.found(server, LogSources(database=(str(server.log_file),)))
        off = LogSettings("app", SETTINGS.roles, (Setting("log_connections", "off"),))
        assert outcomes(database_log_live(found, off, POLICY)) == ["fail"]

    def test_no_log_of_the_database(self, tmp_path):
        found = gathered(LogSources(application=(f"{tmp_path}/x",)))
        assert outcomes(database_log_live(found, SETTINGS, POLICY)) == ["error"]


def test_absent_or_left_out():
    with pytest.raises(Absent):
        gathered(None, absent=frozenset({"logs"}))
    with pytest.raises(Unavailable, match="names no logs"):
        gathered(None)
