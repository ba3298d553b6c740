"""What a database consists of, by the same statement on both sides, and how two of them differ."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from auditor.facts.restore_drill import Difference
from auditor.probes.net.session import Transaction
from auditor.probes.restore_drill.catalog_sql import SAME_WORDS, SCHEMA

KEPT = 200
"""Differences that a fact holds."""
_LONGEST = 200

_CAST = re.compile(
    r'::(?:"[^"]{1,63}"|[a-z_][a-z0-9_.]{0,126})(?: varying| precision)?(?:\([0-9, ]{1,9}\))?'
    r"(?: with(?:out)? time zone)?(?:\[\]){0,6}"
)
_SAID = {
    "table",
    "columns",
    "constraint",
    "index",
    "row level security",
    "enum",
    "domain",
    "schema",
    "extension",
    "type",
    "range",
    "view options",
    "privileges",
}
"""Kinds whose definition may be told. In others there may be a secret."""
_SPACES = re.compile(r"[\s()]+")


@dataclass(frozen=True, slots=True)
class Object:
    """A part of a database."""

    owner: str
    """The table or schema that it belongs to."""
    definition: str
    loose: bool
    """Whether the definition is what the server makes of an expression, which depends on its version; of a table,
    whether it is a partition."""


Schema = dict[tuple[str, str], Object]


async def read_schema(transaction: Transaction) -> Schema:
    """Every object of a database that is nobody's extension.

    Raises:
        Unavailable: the server refuses.
    """
    await transaction.rows(SAME_WORDS)
    rows = await transaction.rows(SCHEMA)
    return {
        (str(kind), str(name)): Object(str(owner), str(text or ""), bool(loose))
        for kind, name, owner, text, loose in rows
    }


def plain_form(definition: str) -> str:
    """An expression without what a dump and a restore add to it: parentheses and casts.

    ``status::text = ANY ((ARRAY['a'::character varying])::text[])`` comes back as
    ``status::text = ANY (ARRAY[('a'::character varying)::text])``.
    """
    return _SPACES.sub("", _CAST.sub("", definition))


@dataclass(frozen=True, slots=True)
class Sides:
    """What may explain a difference by something else than the backup."""

    same_major: bool
    """Whether both servers have the same major version."""
    held: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of what the backup holds though the drill has not restored it."""
    blamed: str = ""
    """Set when the drill left out parts of the backup for want of something here: why a lack proves nothing."""
    ungranted: bool = False
    """Whether privileges of the backup were left out."""


_UNGRANTED = "the drill could not grant and revoke all of it here"

_AROUND = (
    "schema", "table", "view", "materialized view", "foreign table", "sequence", "function", "procedure", "aggregate",
    "domain",
)  # fmt: skip


def differences(live: Schema, restored: Schema, sides: Sides) -> list[Difference]:
    """What differs; of a schema or table that is missing, not its parts too.

    Args:
        live: the live database.
        restored: what came out of the backup.
        sides: what may explain a difference.
    """
    found: list[Difference] = []
    gone = {name for kind, name in live.keys() ^ restored.keys() if kind in _AROUND}
    for key in sorted(live.keys() | restored.keys()):
        kind, name = key
        here, there = live.get(key), restored.get(key)
        one = here or there
        if one is None or one.owner in gone or (kind not in _AROUND and name in gone):
            continue
        if here is None or there is None:
            if key not in sides.held:
                found.append(_missing(kind, name, here, there, sides))
        elif kind == "columns":
            found += _columns(name, here.definition, there.definition, sides)
        elif plain_form(here.definition) != plain_form(there.definition):
            found.append(_changed(kind, name, here, there, sides))
    return found


def _missing(kind: str, name: str, here: Object | None, there: Object | None, sides: Sides) -> Difference:
    doubt = _UNGRANTED if kind == "privileges" and sides.ungranted else ""
    if there is None:
        doubt = doubt or sides.blamed
        if kind == "table" and here and here.loose and not doubt:
            doubt = "it is a partition, and may be newer than the backup"
    return Difference(kind, name, _told(kind, here), _told(kind, there), doubt)


def _changed(kind: str, name: str, here: Object, there: Object, sides: Sides) -> Difference:
    doubt = "" if sides.same_major or not here.loose else "servers of two versions may word it differently"
    if kind == "privileges" and sides.ungranted:
        doubt = _UNGRANTED
    if kind in _SAID:
        return Difference(kind, name, _told(kind, here), _told(kind, there), doubt)
    return Difference(kind, name, "differs", "differs", doubt)


def _told(kind: str, one: Object | None) -> str:
    if one is None:
        return "missing"
    return (one.definition[:_LONGEST] if kind in _SAID and kind != "columns" else "") or "there"


def _columns(table: str, live: str, restored: str, sides: Sides) -> list[Difference]:
    here, there = json.loads(live), json.loads(restored)
    if not sides.same_major:  # partitions say it since version 17
        here, there = ({name: one.partition(" identity ")[0] for name, one in side.items()} for side in (here, there))
    return [
        Difference("column", f"{table}.{column}", one, other)
        for column in sorted(here.keys() | there.keys())
        if (one := here.get(column, "missing")) != (other := there.get(column, "missing"))
    ]
