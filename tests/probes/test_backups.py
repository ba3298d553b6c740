from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import BackupSources, Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.backups import Backup, Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Gap
from auditor.probes.backups import _pgbackrest, backups
from checks.backups.recent_backup import recent_backup
from tests.probes.net.running import run

DATA = Path(__file__).parent / "data"
SAVE_IT = "save it with `pgbackrest info --output=json`"
MADE = datetime(2026, 11, 24, 3, 29, 9, tzinfo=UTC)
"""By the clock of the machine that made file.dump."""


def gather(**sources) -> Backups:
    return run(backups(Environment("test", backups=BackupSources(**sources))))


def failing(**sources) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        gather(**sources)
    return caught.value


def place(folder, name, data, changed=MADE) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def sample(name):
    return json.loads((DATA / f"pgbackrest-info-{name}.json").read_text())


def verdicts(found: Backups):
    return [(finding.subject, finding.outcome) for finding in recent_backup(found, BackupPolicy())]


WHOLE = (DATA / "file.dump").read_bytes()


class TestDumps:
    def test_what_is_read(self, tmp_path):
        place(tmp_path, "app.dump", WHOLE)
        place(tmp_path, "app.sql", (DATA / "plain.sql").read_bytes())
        found = gather(dumps=(f"{tmp_path}/*",))
        assert found == Backups(
            ("dump files",),
            (
                Backup("dump", "app.dump", MADE, 2588, True, format="custom 1.16", server_version="18.6"),
                Backup("dump", "app.sql", MADE, 2392, True, format="plain"),
            ),
            found.looked_at,
        )
        assert timedelta(0) <= datetime.now(UTC) - found.looked_at < timedelta(minutes=1)

    def test_the_newest_first(self, tmp_path):
        for days in (1, 3, 2):
            place(tmp_path, f"{days}.sql", b"", MADE - timedelta(days=days))
        assert [backup.name for backup in gather(dumps=(f"{tmp_path}/*",)).backups] == ["1.sql", "2.sql", "3.sql"]

    def test_a_file_is_read_once_however_many_patterns_match(self, tmp_path):
        place(tmp_path, "app.dump", WHOLE)
        place(tmp_path, "sub/app.dump", WHOLE)
        patterns = (f"{tmp_path}/**/*.dump", f"{tmp_path}/*.dump", f"{tmp_path}/app.dump")
        assert len(gather(dumps=patterns).backups) == 2

    @pytest.mark.parametrize("pattern", ["*.dump", "none/*.dump", "[", "*/*"])
    def test_nothing_matches(self, tmp_path, pattern):
        found = gather(dumps=(f"{tmp_path}/{pattern}",))
        assert (found.sources, found.backups, found.gaps) == (("dump files",), (), ())
        assert verdicts(found) == [("dump files", "fail")]

    def test_folders_and_pipes_are_no_files(self, tmp_path):
        (tmp_path / "folder.dump").mkdir()
        os.mkfifo(tmp_path / "pipe.dump")
        (tmp_path / "gone.dump").symlink_to(tmp_path / "nowhere")
        assert gather(dumps=(f"{tmp_path}/*",)).backups == ()

    def test_unreadable(self, tmp_path):
        (tmp_path / "loop.dump").symlink_to(tmp_path / "loop.dump")
        place(tmp_path, "app.dump", WHOLE)
        [good, bad] = gather(dumps=(f"{tmp_path}/*",)).backups
        assert good.good
        assert bad == Backup(
            "dump", "loop.dump", at(0), 0, False, "it cannot be read: Too many levels of symbolic links"
        )

    def test_cut_off(self, tmp_path):
        place(tmp_path, "app.dump", WHOLE[:-10])
        found = gather(dumps=(f"{tmp_path}/*",))
        assert [(backup.good, backup.problem) for backup in found.backups] == [(False, "it is cut off")]
        assert verdicts(found) == [("app.dump", "fail"), ("dump files", "fail")]

    def test_a_copy_is_as_old_as_the_dump_says(self, tmp_path):
        """Copying renews the time of the file, not that of the data."""
        place(tmp_path, "app.dump", WHOLE, MADE + timedelta(days=9))
        [backup] = gather(dumps=(f"{tmp_path}/*",)).backups
        assert backup.taken_at == MADE + timedelta(hours=12)

    @pytest.mark.parametrize("zone", range(-12, 15))
    def test_whatever_the_zone_of_the_machine_that_made_it(self, tmp_path, zone):
        made = MADE - timedelta(hours=zone)
        place(tmp_path, "app.dump", WHOLE, made)
        [backup] = gather(dumps=(f"{tmp_path}/*",)).backups
        assert backup.taken_at == made

    def test_read_errors_are_told(self, tmp_path, monkeypatch):
        def read_dump(path):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("auditor.probes.backups.read_dump", read_dump)
        place(tmp_path, "app.dump", WHOLE)
        [backup] = gather(dumps=(f"{tmp_path}/*",)).backups
        assert (backup.good, backup.problem) == (False, "it cannot be read: Permission denied")


class TestPgBackRestReports:
    def test_healthy(self):
        assert _pgbackrest(sample("healthy")) == [
            Backup("pgbackrest", "app/20261122-093200F", at(1795339922), 32875739, True, "", "full"),
            Backup("pgbackrest", "app/20261122-093200F_20261122-093202D", at(1795339924), 32875739, True, "", "diff"),
            Backup("pgbackrest", "app/20261122-093200F_20261122-093205I", at(1795339926), 32875739, True, "", "incr"),
        ]

    def test_page_errors_in_the_newest_while_the_status_is_ok(self):
        report = sample("page-error")
        assert report[0]["status"]["code"] == 0
        *good, newest = _pgbackrest(report)
        assert all(backup.good for backup in good)
        assert (newest.good, newest.problem) == (False, "pgBackRest found page errors in it")

    def test_what_builds_on_a_damaged_one_is_not_good_either(self):
        report = sample("healthy")
        report[0]["backup"][0]["error"] = True
        assert [backup.problem for backup in _pgbackrest(report)] == [
            "pgBackRest found page errors in it",
            "it builds on 20261122-093200F, in which pgBackRest found page errors",
            "it builds on 20261122-093200F, in which pgBackRest found page errors",
        ]

    @pytest.mark.parametrize("error", [None, False])
    def test_no_page_errors(self, error):
        report = sample("healthy")
        for row in report[0]["backup"]:
            row["error"] = error
        assert all(backup.good for backup in _pgbackrest(report))

    def test_a_missing_stanza(self):
        assert _pgbackrest(sample("missing-stanza")) == [
            Backup("pgbackrest", "app", at(0), 0, False, "pgBackRest says of the stanza: missing stanza path")
        ]

    def test_a_stanza_without_backups(self):
        [backup] = _pgbackrest(sample("stanza-no-backup"))
        assert (backup.good, backup.problem) == (False, "pgBackRest says of the stanza: no valid backups")

    def test_a_stanza_in_error_that_still_has_backups(self):
        report = sample("healthy")
        report[0]["status"] = {"code": 5, "message": "database mismatch across repos"}
        found = _pgbackrest(report)
        assert [backup.good for backup in found] == [True, True, True, False]
        assert found[-1].problem == "pgBackRest says of the stanza: database mismatch across repos"
        assert found[-1].taken_at == found[-2].taken_at

    @pytest.mark.parametrize("info", [None, {}, {"size": 0}])
    def test_what_may_be_left_out(self, info):
        row = {"label": "x", "timestamp": {"stop": 7}, "info": info}
        [stanza, none] = [{"name": "a", "status": {"code": 0}, "backup": rows} for rows in ([row], None)]
        assert _pgbackrest([stanza, none]) == [Backup("pgbackrest", "a/x", at(7), 0, True)]

    def test_no_stanza(self):
        assert _pgbackrest(sample("no-stanza")) == []

    @pytest.mark.parametrize(
        "report",
        [
            {},
            None,
            "",
            0,
            [None],
            ["stanza"],
            [{}],
            [{"name": "app"}],
            [{"name": "app", "status": None}],
            [{"name": "app", "status": {}}],
            [{"name": "app", "status": {"code": 0}, "backup": [None]}],
            [{"name": "app", "status": {"code": 0}, "backup": [{"label": "x"}]}],
            [{"name": "app", "status": {"code": 0}, "backup": [{"label": "x", "timestamp": {"stop": "now"}}]}],
            [{"name": "app", "status": {"code": 0}, "backup": [{"label": "x", "timestamp": {"stop": 1e99}}]}],
            [{"name": "app", "status": {"code": 0}, "backup": 1}],
            [{"name": "app", "status": {"code": 0}, "backup": [{"label": "x", "timestamp": {"stop": 1}, "info": "x"}]}],
        ],
    )
    def test_another_shape(self, report):
        with pytest.raises(Unavailable) as caught:
            _pgbackrest(report)
        assert (caught.value.reason, caught.value.hint) == ("the pgBackRest report has another shape", SAVE_IT)


def at(seconds) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@st.composite
def reports(draw):
    """A real report in which a few values are something else."""
    report = sample(draw(st.sampled_from(["healthy", "page-error", "stanza-no-backup"])))
    for _ in range(draw(st.integers(1, 3))):
        node = report
        while isinstance(node, (list, dict)) and node:
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            if not isinstance(node[key], (list, dict)) or draw(st.booleans()):
                node[key] = draw(JSON)
                break
            node = node[key]
    return report


@given(JSON | reports())
@settings(deadline=None, max_examples=300)
def test_any_report_is_read_or_refused(report):
    try:
        found = _pgbackrest(report)
    except Unavailable:
        return
    assert all(isinstance(backup, Backup) and backup.good == (not backup.problem) for backup in found)


class TestPgBackRestSources:
    def test_a_file(self, tmp_path):
        found = gather(pgbackrest_info=DATA / "pgbackrest-info-healthy.json")
        assert (found.sources, len(found.backups), found.gaps) == (("pgBackRest",), 3, ())

    def test_a_command(self):
        code = f"print(open({str(DATA / 'pgbackrest-info-healthy.json')!r}).read())"
        assert len(gather(pgbackrest_command=(sys.executable, "-c", code)).backups) == 3

    def test_beside_dumps(self, tmp_path):
        place(tmp_path, "app.dump", WHOLE)
        info = DATA / "pgbackrest-info-healthy.json"
        found = gather(dumps=(f"{tmp_path}/*",), pgbackrest_info=info)
        assert (found.sources, len(found.backups)) == (("dump files", "pgBackRest"), 4)

    @pytest.mark.parametrize(
        ("command", "reason", "hint"),
        [
            (
                ("/no/such/pgbackrest",),
                "/no/such/pgbackrest cannot be started: No such file or directory",
                "install it",
            ),
            (("false",), "false ended with exit code 1", "run it by hand to see why"),
            (("echo", "stanza: app"), "the pgBackRest report is not JSON", SAVE_IT),
            (("true",), "the pgBackRest report is not JSON", SAVE_IT),
            (("echo", "{}"), "the pgBackRest report has another shape", SAVE_IT),
        ],
    )
    def test_a_command_that_tells_nothing(self, command, reason, hint):
        [gap] = gather(pgbackrest_command=command).gaps
        assert (gap.subject, gap.reason) == ("pgBackRest", reason)
        assert hint in gap.hint

    def test_a_command_that_hangs_is_ended(self):
        async def main():
            sources = BackupSources(pgbackrest_command=("sleep", "600"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await backups(Environment("test", backups=sources))

        run(main())

    def test_a_file_that_is_not_there(self, tmp_path):
        path = tmp_path / "info.json"
        assert gather(pgbackrest_info=path).gaps == (
            Gap("pgBackRest", f"{path} cannot be read: No such file or directory", "correct `pgbackrest_info`"),
        )

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"[1e999999", b"9" * 10_000])
    def test_a_file_that_is_no_report(self, tmp_path, content):
        path = tmp_path / "info.json"
        path.write_bytes(content)
        assert gather(pgbackrest_info=path).gaps == (Gap("pgBackRest", "the pgBackRest report is not JSON", SAVE_IT),)


def test_absent():
    with pytest.raises(Absent):
        run(backups(Environment("test", absent=frozenset({"backups"}))))


def test_not_named():
    with pytest.raises(Unavailable) as caught:
        run(backups(Environment("test")))
    assert caught.value.reason == "the checklist names no backups in [env.test]"


def test_named_and_empty():
    assert failing().reason == "the checklist names no backup source (`dumps` or `pgbackrest_info`) in [env.test]"
