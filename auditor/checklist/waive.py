"""Writes a waiver into ``checklist.toml`` and leaves every other byte as it is."""

from __future__ import annotations

import os
import tempfile
import tomllib
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import tomlkit
import tomlkit.items

from auditor.checklist import literals
from auditor.checklist.load import check_structure
from auditor.checklist.source import Source, parse, read
from auditor.errors import ChecklistError, Problem, UsageError


def add_waiver(path: Path, *, check: str, subject: str, reason: str, owner: str, expires: date) -> int:
    """Append a waiver to a checklist.

    Args:
        path: the checklist; a link is followed to the file itself.
        check: id or name of the check.
        subject: a glob over subjects.
        reason: why the failure is accepted.
        owner: who answers for it.
        expires: the last day on which it applies, in UTC.

    Returns:
        The line of the new block.

    Raises:
        UsageError: a value says nothing or the date is past.
        ChecklistError: the checklist cannot be used, has such a waiver already, or cannot be written.
    """
    words = {"check": check, "subject": subject, "reason": reason, "owner": owner}
    _refuse_values(words, expires)
    source = read(path)
    check_structure(source)
    # a ${ on the command line is text, not a reference
    entry = {name: word.strip().replace("${", "$${") for name, word in words.items()} | {"expires": expires}
    _refuse_duplicate(source, entry)
    changed = parse(path, _with_waiver(source, entry).encode())
    _prove(source, changed, entry)
    _replace(path, changed.text)
    return changed.lines["waivers", len(changed.data["waivers"]) - 1]


def _today() -> date:
    return datetime.now(UTC).date()


def _refuse_values(words: dict[str, str], expires: date) -> None:
    for name, word in words.items():
        if not word.strip():
            raise UsageError(f"the {name} of a waiver must say something; nothing was written")
        if not _is_text(word):
            raise UsageError(f"the {name} of the waiver is not UTF-8; nothing was written")
        if kind := literals.kind_of(("waivers", 0, name), word):
            raise UsageError(f"the {name} of the waiver holds a secret ({kind}); nothing was written")
    if expires < _today():
        raise UsageError(
            f"the waiver would have expired on {expires}: give a day from {_today()} on; nothing was written"
        )


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_duplicate(source: Source, entry: dict[str, Any]) -> None:
    for position, waiver in enumerate(source.data.get("waivers", ())):
        same = all(waiver[name].strip() == entry[name] for name in ("check", "subject"))
        if same and waiver["expires"] >= _today():
            line = source.lines["waivers", position]
            message = f"{entry['check']} is already waived for this subject, until {waiver['expires']}"
            remedy = "change that waiver, or give another subject; nothing was written"
            raise ChecklistError([Problem(message, str(source.path), line, f"waivers.{position}", remedy)])


def _with_waiver(source: Source, entry: dict[str, Any]) -> str:
    """The text with the waiver at its end, or in the list of a checklist that has ``waivers = [...]``."""
    if "waivers" in source.data and not _in_blocks(source):
        return _into_list(source.text, entry)
    block = tomlkit.document()
    blocks = tomlkit.aot()
    blocks.append(tomlkit.item(entry))
    block.append("waivers", blocks)
    newline = "\r\n" if "\r\n" in source.text else "\n"
    gap = newline if source.text.endswith("\n") else newline * 2
    return source.text + gap + tomlkit.dumps(block).replace("\n", newline)


def _in_blocks(source: Source) -> bool:
    """Whether the waivers are ``[[waivers]]`` blocks; the elements of a list never begin with two brackets."""
    line = source.lines.get(("waivers", 0))
    return line is not None and source.text.split("\n")[line - 1].lstrip().startswith("[[")


def _into_list(text: str, entry: dict[str, Any]) -> str:
    document = tomlkit.parse(text)
    table = tomlkit.inline_table()
    table.update(entry)
    listed = document["waivers"]
    if isinstance(listed, tomlkit.items.Array):
        listed.append(table)
    return tomlkit.dumps(document)


def _prove(before: Source, after: Source, entry: dict[str, Any]) -> None:
    """The file must still load, and say what it said before and the waiver."""
    check_structure(after)
    expected = tomllib.loads(before.text)
    expected["waivers"] = [*expected.get("waivers", ()), entry]
    if after.data != expected:
        message = "the waiver cannot be added without changing other parts of the file"
        remedy = "add a [[waivers]] block by hand; nothing was written"
        raise ChecklistError([Problem(message, str(after.path), None, "waivers", remedy)])


def _replace(path: Path, text: str) -> None:
    """All or nothing: a reader sees the old file or the new one."""
    try:
        _replace_file(path.resolve(strict=True), text)
    except OSError as error:
        problem = Problem(
            f"the file cannot be written: {error.strerror or error}",
            str(path),
            remedy="give this user the right to write the file and its folder; nothing was written",
        )
        raise ChecklistError([problem]) from error


def _replace_file(path: Path, text: str) -> None:
    if not path.is_file() or not os.access(path, os.W_OK):
        raise PermissionError(0, "it is read-only, or no ordinary file")
    status = path.stat()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(status.st_mode & 0o7777)
        _keep_owner(name, status)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep_owner(name: str, status: os.stat_result) -> None:
    """Only root may give a file away; for others it becomes theirs."""
    with suppress(PermissionError):
        os.chown(name, status.st_uid, status.st_gid)
