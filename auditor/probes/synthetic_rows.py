"""Makes the rows on which policies are tried. They exist only in the query: no table needs to hold any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from itertools import product
from math import prod
from operator import attrgetter

from auditor.facts.catalog import Catalog, PolicyColumn
from auditor.facts.lookups import columns_that_decide, keys_looked_up
from auditor.facts.row_trials import Row
from auditor.probes.personas import STRANGER

OWNER = "b0b00000-0000-4000-8000-00000000000b"
"""To whom the row belongs: a user, or a tenant, that nobody is."""
_OWNER_NUMBER, _STRANGER_NUMBER = 32_011, 32_012  # fit a smallint too
_MOST_STATES, _MOST_VARIED, _MOST_TEXTS = 12, 400, 5
_TEXT = re.compile(r"'(?:[^']|'')*+'")
_AUTHOR = re.compile(
    r"(?:^|_)(?:sender|author|creator|poster|writer|requester|inviter|reporter|issuer)(?:_|$)|^from_"
    r"|^(?:created|sent|posted|written|requested|submitted|issued|invited|reported)_by$",
    re.IGNORECASE,
)
"""Names of who has made a row, and not of whom it is for."""
_USERS = re.compile(
    r"member|user|owner|participant|viewer|editor|reader|collaborator|assignee|shared|_ids$", re.IGNORECASE
)
"""Names of arrays that hold somebody."""
_SECRET = re.compile(r"token|secret|code|key|hash|share|link|nonce", re.IGNORECASE)
"""Names of what opens a row to whoever knows it."""
_PUBLIC = re.compile(r"public|global|shared|demo|guest|anonymous|everyone", re.IGNORECASE)
"""Names of a tenant that is everybody's on purpose."""
_KEY = re.compile(r"(?:->>?|\?) '(?:[^']|'')*+'")
_KIND = re.compile(r"(.+)_(?:type|kind)", re.IGNORECASE)
_OWNERS = re.compile(
    r"(?:user|person|member|customer|client|employee|org|organi[sz]ation|team|compan(?:y|ies)|group|workspace|account"
    r"|tenant)s?",
    re.IGNORECASE,
)
"""Labels of what may own a row."""
_EXPIRES = re.compile(r"expir|valid_(?:until|to|till)", re.IGNORECASE)
_JSON = ("json", "jsonb")

_SHAPE = attrgetter(*(field.name for field in fields(PolicyColumn) if field.name != "table"))
"""What a column has in common with those like it in other tables."""

Values = Mapping[str, str]
"""Column to SQL value."""


class SyntheticRows:
    """The rows of each table.

    Args:
        catalog: the columns that policies read, and what is known of them.
    """

    def __init__(self, catalog: Catalog) -> None:
        decide, self._keys = columns_that_decide(catalog), keys_looked_up(catalog)
        self._texts: dict[str, dict[str, None]] = {}
        self._made: dict[object, list[Values]] = {}
        self._said: dict[str, str] = {}
        for policy in catalog.policies:
            found = _TEXT.findall(f"{policy.using} {policy.check}")
            self._texts.setdefault(policy.table, {}).update(dict.fromkeys(found))
            self._said[policy.table] = f"{self._said.get(policy.table, '')} {policy.using} {policy.check}"
        whole = {policy.table for policy in catalog.policies if ".*" in f"{policy.using} {policy.check}"}
        self._columns = {
            table: [c for c in columns if table in whole or c.name in decide[table]]
            for table, columns in catalog.columns_by_table().items()
        }

    def columns(self, table: str) -> list[PolicyColumn]:
        """The columns of a table that decide something."""
        return self._columns.get(table, [])

    def of(self, table: str, row: Row) -> list[Values]:
        """The rows of one kind: one for each state that the columns which name nobody can be in.

        Empty when there can be no such row: each that names somebody must, or there is no tenant in it.
        """
        columns = self.columns(table)
        texts = list(self._texts.get(table, ()))[:_MOST_TEXTS]
        keys = self._keys.get(table, set())
        # tables by the thousand are alike, and so is what their policies say
        alike = (row, tuple(map(_SHAPE, columns)), self._said.get(table, ""), frozenset(keys))
        if alike not in self._made:
            self._made[alike] = self._rows(table, columns, row, texts, keys)
        return self._made[alike]

    def _rows(
        self, table: str, columns: list[PolicyColumn], row: Row, texts: list[str], keys: set[str]
    ) -> list[Values]:
        named = [column for column in columns if column.names_somebody]
        foreign = {column.name: _somebody(column) for column in named}
        own = {column.name: _stranger(column) for column in named}
        if row is Row.OWN:
            return self._states(columns, texts, own)
        if row is Row.NAMED:
            slugs = [column.name for column in named if column.names_tenant and column.category == "S"]
            texts_of = self._tenants(table) if slugs else []
            made = [self._states(columns, texts, {**foreign, **dict.fromkeys(slugs, text)}) for text in texts_of]
            return [values for states in made for values in states]
        if row is Row.SPOOFED:
            authors = {name: value for name, value in foreign.items() if _AUTHOR.search(name)}
            return self._states(columns, texts, own | authors) if 0 < len(authors) < len(named) else []
        if row is Row.FILLED:
            filled = {column.name: value for column in columns if (value := self._filled(column))}
            return self._states(columns, texts, foreign | filled) if filled else []
        if row is Row.OWNERLESS:
            empty = {column.name: "null" for column in named if column.nullable}
            return self._states(columns, texts, foreign | empty) if empty else []
        if row is Row.SHARED:
            tenants = {c.name: foreign[c.name] for c in named if c.names_tenant or c.name in keys}
            return self._states(columns, texts, own | tenants) if 0 < len(tenants) < len(named) else []
        if row is Row.CHOSEN:
            free = [replace(column, default="") for column in columns]
            return self._states(free, texts, foreign) if free != columns else []
        return self._states(columns, texts, foreign)

    def _tenants(self, table: str) -> list[str]:
        """The texts in a table's policies that may name a tenant: not what they take out of JSON."""
        found = dict.fromkeys(_TEXT.findall(_KEY.sub("", self._said.get(table, ""))))
        return [text for text in found if text != "''" and not _PUBLIC.search(text)][:_MOST_TEXTS]

    def of_kinds(self, table: str) -> dict[str, list[Values]]:
        """Foreign rows by the kind of their owner, where a column says it: ``owner_type`` beside ``owner_id``.

        That it belongs to a team is no state in which a row is shown on purpose.
        """
        columns, texts = self.columns(table), list(self._texts.get(table, ()))[:_MOST_TEXTS]
        foreign = {column.name: _somebody(column) for column in columns if column.names_somebody}
        found = {}
        for column in columns:
            stem = match[1] if (match := _KIND.fullmatch(column.name)) else ""
            if {stem, f"{stem}_id"}.isdisjoint(foreign) or not all(map(_OWNERS.fullmatch, column.labels)):
                continue
            for label in column.labels:
                named = {**foreign, column.name: literal(label)}
                found[f"{column.name} is {label}"] = self._states(columns, texts, named)
        return found

    def without_secrets(self, table: str) -> list[Values]:
        """Foreign rows, and what a client may know of them: not the tokens that open them."""
        secret = {c.name: _stranger(c) for c in self.columns(table) if c.names_somebody and _SECRET.search(c.name)}
        return [{**values, **secret} for values in self.of(table, Row.FOREIGN)]

    def owners(self, table: str) -> list[str]:
        """Whose the foreign rows of a table are, as a text."""
        named = [column for column in self.columns(table) if column.names_somebody]
        return [str(_OWNER_NUMBER) if column.category == "N" else OWNER for column in named]

    def _filled(self, column: PolicyColumn) -> str:
        """An array or JSON that names the owner; empty when the column is neither, or names nobody."""
        if column.type == "uuid[]" or (column.type in ("text[]", "character varying[]") and _USERS.search(column.name)):
            return f"'{{{OWNER}}}'"
        if column.type in ("smallint[]", "integer[]", "bigint[]") and _USERS.search(column.name):
            return f"'{{{_OWNER_NUMBER}}}'"
        keys = [key for key, _ in self._keys_of(column) if replace(column, name=key, category="S").names_somebody]
        return literal(json.dumps(dict.fromkeys(keys, OWNER))) if keys else ""

    def _keys_of(self, column: PolicyColumn) -> list[tuple[str, str]]:
        """What policies take out of a JSON column, and the type that they make of it."""
        if column.type not in _JSON:
            return []
        taken = rf"(?<!\w){re.escape(column.name)}\"?\)* ->> '([^']+)'::text\)*(?:::(\w+))?"
        return list(dict.fromkeys(re.findall(taken, self._said.get(column.table, ""))))

    def _flagged(self, column: PolicyColumn) -> list[str]:
        """JSON with each of the flags, and the words, that policies look for."""
        states = {"boolean": (True, False), "": ("x",)}
        return [
            literal(json.dumps({key: value}))
            for key, kind in self._keys_of(column)[:_MOST_TEXTS]
            if not replace(column, name=key, category="S").names_somebody
            for value in states.get(kind, ())
        ]

    def _states(self, columns: Iterable[PolicyColumn], texts: list[str], named: Values) -> list[Values]:
        rest = {c.name: [*_samples(c, texts), *self._flagged(c)] for c in columns if c.name not in named}
        return [{**named, **dict(zip(rest, values, strict=True))} for values in _combinations(list(rest.values()))]


def _combinations(samples: list[list[str]]) -> list[tuple[str, ...]]:
    """Every combination; where these are many, those in which one value differs from all first or all last ones."""
    if prod(map(len, samples)) <= _MOST_STATES:
        return list(product(*samples))
    bases = [tuple(values[0] for values in samples), tuple(values[-1] for values in samples)]
    varied = [
        (*base[:position], value, *base[position + 1 :])
        for base in bases
        for position, values in enumerate(samples)
        for value in values
    ]
    return list(dict.fromkeys([*bases, *varied]))[:_MOST_VARIED]


def _somebody(column: PolicyColumn) -> str:
    return str(_OWNER_NUMBER) if column.category == "N" else f"'{OWNER}'"


def _stranger(column: PolicyColumn) -> str:
    return str(_STRANGER_NUMBER) if column.category == "N" else f"'{STRANGER}'"


def _samples(column: PolicyColumn, texts: list[str]) -> list[str]:
    """Values of a column that names nobody. A row that a policy shows in all of them, it shows whatever they are.

    Rows that are shown in some of them, such as those of ``is_public``, are shown on purpose. Columns that may be empty
    are: a policy such as ``deleted_at is null`` shows every row that lives. What has a default is that; a text without
    one is any that the policies speak of, and one that they do not.
    """
    if column.category == "B":
        return ["true", "false"]
    if column.labels:
        return [literal(label) for label in column.labels]
    if column.category == "D" and _EXPIRES.search(column.name):
        return ["'2200-01-01'"]  # what has expired is as good as gone
    if column.default:
        return [column.default]
    if column.category == "S":
        return ["null"] * column.nullable + ["'x'", *texts]
    if column.nullable:
        return ["null"]
    if column.type in _JSON:
        return ["'{}'"]
    return {"A": ["'{}'"], "N": ["0", "1000"], "D": ["'1970-01-01'", "'2200-01-01'"]}.get(column.category, ["null"])


def literal(value: str) -> str:
    """A text as an SQL literal, whatever ``standard_conforming_strings`` is."""
    quoted = value.replace("'", "''")
    return f"'{quoted}'" if "\\" not in quoted else "E'" + quoted.replace("\\", "\\\\") + "'"
