"""Puts the rows of the catalog queries together: what refers to what by OID becomes names, and every path is walked.

Tables by the thousand are alike. What they share comes in one row, and is worked out once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from auditor.facts.catalog import Function, Grant, PolicyColumn, Relation, RowPolicy, ViewEdge
from auditor.facts.database import qualified, quoted
from auditor.facts.ties import for_the_platform, untied_in_view
from auditor.model import Gap
from auditor.probes.risks import Body, Reach, Trait
from auditor.probes.sources import Source

Rows = list[tuple[Any, ...]]

_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_CALLER = re.compile(r"auth\.(?:uid|jwt|email)\(|request\.jwt")
_LISTED = re.compile(r"'((?:[^']|'')*+)'::")
_DEFAULT = re.compile(r"('(?:[^'\\]|'')*+')(?:::[\w .\"()\[\]]+)?|\(?(-?[\d.]+)\)?(?:::\w+)?|now\(\)|CURRENT_TIMESTAMP")
_COMPARED = re.compile(
    r"(?<![\w.])\w+\.(\w+) *= *\1(?![\w.(])|(?<![\w.])(\w+) *= *\w+\.\2(?![\w.(])|(?<![\w.])(\w+\.\w+) = \3(?![\w.(])"
)
"""A column, and a bare name that is the same; or itself, in a body that PostgreSQL writes back."""
_MOST_LABELS = 20
_UNREAD = "another session holds the table"
"""Stands for an expression that could not be asked for. No SQL, and it is never run."""
LOCKED = "another session holds a lock on a table that it reads"


@dataclass(frozen=True, slots=True)
class CatalogRows:
    """The rows of each query in :mod:`auditor.probes.catalog_sql`, by its name."""

    relations: Rows
    column_grants: Rows
    policies: Rows
    functions: Rows
    bodies: Rows
    views: Rows
    view_functions: Rows
    view_texts: Rows
    operators: Rows
    casts: Rows
    volatile: Rows


class Assembly:
    """Facts out of rows.

    Args:
        rows: of every query but the one for columns, which needs :meth:`looked_up`.
    """

    def __init__(self, rows: CatalogRows) -> None:
        self._rows = rows
        self._bare: dict[int, str] = {}
        self._names: dict[int, str] = {}
        for oids, names, schema, *_ in rows.relations:
            self._bare.update(zip(oids, names, strict=True))
            self._names.update((oid, f"{quoted(schema)}.{quoted(name)}") for oid, name in zip(oids, names, strict=True))
        self._views = {oid for oids, _, _, kind, *_ in rows.relations if kind in ("v", "m") for oid in oids}
        self._texts: dict[int, str] = dict(rows.view_texts)
        self._bodies: dict[int, str] = dict(rows.bodies)
        self._code: dict[int, int] = {oid: function for oid, function, _ in rows.operators}
        self._view_reads, self._view_calls = _grouped(rows.views), _grouped(rows.view_functions)
        self._reach = self._graph()
        self._spread = self._reach.spread()
        self._untied = {
            oid: tuple(untied_in_view(text, self._called_by_name(oid)))
            for oid, text in self._texts.items()
            if oid in self._views and _CALLER.search(text)
        }
        self._alike: dict[Any, tuple[Any, ...]] = {}

    def _graph(self) -> Reach:
        rows = self._rows
        kinds = {oid: ("view" if oid in self._views else "table", name) for oid, name in self._bare.items()}
        operators, casts = defaultdict(set), defaultdict(set)
        for _, function, symbol in rows.operators:
            operators[symbol].add(function)
        for name, function in rows.casts:
            casts[name].add(function)
        functions = [_body(row, self._bodies.get(row[0])) for row in rows.functions]
        reach = Reach(functions, kinds, {name for (name,) in rows.volatile}, operators, casts)
        for oid in sorted(self._texts.keys() & self._views):
            reach.add(("view", oid), self._texts[oid], self._view_calls.get(oid, ()), self._view_reads.get(oid, ()))
        read = {oid for _, oid in rows.views} | {oid for row in rows.policies for oid in row[11] or ()}
        read |= {oid for source in reach.bodies.values() for oid in reach.reads(source)}
        # what nothing reads passes nothing on
        guarded = [(table, row) for row in rows.policies for table in read.intersection(row[0])]
        for table, row in sorted(guarded, key=lambda one: (one[0], one[1][1])):
            using, check, _, _, called, operators_, relations, _ = row[5:]
            reach.add(("table", table), _both(using, check), self._called(called, operators_), relations or ())
        return reach

    def _called_by_name(self, view: int) -> set[str]:
        known = self._reach.known
        return {known[oid].partition("(")[0] for oid in self._view_calls.get(view, ()) if oid in known}

    def _called(self, functions: list[int] | None, operators: list[int] | None) -> set[int]:
        called = set(functions) if functions else set()
        return called | {self._code.get(oid, 0) for oid in operators} if operators else called

    def looked_up(self) -> list[int]:
        """OIDs of the tables of which every column counts.

        In them policies, or the functions that they call, look something up; or a policy takes the whole row.
        """
        found: set[int] = set()
        for tables, *_, using, check, _, _, functions, operators, relations, _ in self._rows.policies:
            found |= set(relations or ())
            if ".*" in _both(using, check):
                found.update(tables)
            for oid in self._called(functions, operators) & self._reach.bodies.keys():
                found |= self._reach.reads(self._reach.bodies[oid])
        for view, texts in self._untied.items():
            for oid in self._view_calls.get(view, set()) & self._reach.bodies.keys():
                found |= self._reach.reads(self._reach.bodies[oid])
            for text in texts:
                found |= self._reach.reads(self._reach.source(text))
        return sorted(found - self._views)

    def relations(self) -> tuple[Relation, ...]:
        """Every relation outside the system schemas."""
        by_column: dict[int, list[Grant]] = defaultdict(list)
        for oid, role, privilege, names in self._rows.column_grants:
            by_column[oid].append(Grant(role, privilege, tuple(names)))
        found = [relation for row in self._rows.relations for relation in self._alike_relations(row, by_column)]
        return tuple(sorted(found, key=attrgetter("schema", "name")))

    def _alike_relations(self, row: tuple[Any, ...], by_column: Mapping[int, list[Grant]]) -> Iterator[Relation]:
        oids, names, schema, kind, owner, exposed, rls, forced, words, parents, *rest = row
        is_view = kind in ("v", "m")
        held = tuple(Grant(role, privilege) for role, _, privilege in (word.rpartition(":") for word in words))
        kind, parents = _KINDS[kind], tuple(map(qualified, parents))
        for oid, name in zip(oids, names, strict=True):
            grants = _with_columns(held, by_column[oid]) if oid in by_column else held
            says = self._view(oid) if is_view else ()
            yield Relation(schema, name, kind, owner, exposed, rls, forced, grants, parents, *rest, *says)

    def _view(self, oid: int) -> tuple[bool, str, tuple[str, ...], tuple[str, ...]]:
        """Whether a view asks who calls, why it is not read, what it calls, and its lookups that ask of anything."""
        return (
            oid in self._untied,
            LOCKED if oid not in self._texts else self._spread[Trait.RISK].get(("view", oid), ""),
            self._signatures(self._view_calls.get(oid, ())),
            self._untied.get(oid, ()),
        )

    def _signatures(self, oids: Iterable[int]) -> tuple[str, ...]:
        # a function that is not among those outside the system schemas must not be taken for a harmless one
        return tuple(sorted({self._reach.known.get(oid, f"function {oid}") for oid in oids}))

    def policies(self) -> tuple[RowPolicy, ...]:
        """Every policy, by table and name."""
        found = [policy for row in self._rows.policies for policy in self._alike_policies(row)]
        return tuple(sorted(found, key=attrgetter("table", "name")))

    def _alike_policies(self, row: tuple[Any, ...]) -> Iterator[RowPolicy]:
        tables, name, command, permissive, roles, using, check, locked, own, *needed = row
        # whatever it says, it is there: without an expression, PostgreSQL lets no row through
        using = _UNREAD if locked else using
        shared = (
            name,
            _COMMANDS[command],
            permissive,
            tuple(roles),
            using,
            check,
            tuple(sorted(set(own or ()))),
            *self._needed(using, check, needed),
        )
        return (RowPolicy(self._names[oid], *shared) for oid in tables if oid in self._names)

    def _needed(self, using: str | None, check: str | None, needed: list[Any]) -> tuple[Any, ...]:
        """Functions, relations, their columns, risk and factors: worked out once for the policies that are alike."""
        key = (using, check, *(tuple(part) if part else () for part in needed))
        if key not in self._alike:
            functions, operators, relations, theirs = needed
            called = self._called(functions, operators)
            others = [
                (self._names[other], name)
                for other, name in zip(relations or (), theirs or (), strict=True)
                if other in self._names
            ]
            traits = self._reach.traits(self._spread, _both(using, check), called, set(relations or ()))
            self._alike[key] = (
                self._signatures(called),
                tuple(sorted({other for other, _ in others})),
                # of a column that was dropped in the middle of the look, and of a whole row, there is no name
                tuple(sorted({(other, name) for other, name in others if name})),
                LOCKED if using == _UNREAD else traits.get(Trait.RISK, ""),
                Trait.FACTORS in traits,
                tuple(traits[Trait.HEADERS].split(",")) if Trait.HEADERS in traits else (),
            )
        return self._alike[key]

    def unread(self) -> tuple[Gap, ...]:
        """A gap for each table, and each view, whose text another session's lock keeps."""
        held = {oid for row in self._rows.policies if row[7] for oid in row[0]} | (self._views - self._texts.keys())
        return tuple(
            Gap(name, LOCKED, "try again later")
            for name in sorted(self._names[oid] for oid in held & self._names.keys())
        )

    def columns(self, rows: Rows) -> tuple[PolicyColumn, ...]:
        """What the policies read, and what stands beside it where they look something up."""
        found = [column for row in rows for column in self._alike_columns(row)]
        return tuple(sorted(found, key=attrgetter("table", "name")))

    def _alike_columns(self, row: tuple[Any, ...]) -> Iterator[PolicyColumn]:
        tables, name, category, base, nullable, labels, listed, default, *rest, target, key = row
        values = labels or [label.replace("''", "'") for label in _LISTED.findall(listed)]
        known = found[1] or found[2] or "pg_catalog.now()" if (found := _DEFAULT.fullmatch(default)) else ""
        shared = (
            name,
            base,
            category,
            nullable,
            tuple(values[:_MOST_LABELS]),
            known,
            *rest,
            self._names.get(target, ""),
            key,
        )
        return (PolicyColumn(self._names[oid], *shared) for oid in tables if oid in self._names)

    def views(self) -> tuple[ViewEdge, ...]:
        """Who reads whom."""
        names = self._names
        edges = {(names[view], names[read]) for view, read in self._rows.views if view in names and read in names}
        return tuple(ViewEdge(*edge) for edge in sorted(edges))

    def functions(self, columns: Rows) -> tuple[Function, ...]:
        """Every function outside the system schemas.

        Args:
            columns: rows of the query for columns.
        """
        bare = {row[0]: f"{row[1]}.{row[2]}" for row in self._rows.functions}
        known: dict[int, set[str]] = defaultdict(set)
        for oids, name, *_ in columns:
            for oid in oids:
                known[oid].add(name)
        return tuple(self._function(row, bare, known) for row in self._rows.functions)

    def _function(self, row: tuple[Any, ...], bare: dict[int, str], known: dict[int, set[str]]) -> Function:
        oid, schema, name, arguments, owner, definer, volatility, language, path, executable, exposed, *rest = row
        trigger, extension, text, _ = rest
        text = self._bodies.get(oid, text)
        node, source = ("function", oid), self._reach.bodies[oid]
        return Function(
            schema,
            name,
            arguments,
            owner,
            definer,
            _VOLATILITY[volatility],
            language,
            path,
            tuple(executable),
            exposed,
            trigger,
            extension,
            tuple(sorted({bare[called] for called in self._reach.calls(source) - {oid} if called in bare})),
            tuple(sorted(self._names[read] for read in self._reach.reads(source))),
            node in self._spread[Trait.METADATA],
            node in self._spread[Trait.CALLER],
            self._spread[Trait.RISK].get(node, ""),
            ()
            if "*" in source.symbols or "natural" in source.words or for_the_platform(text)
            else self._looked_up(source, known),
            _shadowed(text, arguments) if language == "sql" else "",
        )

    def _looked_up(self, source: Source, known: dict[int, set[str]]) -> tuple[tuple[str, str], ...]:
        """What a source names in the tables of which every column is known."""
        tables = self._reach.reads(source) & known.keys()
        return tuple(sorted((self._names[oid], name) for oid in tables for name in known[oid] & source.words))


def _shadowed(text: str, arguments: str) -> str:
    """A comparison of a column with the parameter of its name."""
    parameters = {argument.strip().partition(" ")[0].strip('"') for argument in arguments.split(",")}
    found = (match for match in _COMPARED.finditer(text) if match[3] or (match[1] or match[2]) in parameters)
    return next((match[0] for match in found), "")


def _body(row: tuple[Any, ...], standard: str | None) -> Body:
    oid, schema, name, arguments, _, _, volatility, language, *_, text, defaults = row
    signature = f"{quoted(schema)}.{quoted(name)}({arguments})"
    return Body(oid, name, signature, _VOLATILITY[volatility], language, standard or text, defaults)


def _with_columns(held: tuple[Grant, ...], by_column: list[Grant]) -> tuple[Grant, ...]:
    """Grants on a table, and those on columns that they do not cover."""
    whole = {(grant.role, grant.privilege) for grant in held}
    return (*held, *(grant for grant in by_column if (grant.role, grant.privilege) not in whole))


def _both(using: str | None, check: str | None) -> str:
    return using or check or "" if using is None or check is None or using == check else f"{using} ; {check}"


def _grouped(pairs: Rows) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found
