"""pgBackRest, by ``pgbackrest info --output=json``.

Source: pgBackRest's command reference (info), and ``command/info/info.c`` for what its fields mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.probes.backups.reports import Found, epoch, whole

NAME, HOW = "pgBackRest", "pgbackrest info --output=json"

_KINDS = {"full": Kind.FULL, "diff": Kind.DIFFERENTIAL, "incr": Kind.INCREMENTAL}
_NO_BACKUPS = 2
"""The status "no valid backups": told by there being none."""


def read(report: Any) -> Found:
    """The stanzas of a report and their backups."""
    if not isinstance(report, list):
        raise TypeError
    found = Found()
    for stanza in report:
        name = f"{NAME} {_text(stanza['name'])}"
        found.sources.append(_source(name, stanza))
        found.backups += _backups(name, stanza)
    if not report:
        found.sources.append(Source(NAME, ("it knows no stanza",)))
    return found


def _source(name: str, stanza: dict[str, Any]) -> Source:
    status = stanza["status"]
    complaints = [] if status["code"] == 0 else [f"pgBackRest says of the stanza: {_text(status['message'])}"]
    for repo in stanza.get("repo") or ():
        inner = repo.get("status") or {"code": 0}
        if inner["code"] != 0 and len(stanza["repo"]) > 1:
            complaints.append(f"pgBackRest says of repository {repo['key']}: {_text(inner['message'])}")
    newest = stanza.get("db") or [{}]
    # after an upgrade, the log of the cluster before stays in the repository
    now = newest[-1].get("id")
    archives = [one for one in stanza.get("archive") or () if (one.get("database") or {}).get("id", now) == now]
    last = [archive for archive in archives if archive.get("max")]
    note = f"archived up to {_text(last[-1]['max'])}" if last else "nothing archived"
    return Source(
        name,
        tuple(complaints),
        archives_wal=bool(last),
        note=note,
        archived_to=_text(last[-1]["max"]) if last else "",
        cluster=str(newest[-1].get("system-id") or ""),
    )


def _backups(name: str, stanza: dict[str, Any]) -> Iterator[Backup]:
    clusters = {(row["id"], row.get("repo-key")): row for row in stanza.get("db") or ()}
    ciphers = {row["key"]: row.get("cipher") for row in stanza.get("repo") or ()}
    damaged: set[str] = set()
    for row in stanza.get("backup") or ():  # oldest first: what a backup builds on stands before it
        label = _text(row["label"])
        if problem := _problem(row, damaged):
            damaged.add(label)
        belongs = row.get("database") or {}
        repo = belongs.get("repo-key")
        cluster = clusters.get((belongs.get("id"), repo), {})
        cipher = ciphers.get(repo, stanza.get("cipher"))
        kind = _KINDS.get(_text(row.get("type") or "full"), Kind.INCREMENTAL)
        yield Backup(
            name,
            label,
            kind,
            Status.DAMAGED if problem else Status.GOOD,
            epoch(row["timestamp"]["stop"]),
            whole((row.get("info") or {}).get("size")),
            start=epoch(row["timestamp"]["start"]) if row["timestamp"].get("start") is not None else None,
            problem=problem,
            hint="" if row.get("error") is not None else "pgBackRest does not say whether it found page errors in it",
            format=kind.value,
            where=f"repo{repo}" if repo is not None else "",
            series=f"{name}/{repo}/{kind}",
            cluster=str(cluster.get("system-id") or ""),
            server_version=_text(cluster.get("version") or ""),
            encrypted=None if cipher is None else cipher != "none",
        )


def _problem(row: dict[str, Any], damaged: set[str]) -> str:
    if row.get("error"):
        pages = [_text(name) for name in row.get("error-list") or ()]
        return "pgBackRest found page errors in it" + (f": {', '.join(pages[:5])}" if pages else "")
    broken = sorted(damaged & set(map(str, row.get("reference") or ())))
    return f"it builds on {broken[0]}, in which pgBackRest found page errors" if broken else ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
