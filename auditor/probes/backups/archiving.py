"""Reads how the archiving of the write-ahead log goes.

Source: PostgreSQL documentation, section 27.2 (pg_stat_archiver), 9.28.3 (WAL functions) and 26.3 (archiving).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from auditor.facts.backups import Archiving
from auditor.probes.backups.live import cluster_of
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_STATE = """
select pg_catalog.current_setting('archive_mode') as mode,
       pg_catalog.current_setting('wal_level') as wal_level,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'archive_command') as command,
       (select s.setting from pg_catalog.pg_settings s where s.name = 'archive_library') as library,
       (select s.setting::int from pg_catalog.pg_settings s where s.name = 'archive_timeout') as timeout,
       (select s.setting::bigint * case s.unit when 'B' then 1 when '8kB' then 8192 when 'kB' then 1024 else 1 end
            from pg_catalog.pg_settings s where s.name = 'wal_segment_size') as segment,
       pg_catalog.clock_timestamp() as now, pg_catalog.pg_is_in_recovery() as standby,
       a.archived_count, a.last_archived_wal, a.last_archived_time, a.failed_count, a.last_failed_wal,
       a.last_failed_time, a.stats_reset,
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute') as identifiable,
       coalesce(pg_catalog.has_function_privilege(
           pg_catalog.to_regprocedure('pg_catalog.pg_ls_archive_statusdir()')::oid, 'execute'), false) as countable
from pg_catalog.pg_stat_archiver a
"""
_POSITION = """
select pg_catalog.pg_walfile_name(l.lsn), (l.lsn - '0/0'::pg_catalog.pg_lsn) %% %(segment)s
from (select pg_catalog.pg_current_wal_lsn() as lsn) l
"""
_WAITING = """
select pg_catalog.count(*), pg_catalog.min(f.modification)
from pg_catalog.pg_ls_archive_statusdir() f where f.name like '%.ready'
"""
_OFF = "(disabled)"
_DOES_NOTHING = re.compile(
    r"(?:(?:(?:/usr)?/bin/)?(?:true|echo|printf|test)|:|exit|rem|\[)(?:\s[^&|;<>`\n$]*)?", re.IGNORECASE
)
"""Programs that succeed and keep nothing, as long as nothing is piped, redirected or run behind them."""
_SEGMENT = 16 << 20


@probe(deadline=20.0)
async def archiving(databases: Databases) -> Archiving:
    """The archiver's statistics, its settings, and where the log is now."""
    audit = await databases.verified()
    async with audit.session() as session, session.transaction() as transaction:
        (state,) = await transaction.dicts(_STATE)
        segment = int(state["segment"] or _SEGMENT)
        current, offset = ("", 0)
        if not state["standby"] and state["mode"] != "off":  # Aurora, which archives nothing itself, has no position
            ((current, offset),) = await transaction.rows(_POSITION, {"segment": segment})
        waiting, oldest = (None, None)
        if state["countable"]:
            ((waiting, oldest),) = await transaction.rows(_WAITING)
        cluster = await cluster_of(transaction) if state["identifiable"] else ""
    return _fact(state, segment, (str(current), int(offset)), (waiting, oldest), cluster)


def _fact(
    state: dict[str, Any], segment: int, position: tuple[str, int], waiting: tuple[Any, Any], cluster: str
) -> Archiving:
    commands = [state["command"], state["library"]]
    return Archiving(
        mode=str(state["mode"]),
        command=any(command not in (None, "", _OFF) for command in commands),
        command_hidden=state["command"] is None,
        wal_level=str(state["wal_level"]),
        asked_at=_utc(state["now"]) or datetime.now(UTC),
        archived=int(state["archived_count"]),
        last_wal=str(state["last_archived_wal"] or ""),
        last_time=_utc(state["last_archived_time"]),
        failed=int(state["failed_count"]),
        last_failed_wal=str(state["last_failed_wal"] or ""),
        last_failed_time=_utc(state["last_failed_time"]),
        stats_reset=_utc(state["stats_reset"]),
        current_wal=position[0],
        segment_bytes=segment,
        current_offset=position[1],
        timeout_s=int(state["timeout"] or 0),
        waiting=None if waiting[0] is None else int(waiting[0]),
        oldest_waiting=_utc(waiting[1]),
        in_recovery=bool(state["standby"]),
        cluster=cluster,
        discards=state["library"] in (None, "", _OFF) and discards(state["command"]),
    )


def discards(command: str | None) -> bool:
    """Whether an archive_command keeps nothing, as ``/bin/true`` does (PostgreSQL documentation, section 26.3).

    Args:
        command: its text; None when it is hidden. What is no command at all discards nothing.
    """
    if command is None or command in ("", _OFF):
        return False
    # sh takes a word that begins with # for the beginning of a comment
    told = re.sub(r"(?:^|(?<=\s))#[^\n]*", "", command).strip()
    return not told or _DOES_NOTHING.fullmatch(told) is not None


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
