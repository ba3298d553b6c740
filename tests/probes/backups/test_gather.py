from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from auditor.checklist.model import BackupSources, Supabase, ToolReport
from auditor.errors import Absent, Unavailable
from auditor.facts.backups import Backups, Source, Status
from auditor.model import Gap
from auditor.probes.backups import reports
from auditor.probes.backups.gather import backups
from auditor.redact import Secret
from tests.probes.backups.asking import gather
from tests.probes.net.running import run
from tests.probes.stand import answer, routes, site, way

DATA = Path(__file__).parent / "data"
DUMP = Path(__file__).parent.parent / "data" / "file.dump"
HEALTHY = DATA / "pgbackrest-info-healthy.json"
HOW = "save it with `pgbackrest info --output=json`"
TOKEN = "sbp_" + "0123456789abcdef" * 2


def names(found: Backups) -> list[str]:
    return [source.name for source in found.sources]


class TestReports:
    def test_a_file(self):
        found = gather(pgbackrest_info=HEALTHY)
        assert (names(found), len(found.backups), found.gaps) == (["pgBackRest app"], 3, ())

    def test_half_a_character(self, tmp_path):
        report = tmp_path / "info.json"
        report.write_text(HEALTHY.read_text().replace('"name": "app"', '"name": "a\\ud800p"'))
        assert names(gather(pgbackrest_info=report)) == ["pgBackRest a?p"]

    def test_a_command(self):
        code = f"print(open({str(HEALTHY)!r}).read())"
        assert len(gather(pgbackrest_command=(sys.executable, "-c", code)).backups) == 3

    def test_every_source_together(self, tmp_path):
        listing = tmp_path / "listing.json"
        listing.write_text('{"Contents": [{"Key": "a.dump", "Size": 9, "LastModified": "2026-11-24T03:00:00Z"}]}')
        wal_g = ToolReport(command=("echo", "null"))
        found = gather(
            dumps=(str(DUMP),),
            pgbackrest_info=HEALTHY,
            barman=tuple(ToolReport(DATA / f"barman-{name}.json") for name in ("list-backups", "show-backup", "check")),
            wal_g=(wal_g,),
            s3_listings=(ToolReport(listing),),
        )
        assert names(found) == ["dump files", "pgBackRest app", "WAL-G", "S3", "barman app"]
        assert (len(found.backups), found.gaps) == (6, ())

    @pytest.mark.parametrize(
        ("command", "reason", "hint"),
        [
            (
                ("/no/such/pgbackrest",),
                "/no/such/pgbackrest cannot be started: No such file or directory",
                "install it, or name a file",
            ),
            (("false",), "false ended with exit code 1", "run it by hand to see why"),
            (("echo", "stanza: app"), "the pgBackRest report is not JSON", HOW),
            (("true",), "the pgBackRest report is not JSON", HOW),
            (("echo", "{}"), "the pgBackRest report has another shape", HOW),
            (("a\0b",), "a\0b cannot be started: its name cannot be used", "install it, or name a file"),
        ],
    )
    def test_a_command_that_tells_nothing(self, command, reason, hint):
        found = gather(pgbackrest_command=command)
        assert found.gaps == (Gap("pgBackRest", reason, hint),)
        assert found.sources == (Source("pgBackRest"),)

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"[1e999999", b"9" * 10_000])
    def test_a_file_that_is_no_report(self, tmp_path, content):
        path = tmp_path / "info.json"
        path.write_bytes(content)
        assert gather(pgbackrest_info=path).gaps == (Gap("pgBackRest", "the pgBackRest report is not JSON", HOW),)

    def test_a_file_that_is_not_there(self, tmp_path):
        path = tmp_path / "info.json"
        assert gather(pgbackrest_info=path).gaps == (
            Gap("pgBackRest", f"{path} cannot be read: No such file or directory", HOW),
        )

    def test_more_than_a_report(self, tmp_path, monkeypatch):
        monkeypatch.setattr(reports, "_LONGEST", 100)
        path = tmp_path / "info.json"
        path.write_bytes(b" " * 101)
        [gap] = gather(pgbackrest_info=path).gaps
        assert "is larger than" in gap.reason
        [gap] = gather(pgbackrest_command=("yes",)).gaps
        assert "is larger than" in gap.reason


class TestCommands:
    """A command that hangs is ended, with what it has started."""

    SCRIPT = """
import subprocess, sys
child = subprocess.Popen(["sleep", "600"])
open(sys.argv[1], "w").write(str(child.pid))
child.wait()
"""

    def alive(self, path) -> bool:
        try:
            os.kill(int(path.read_text()), 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{path.read_text()}/stat")
        return state.exists() and ") Z" not in state.read_text()

    async def written(self, path):
        while not (path.exists() and path.read_text()):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.01)

    def test_when_nobody_waits_any_more(self, tmp_path):
        path = tmp_path / "pid"

        async def main():
            task = asyncio.create_task(reports.output((sys.executable, "-c", self.SCRIPT, str(path))))
            await self.written(path)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        run(main())
        assert not self.alive(path)

    def test_when_it_takes_too_long(self, tmp_path):
        path = tmp_path / "pid"

        async def main():
            with pytest.raises(Unavailable) as caught:
                await reports.output((sys.executable, "-c", self.SCRIPT, str(path)), 3.0)
            return caught.value

        assert "did not end within 3 s" in run(main()).reason
        assert not path.exists() or not self.alive(path)


class TestSupabase:
    def ask(self, respond, **more):
        async def main():
            async with site(respond) as api:
                project = Supabase(
                    project_ref="abcdefghijklmnop",
                    access_token=Secret(TOKEN, "Supabase access token"),
                    api_url=api.origin(),
                )
                async with way(supabase=project, **more) as one:
                    return await backups(one.environment, one.databases, one.http), api.asked

        return run(main())

    def test_the_backups_of_the_project(self):
        body = {
            "pitr_enabled": False,
            "backups": [{"id": 3, "status": "COMPLETED", "inserted_at": "2026-11-24T03:00:00Z"}],
            "region": "eu-west-3",
        }
        found, asked = self.ask(lambda _: answer(200, json.dumps(body)))
        assert [(backup.source, backup.status) for backup in found.backups] == [("Supabase", Status.GOOD)]
        assert [request.path for request in asked] == ["/v1/projects/abcdefghijklmnop/database/backups"]
        assert asked[0].headers["authorization"] == f"Bearer {TOKEN}"

    @pytest.mark.parametrize(
        ("response", "reason"),
        [
            (answer(403, "{}"), "the Management API answers 403 for the backups of abcdefghijklmnop"),
            (answer(200, "[]"), "the Management API answers with something that is no list of backups"),
            (answer(200, '{"backups": [{}]}'), "the Supabase report has another shape"),
        ],
    )
    def test_what_tells_nothing(self, response, reason):
        found, _ = self.ask(routes({}, response), backups=BackupSources(dumps=(str(DUMP),)))
        assert (found.gaps, [source.unseen for source in found.sources]) == ((), ["", reason])
        assert len(found.backups) == 1
        assert TOKEN not in repr(found)
        found, _ = self.ask(routes({}, response))
        assert [(gap.subject, gap.reason) for gap in found.gaps] == [("Supabase", reason)]
        assert TOKEN not in repr(found)


def test_absent():
    with pytest.raises(Absent):
        gather(environment={"absent": frozenset({"backups"})})


def test_not_named():
    with pytest.raises(Unavailable) as caught:
        gather(environment={"backups": None})
    assert caught.value.reason == "the checklist names no backups in [env.test]"


def test_named_and_empty():
    with pytest.raises(Unavailable) as caught:
        gather()
    assert caught.value.reason == (
        "the checklist names no backup source (such as `dumps` or `pgbackrest_info`) in [env.test]"
    )


def test_the_fact_can_be_saved():
    found = gather(dumps=(str(DUMP),), pgbackrest_info=HEALTHY, barman=(ToolReport(DATA / "barman-check.json"),))
    adapter = TypeAdapter(Backups)
    assert adapter.validate_json(adapter.dump_json(found)) == found
