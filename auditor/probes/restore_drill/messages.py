"""What pg_restore and psql say of statements that failed: whose fault each is.

Whatever cannot be explained by the machine of the drill, or by what the drill does on purpose, is the backup's fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.facts.restore_drill import Skipped, Trouble
from auditor.probes.restore_drill.outcomes import NotRestored, Undone

KEPT = 50
"""Failed statements that a fact holds."""
_LONGEST = 300

_COMMAND = re.compile(r"Command was: ((?:[A-Z]{2,30} ){1,6}[^\s(';]{0,130})")
_ARCHIVE_ERROR = re.compile(r"pg_restore: error: (.*)")
_PLAIN_ERROR = re.compile(r"psql:[^:]{0,100}:(\d+): (?:ERROR:  |error: )(.*)")
_EXECUTED = re.compile(r"could not execute query: ERROR:  (.*)")
_COPIED = re.compile(r'COPY failed for table "((?:[^"]|""){1,130})": ERROR:  (.*)')
_VALUE = re.compile(r'(: "|=\(|\b(?:value|at or near) ").*')

_CUT_OFF = {'"': " ...", "(": "(..."}

_LOST = (
    "server closed the connection",
    "terminating connection",
    "connection to server",
    "no connection to the server",
    "the database system is",
    "could not receive data from server",
    "could not send data",
)
_FULL = ("no space left on device", "disk quota exceeded")
_CUT = ("could not read from input file", "unexpected end of file", "could not find block id", "end of file")
_DAMAGED = (
    "could not uncompress",
    "could not decompress",
    "compressed data",
    "does not appear to be a valid archive",
    "unrecognized data block type",
    "corrupt tar header",
    "invalid",
)

_ENVIRONMENT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r'extension ".*" is not available'), "install the extension where the audit runs"),
    (re.compile(r"could not open extension control file"), "install the extension where the audit runs"),
    (re.compile(r'could not access file "'), "install the library where the audit runs"),
    (re.compile(r"could not load library"), "install the library where the audit runs"),
    (re.compile(r'collation ".*" for encoding ".*" does not exist'), "use a PostgreSQL with ICU and that locale"),
    (re.compile(r"could not create locale|ICU is not supported|could not open collator"), "use one with that locale"),
    (re.compile(r"unrecognized configuration parameter"), "use the PostgreSQL version of the live server"),
    (re.compile(r'language ".*" does not exist'), "install the language where the audit runs"),
    (re.compile(r'tablespace ".*" does not exist'), ""),
)
"""The machine of the drill lacks something."""

_NOT_AS_SUPERUSER: tuple[re.Pattern[str], ...] = (
    re.compile(r"must be superuser"),
    re.compile(r"must be owner of (extension|event trigger|language|database|schema pg_)"),
    re.compile(r"permission denied"),
    re.compile(r"must be able to SET ROLE"),
    re.compile(r"must be member of role"),
    re.compile(r"Only (superusers|roles with)"),
)
"""The drill restores as a role that is no superuser, on purpose: see docs/restore-drill.md."""

_EXPECTED = (
    # entries of a dump
    "ACL ", "DEFAULT ACL ", "EVENT TRIGGER ", "SUBSCRIPTION ", "SUBSCRIPTION TABLE ", "FOREIGN DATA WRAPPER ",
    "SERVER ", "USER MAPPING ", "FOREIGN TABLE ", "FOREIGN SERVER ", "PUBLICATION ", "SECURITY LABEL ",
    # commands
    "GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES ", "CREATE EVENT TRIGGER ", "ALTER EVENT TRIGGER ",
    "CREATE SUBSCRIPTION ", "ALTER SUBSCRIPTION ", "CREATE FOREIGN ", "CREATE SERVER ", "CREATE USER MAPPING ",
    "CREATE PUBLICATION ", "ALTER PUBLICATION ", "SECURITY LABEL ", "SET SESSION AUTHORIZATION ",
    "COMMENT ON EXTENSION ",
)  # fmt: skip
"""What may fail for a role that is no superuser, in a server without the cluster's own roles. None of it is data."""

_PREAMBLE = re.compile("unrecognized configuration parameter|does not exist")
_BUILT_ON = ("EXTENSION ", "FOREIGN ", "CREATE FOREIGN ", "SERVER ", "CREATE SERVER ")
_MISSING = re.compile(
    r"(?:type|function|operator|schema|relation|column|index|text search \w+|collation) .*does not exist"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A statement that failed."""

    entry: str
    """``TABLE public.orders`` of a plain dump, ``ALTER TABLE ONLY public.orders`` of another."""
    message: str


def archive_failures(text: str) -> Iterator[Failure]:
    """The failed statements in what pg_restore said.

    Args:
        text: its messages, in English: an error, what the server adds to it, and the command.
    """
    message, entry = "", ""
    for line in text.splitlines():
        if found := _ARCHIVE_ERROR.match(line):
            if message:
                yield Failure(entry or "the archive", message)
            copied = _COPIED.match(found[1])
            message, entry = _words(found[1]), f"TABLE DATA {copied[1]}" if copied else ""
        elif message and not entry and (command := _COMMAND.match(line)):
            entry = command[1].strip()
    if message:
        yield Failure(entry or "the archive", message)


def plain_failures(text: str) -> Iterator[tuple[int, str]]:
    """The line and the message of each failed statement in what psql said."""
    for line in text.splitlines():
        if found := _PLAIN_ERROR.match(line):
            yield int(found[1]), _words(found[2])


def _words(message: str) -> str:
    """The server's own words, without values of rows, which it quotes after a colon."""
    if found := _EXECUTED.match(message) or _COPIED.match(message):
        message = found[found.re.groups]
    return _VALUE.sub(lambda found: found[1].removesuffix(' "').removesuffix("(") + _CUT_OFF[found[1][-1]], message)[
        :_LONGEST
    ]


def stop_if_lost(messages: str, *, database_full: Undone) -> None:
    """Whether the drill's own disk or server ended the restore.

    Raises:
        Undone: it did.
    """
    lowered = messages.lower()
    if any(words in lowered for words in _FULL):
        raise database_full
    if "out of memory" in lowered:
        raise Undone("the machine of the drill has run out of memory", "run the drill where there is more")
    for words in _LOST:
        if words in lowered:
            raise Undone("the scratch server went away during the restore", "run the drill again")


def stop_if_broken(message: str) -> None:
    """Whether an error of pg_restore is about the file itself.

    Args:
        message: its last error.

    Raises:
        NotRestored: it is cut off or damaged.
        Undone: these programs cannot read such a file.
    """
    lowered = message.lower()
    if found := re.search(r"unsupported version \(([\d.]+)\)", lowered):
        raise Undone(
            f"pg_restore cannot read its archive version {found[1]}", "restore with a newer PostgreSQL: install one"
        )
    if "does not support compression" in lowered or "not supported in this installation" in lowered:
        raise Undone(f"pg_restore cannot read it: {message[:200]}", "install a PostgreSQL with that compression")
    if any(words in lowered for words in _CUT):
        raise NotRestored("it is cut off")
    if any(words in lowered for words in _DAMAGED):
        raise NotRestored(f"pg_restore cannot read it: {message[:200]}")


def lacks(entries: Iterable[str]) -> bool:
    """Whether one of the entries that were not restored is something that others may build on."""
    return any(entry.startswith(_BUILT_ON) for entry in entries)


def sort_out(failures: Sequence[Failure], lacking: bool) -> tuple[list[Trouble], list[Skipped]]:
    """Which failures are the backup's, and which are the drill's.

    Args:
        failures: of the restore.
        lacking: whether the drill has left out something that other parts of the backup may build on.
    """
    troubles: list[Trouble] = []
    skipped: list[Skipped] = []
    for failure in failures:
        if blamed := _blame(failure, lacking):
            skipped.append(blamed)
        else:
            troubles.append(Trouble(failure.entry, failure.message))
    return troubles, skipped


def _blame(failure: Failure, lacking: bool) -> Skipped | None:
    if failure.entry.startswith(_EXPECTED):
        return Skipped(failure.entry, failure.message, expected=True)
    if failure.entry.startswith("COMMENT") and "must be owner" in failure.message:
        return Skipped(failure.entry, failure.message, expected=True)
    # before its first entry, a dump makes settings for its session, and with --clean drops what may be there
    if failure.entry.startswith(("line ", "SET ")) and _PREAMBLE.search(failure.message):
        return Skipped(failure.entry, failure.message, expected=True)
    for pattern, remedy in _ENVIRONMENT:
        if pattern.search(failure.message):
            return Skipped(failure.entry, failure.message, remedy)
    if any(pattern.search(failure.message) for pattern in _NOT_AS_SUPERUSER):
        reason = f"the drill restores as no superuser: {failure.message}"
        return Skipped(failure.entry, reason, "restore it by hand, where you trust the backup")
    if lacking and _MISSING.search(failure.message):
        return Skipped(failure.entry, failure.message, "install the extensions of the live server where the audit runs")
    return None
