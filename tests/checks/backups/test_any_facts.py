"""Whatever the facts are, no check of backups stumbles, and none passes without a reason."""

from __future__ import annotations

import json
import os
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.backups import (
    Archiving,
    Backup,
    Backups,
    DumpedTable,
    Kind,
    LiveIdentity,
    LiveTable,
    LiveTables,
    Release,
    RestoreTools,
    Source,
    Status,
)
from auditor.facts.policy import BackupPolicy
from auditor.registry import builtin_checks
from tests.checks.backups.making import DAY, ELSEWHERE, HERE, NOW

FUZZ = settings(max_examples=min(5000, int(os.environ.get("AUDIT_FUZZ", "50"))), deadline=None)
CHECKS = [one for one in builtin_checks().checks if one.item == "backups" and one.id < "BAK030"]

LENGTHS = st.timedeltas(timedelta(0), 40 * DAY)
TIMES = LENGTHS.map(lambda length: NOW - length) | st.just(NOW + DAY)
NAMES = st.sampled_from(
    ["dump files", "pgBackRest app", "pgBackRest crm", "barman a", "barman b", "WAL-G", "S3 x", "RDS y", "Supabase"]
)
WALS = st.sampled_from(["", "000000010000000000000007", "0000000100000000000000FF", "00000002.history"]) | st.text(
    max_size=30
)
TABLES = st.sampled_from(["public.a", "public.b", "auth.users", "vault.x"])
DUMPED = st.builds(DumpedTable, TABLES, st.none() | st.integers(0, 99), has_data=st.booleans())
LIVE = st.builds(
    LiveIdentity,
    st.sampled_from(["app", "other"]),
    st.sampled_from(["", HERE]),
    st.integers(0, 200_000),
    st.none() | TIMES,
)
BACKUPS = st.builds(
    Backup,
    NAMES,
    st.text(max_size=3),
    st.sampled_from(Kind),
    st.sampled_from(Status),
    st.none() | TIMES,
    st.integers(0, 10**9),
    start=st.none() | TIMES,
    problem=st.sampled_from(["", "broken"]),
    hint=st.sampled_from(["", "look"]),
    format=st.sampled_from(["", "plain", "custom 1.14", "tar 1.16", "custom 1.99"]),
    series=st.sampled_from(["", "s"]),
    database=st.sampled_from(["", "app", "other"]),
    cluster=st.sampled_from(["", HERE, ELSEWHERE]),
    server_version=st.sampled_from(["", "15.18", "9.6.24", "x"]),
    encrypted=st.none() | st.booleans(),
    off_host=st.none() | st.booleans(),
    everyone_reads=st.booleans(),
    in_full=st.booleans(),
    tables=st.none() | st.lists(DUMPED, max_size=3).map(tuple),
)
SOURCES = st.builds(
    Source,
    NAMES,
    st.sampled_from([(), ("complaint",)]),
    archives_wal=st.booleans(),
    window_start=st.none() | TIMES,
    window_end=st.none() | TIMES,
    archived_to=WALS,
    cluster=st.sampled_from(["", HERE, ELSEWHERE]),
)
FOUND = st.builds(
    Backups,
    st.lists(SOURCES, max_size=3).map(tuple),
    st.lists(BACKUPS, max_size=5).map(tuple),
    st.just(NOW),
    st.none() | LIVE,
)
ARCHIVING = st.builds(
    Archiving,
    mode=st.sampled_from(["off", "on", "always"]),
    command=st.booleans(),
    command_hidden=st.booleans(),
    wal_level=st.just("replica"),
    asked_at=st.just(NOW),
    archived=st.integers(0, 9),
    last_wal=WALS,
    last_time=st.none() | TIMES,
    failed=st.integers(0, 9),
    last_failed_wal=WALS,
    last_failed_time=st.none() | TIMES,
    stats_reset=st.none() | TIMES,
    current_wal=WALS,
    segment_bytes=st.sampled_from([0, 1 << 20, 16 << 20]),
    current_offset=st.integers(0, 1 << 24),
    timeout_s=st.integers(0, 900),
    waiting=st.none() | st.integers(0, 99),
    oldest_waiting=st.none() | TIMES,
    in_recovery=st.booleans(),
    cluster=st.sampled_from(["", HERE]),
    discards=st.booleans(),
)
LIVE_TABLE = st.builds(
    LiveTable,
    TABLES,
    st.integers(-1, 99),
    partitioned=st.booleans(),
    row_security=st.booleans(),
    inserted=st.integers(0, 99),
)
LIVE_TABLES = st.builds(LiveTables, st.just("app"), st.lists(LIVE_TABLE, max_size=3).map(tuple), st.none() | TIMES)
POLICY = st.builds(
    BackupPolicy,
    max_age=LENGTHS.filter(bool),
    retention=LENGTHS.filter(bool),
    rpo=st.none() | LENGTHS.filter(bool),
    pitr_window=st.none() | LENGTHS.filter(bool),
    encrypted_storage=st.booleans(),
    off_host=st.booleans(),
)


@given(
    st.tuples(
        FOUND,
        ARCHIVING,
        LIVE_TABLES,
        POLICY,
        st.builds(Release, st.none() | TIMES, st.just("commit")),
        st.builds(RestoreTools, st.none() | st.integers(9, 18), st.just("ssh")),
    )
)
@FUZZ
def test_any_facts(facts):
    by_type = {type(fact): fact for fact in facts}
    found: Backups = by_type[Backups]
    passes = set()
    for check in CHECKS:
        findings = list(check.function(*(by_type[need] for need in check.needs())))
        assert findings, check.id
        json.dumps([[str(f.outcome), f.subject, f.message, dict(f.evidence)] for f in findings], allow_nan=False)
        passes |= {check.id for f in findings if f.outcome == "pass"}
    recent = [b for b in found.usable() if b.stop and found.looked_at - b.stop <= by_type[BackupPolicy].max_age]
    assert "BAK001" not in passes or recent
    if not found.usable():
        assert not passes & {"BAK001", "BAK004", "BAK006", "BAK007", "BAK013", "BAK014", "BAK015", "BAK016", "BAK018"}
