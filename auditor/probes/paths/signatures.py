"""Signatures of files whose format takes more than a pattern to recognise.

What they say holds no value of the file: counts, and names of variables that say themselves that they are secret.
"""

from __future__ import annotations

import re
import zlib

from auditor.probes.paths.matching import is_markup, whole_lines
from auditor.probes.paths.seen import Seen, text_of

_LONGEST_QUOTED = 60
"""Lines of one quoted value: a private key of 4096 bits has 52."""
_ASSIGNMENT = re.compile(r"\s{0,40}(?:export\s{1,8})?([A-Za-z_][A-Za-z0-9_.-]{0,127})[ \t]{0,40}=[ \t]{0,40}(.*)")
_COMMENTED = re.compile(r"[ \t]{0,40}#[ \t]{0,40}(?:export[ \t]{1,8})?[A-Z][A-Z0-9_]{2,60}[ \t]{0,40}=[ \t]{0,40}\S")
_SECRET_NAME = re.compile(
    r"[A-Z][A-Z0-9_]{0,40}_(?:SECRET|KEY|TOKEN|PASSWORD|PASS|URL|DSN|CREDENTIALS)|[A-Z]{2,12}(?:SECRET|PASSWORD)"
)
_MOST_NAMES = 3


def environment(seen: Seen) -> str:
    """A file of ``NAME=value`` lines: at least one, and seven of ten that are no comments."""
    if seen.body.startswith(b"b0VIM"):
        return "a swap file of vim"
    if is_markup(seen.text):
        return ""
    found = whole_lines(seen)
    names, others = _assignments(found)
    if not names and not others and (silent := _commented(found)):
        return f"{silent} variable{'s' * (silent > 1)} in comments"
    if not names or len(names) < 0.7 * (len(names) + others):
        return ""
    telling = list(dict.fromkeys(name for name in names if _SECRET_NAME.fullmatch(name)))[:_MOST_NAMES]
    count = f"{len(names)} variable{'s' * (len(names) > 1)}"
    return f"{count}, {', '.join(telling)} among them" if telling else count


def _commented(found: list[str]) -> int:
    """How many variables with values stand in a file of nothing but comments: old passwords, most of them."""
    return sum(_COMMENTED.match(line.lstrip("\ufeff")) is not None for line in found)


def _assignments(found: list[str]) -> tuple[list[str], int]:
    """The names that are assigned, and how many other lines there are."""
    names: list[str] = []
    others, at = 0, 0
    while at < len(found):
        line = found[at].lstrip("\ufeff")
        at += 1
        if match := _ASSIGNMENT.fullmatch(line):
            names.append(match[1])
            at = _end_of_value(found, at, match[2])
        elif line.strip() and not line.lstrip().startswith("#"):
            others += 1
    return names, others


def _end_of_value(found: list[str], at: int, value: str) -> int:
    """The line after a value that is quoted over several lines, as private keys are."""
    quote = value[:1]
    if quote not in ('"', "'", "`") or quote in value[1:]:
        return at
    for end in range(at, min(at + _LONGEST_QUOTED, len(found))):
        if quote in found[end]:
            return end + 1
    return at


def git_index(seen: Seen) -> str:
    """The index of git: its signature and one of its versions (gitformat-index)."""
    version = int.from_bytes(seen.body[4:8], "big")
    if not seen.body.startswith(b"DIRC") or version not in (2, 3, 4):
        return ""
    return f"an index of {int.from_bytes(seen.body[8:12], 'big')} files"


_PRIVATE_KEY = re.compile(r"^-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----\s*$", re.MULTILINE)
_KEY_FILE = re.compile(r"(?:-----BEGIN |Bag Attributes|PuTTY-User-Key-File-\d)")


def private_key(seen: Seen) -> str:
    """A private key in PEM, perhaps with its certificates before it, or in the form of PuTTY."""
    body = seen.text.lstrip("\ufeff \t\r\n")
    if not _KEY_FILE.match(body):
        return ""
    if body.startswith("PuTTY"):
        return "a private key of PuTTY"
    return "a private key in PEM" if _PRIVATE_KEY.search(body) else ""


_SQL = re.compile(
    r"^\s{0,40}(?:--[^\n]{0,80}(?:dump|Dumped (?:from|by)|Host:[^\n]{0,80}Database:)|/\*!\d{5} SET |/\*M!\d{6}"
    r"|CREATE (?:OR REPLACE )?(?:TABLE|DATABASE|SCHEMA|TYPE|EXTENSION|ROLE|FUNCTION|SEQUENCE|VIEW)\b"
    r"|INSERT INTO\b|DROP (?:TABLE|DATABASE|SCHEMA)\b|COPY [^\n]{1,400} FROM stdin|SET statement_timeout\b"
    r"|PRAGMA foreign_keys\b)",
    re.MULTILINE | re.IGNORECASE,
)
_SQL_STARTS = re.compile(
    r"(?:--|/\*|\\[a-z]|SET\b|CREATE\b|INSERT\b|DROP\b|COPY\b|BEGIN\b|PRAGMA\b|USE\b|ALTER\b|DELETE\b|SELECT\b)",
    re.IGNORECASE,
)


def sql_dump(seen: Seen) -> str:
    """A dump of PostgreSQL, MySQL, MariaDB or SQLite, plain, in pg_dump's own format, or packed with gzip."""
    if seen.body.startswith(b"PGDMP"):
        return "an archive of pg_dump"
    if seen.body.startswith(b"\x1f\x8b"):
        return "a packed SQL dump" if _is_sql(text_of(unpacked(seen.body))) else ""
    return "statements of SQL" if _is_sql(seen.text) else ""


def _is_sql(text: str) -> bool:
    body = text.lstrip("\ufeff \t\r\n")
    return bool(_SQL_STARTS.match(body) and _SQL.search(body))


def packed(seen: Seen) -> str:
    """A tar archive, or what is packed with gzip and is no page: servers pack pages too, and some forget to say so."""
    if seen.body[257:262] == b"ustar":
        return "a tar archive"
    if not seen.body.startswith(b"\x1f\x8b\x08"):
        return ""
    inside = unpacked(seen.body)
    if inside[257:262] == b"ustar":
        return "a packed tar archive"
    return "" if not inside or is_markup(text_of(inside)) else "data packed with gzip"


def unpacked(body: bytes) -> bytes:
    """The beginning of what is packed with gzip; empty when nothing is."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, 8192)
    except zlib.error:
        return b""


def core_dump(seen: Seen) -> str:
    """The memory of a process: ELF of the type ET_CORE (elf(5))."""
    order = "big" if seen.body[5:6] == b"\x02" else "little"
    is_core = seen.body.startswith(b"\x7fELF") and int.from_bytes(seen.body[16:18], order) == 4  # type: ignore[arg-type]
    return "an ELF core dump" if is_core else ""


_FROM = re.compile(r"^FROM\s{1,40}\S", re.MULTILINE | re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"^(?:RUN|COPY|ADD|CMD|ENTRYPOINT|WORKDIR|ENV|EXPOSE|USER|LABEL|ARG)\s", re.MULTILINE | re.IGNORECASE
)


def dockerfile(seen: Seen) -> str:
    """It begins with ``FROM`` or ``ARG``, and there are other instructions."""
    told = (line for line in map(str.strip, whole_lines(seen)) if line and not line.startswith("#"))
    begins = re.match(r"(?:FROM|ARG)\s", next(told, ""), re.IGNORECASE)
    return "instructions" if begins and _FROM.search(seen.text) and _INSTRUCTION.search(seen.text) else ""
