"""Dumps in S3, by a listing of ``aws s3api list-objects-v2``: their names, sizes and times, nothing of their bytes.

Source: Amazon S3 API reference, ListObjectsV2.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.model import Gap
from auditor.probes.backups.reports import Found, moment, whole

NAME, HOW = "S3", "aws s3api list-objects-v2 --bucket BUCKET --prefix PREFIX"

_DUMP = re.compile(
    r"\.(?:dump|dmp|pgdump|pg_dump|sql|psql|backup|bak|bkp|tar|tgz|custom|pgc|db)(?:\.|$)|(?:dump|backup|pg_)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\.(?:md5|sha\d+|sha\d+sum|sig|log|txt|md|json|ya?ml|html|png|jpe?g)(?:\.gz)?$", re.IGNORECASE)
_PART = re.compile(r"(?:toc|[0-9]+)\.dat(?:\.(?:gz|lz4|zst))?|blobs?[^/]*")
_DIGITS = re.compile(r"[0-9a-f]{7,40}|[0-9]+")
_ENCRYPTED = re.compile(r"\.(?:gpg|pgp|age|enc|aes)$", re.IGNORECASE)
_COLD = frozenset({"GLACIER", "DEEP_ARCHIVE"})


def series(name: str) -> str:
    """What the names of the same job's files have in common."""
    return _DIGITS.sub("#", name)


def read(listing: Any, bucket: str = "") -> Found:
    """The objects of a listing that are dumps by their names.

    Args:
        listing: the document, or several pages of it in a list.
        bucket: its name, where it is known.
    """
    pages = listing if isinstance(listing, list) else [listing]
    objects = [row for page in pages for row in page.get("Contents") or ()]
    if not all(isinstance(page, dict) for page in pages) or any("Key" not in row for row in objects):
        raise TypeError
    folders = {row["Key"].rpartition("/")[0] for row in objects if row["Key"].endswith("/toc.dat")}
    name = f"{NAME} {bucket or next((str(page['Name']) for page in pages if page.get('Name')), '')}".strip()
    found: dict[str, Backup] = {}
    others = 0
    for row in objects:
        key = row["Key"]
        folder = key.rpartition("/")[0]
        if folder in folders and _PART.fullmatch(PurePosixPath(key).name):
            found[folder] = _joined(found.get(folder), _backup(name, folder, row, "directory"))
        elif not key.endswith("/") and _DUMP.search(key) and not _BESIDE.search(key):
            found[key] = _backup(name, key, row, "")
        else:
            others += not key.endswith("/")
    note = f"{others} objects are no dumps by their names" if others else ""
    cut = [Gap(name, "the listing is cut off: it goes on after its last page", "save all pages")] if _cut(pages) else []
    return Found([Source(name, note=note)], list(found.values()), cut)


def _cut(pages: list[Any]) -> bool:
    last: dict[str, Any] = pages[-1] if pages else {}
    return bool(last.get("NextToken") or (last.get("IsTruncated") and last.get("NextContinuationToken")))


def _backup(source: str, key: str, row: dict[str, Any], format_: str) -> Backup:
    size = whole(row["Size"])
    kept = str(row.get("StorageClass") or "")
    return Backup(
        source,
        key,
        Kind.LOGICAL,
        Status.LISTED if size else Status.DAMAGED,
        moment(row["LastModified"]),
        size,
        problem="" if size else "it is empty",
        format=format_,
        where=f"s3, {kept}" if kept in _COLD else "s3",
        series=series(key),
        encrypted=True if _ENCRYPTED.search(key) else None,
        off_host=True,
    )


def _joined(one: Backup | None, other: Backup) -> Backup:
    """One dump in the directory format, of its files."""
    if one is None:
        return other
    newest = max((moment for moment in (one.stop, other.stop) if moment), default=None)
    size = one.size_bytes + other.size_bytes
    return Backup(
        one.source,
        one.name,
        one.kind,
        Status.LISTED if size else Status.DAMAGED,
        newest,
        size,
        problem="" if size else "it is empty",
        format=one.format,
        where=one.where,
        series=one.series,
        off_host=True,
    )
