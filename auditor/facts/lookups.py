"""Where policies look up who belongs to what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.facts.catalog import Catalog, Function, PolicyColumn, RowPolicy
from auditor.facts.once import once
from auditor.facts.ties import Asked, calls, for_the_platform, names, untied

_USER = re.compile(
    r"(?:\w+_)?(?:user|uid|member|profile|person|employee|staff|participant|student|teacher|player)"
    r"(?:_?(?:id|uid|uuid))?",
    re.IGNORECASE,
)
_LAST = re.compile(r"(?:\"(?:[^\"]|\"\")*\"|[^\".]+)\.(.+)", re.DOTALL)
_EMAIL = re.compile(r"(?:\w+_)?email", re.IGNORECASE)
_USERS = re.compile(r"(?:\w+_)?(?:user|member|participant|collaborator)(?:_?(?:ids|uids|uuids)|s)", re.IGNORECASE)
"""Names of an array of users."""
_MEMBERS = re.compile(r"member|participant|collaborator|(?:^|_)users?$|seat|enrol", re.IGNORECASE)
"""Names of tables in which a row of one's own makes one a member."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table that says who is a member of what."""

    table: str
    user: PolicyColumn
    tenant: PolicyColumn


@once
def memberships(catalog: Catalog) -> dict[str, Lookup]:
    """The tables of memberships, by name: they have a column for a user and one for a tenant."""
    found = {}
    for table, known in catalog.columns_by_table().items():
        columns = [column for column in known if column.names_somebody]
        said = [column for column in columns if column.category != "N"]  # what a token holds
        users = [c for c in said if c.refers_to_user] or [c for c in said if _USER.fullmatch(c.name)]
        tenants = [c for c in columns if c.names_tenant and c not in users]
        if users and tenants:
            found[table] = Lookup(table, users[0], tenants[0])
    return found


def lists_of_users(catalog: Catalog) -> dict[str, list[Lookup]]:
    """Tables in which somebody may stand several times, for one thing each, by name.

    Those of memberships; of shares, which name what is shared; of invitations, by address; of things with an array of
    their users.
    """
    found: dict[str, list[Lookup]] = defaultdict(list)
    pointing = _pointing(catalog)
    for table, lookup in memberships(catalog).items():
        if not lookup.user.unique:
            found[table].append(lookup)
    for table, known in catalog.columns_by_table().items():
        keys = [c for c in known if c.names_somebody and (c.names_tenant or (table, c.name) in pointing)]
        ids = [c for c in known if c.unique and c.names_somebody]
        for column in known:
            one = column.category in ("S", "uuid") and not column.unique
            if one and (_USER.fullmatch(column.name) or _EMAIL.fullmatch(column.name) or column.refers_to_user):
                found[table] += [Lookup(table, column, key) for key in keys[:1] if key != column]
            elif column.category == "A" and _USERS.fullmatch(column.name):
                found[table] += [Lookup(table, column, key) for key in ids[:1]]
    return found


def _pointing(catalog: Catalog) -> set[tuple[str, str]]:
    """Table and column, of those that by their name point to a table whose policies look into them: ``document_id``."""
    functions = named_by_functions(catalog)
    found = set()
    for policy in catalog.policies:
        stem = _last(policy.table).strip('"').lower()
        pointers = {f"{one}_id" for one in (stem, stem.removesuffix("s"), stem.removesuffix("es"))}
        found |= {(table, pointer) for table in looked_up(policy, functions) for pointer in pointers}
    return found


def _last(table: str) -> str:
    """The quoted relation name of ``"a"."b.c"``."""
    return found[1] if (found := _LAST.fullmatch(table)) else table


class Anything:
    """Finds what asks whether the caller has a line in a list, and not for what.

    Args:
        catalog: lists, and functions that look into them.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._lists = lists_of_users(catalog)
        self._known = catalog.columns_by_table()
        blind = [
            (function, table)
            for function in catalog.functions
            for table in sorted({relation for relation, _ in function.looked_up} & self._lists.keys())
            if self._asks_anything(function, table)
        ]
        self._blind = {f.signature: table for f, table in blind}
        self._calls = {f"{f.signature.partition('(')[0]}(": table for f, table in blind}

    def in_policy(self, policy: RowPolicy) -> str:
        """The list that a policy asks so, where nothing beside it keeps the row; empty when there is none."""
        if not policy.permissive:
            return ""
        for text, is_check in ((policy.using, False), (policy.check, True)):
            for table, asked in self._asked(policy, text or ""):
                if not self._kept(policy, asked, is_check=is_check):
                    return table
        return ""

    def in_text(self, text: str) -> str:
        """The list that a subquery or a call asks so; empty when there is none."""
        return self._calls.get(text) or self._listed(text, self._lists)

    def _listed(self, text: str, tables: Iterable[str]) -> str:
        return next((table for table in tables if self._names_nothing(text, table)), "")

    def _asked(self, policy: RowPolicy, text: str) -> list[tuple[str, Asked]]:
        read = sorted({table for table, _ in policy.looked_up} & self._lists.keys())
        alone = untied(text, _last(policy.table)) if read else []
        found = [(table, asked) for asked in alone if (table := self._listed(asked.text, read))]
        for signature in policy.functions:
            if table := self._blind.get(signature, ""):
                found += [(table, asked) for asked in calls(text, signature.partition("(")[0])]
        return found

    def _names_nothing(self, text: str, table: str) -> bool:
        if not names(text, _last(table)) or for_the_platform(text):
            return False
        return any(
            names(text, lookup.user.name) and not any(names(text, key) for key in self._others(lookup))
            for lookup in self._lists[table]
        )

    def _asks_anything(self, function: Function, table: str) -> bool:
        read = {column for relation, column in function.looked_up if relation == table}
        return any(
            lookup.user.name in read
            and read.isdisjoint(self._others(lookup))
            and not for_the_platform(f"'{function.name}'")
            for lookup in self._lists[table]
        )

    def _others(self, lookup: Lookup) -> set[str]:
        """What a look into a list may name beside the user, to say what it is about."""
        found = {column.name for column in self._known[lookup.table] if column.names_somebody}
        return (found | {lookup.tenant.name}) - {lookup.user.name}

    def _kept(self, policy: RowPolicy, asked: Asked, *, is_check: bool) -> bool:
        """Whether what is asked beside it names whose row it is. One's own name in a list of members says nothing."""
        columns = [c for c in self._known.get(policy.table, ()) if c.names_somebody]
        if is_check and _MEMBERS.search(_last(policy.table)):
            columns = [c for c in columns if not c.refers_to_user and not _USER.fullmatch(c.name)]
        return any(names(part, column.name) for part in asked.beside for column in columns)


def looked_up(policy: RowPolicy, functions: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The relations in which a policy looks something up, itself or through the functions that it calls.

    Args:
        policy: which.
        functions: signature to the relations that the function names, on any path.
    """
    return {*policy.relations, *(read for signature in policy.functions for read in functions.get(signature, ()))}


@once
def named_by_functions(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Signature to the relations that a function names, itself or through those that it calls."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, function in enumerate(catalog.functions):
        by_name[f"{function.schema}.{function.name}"].append(number)
    found = {}
    for start, function in enumerate(catalog.functions):
        seen, queue = {start}, [start]
        while queue:
            for name in catalog.functions[queue.pop()].calls:
                queue += [number for number in by_name[name] if number not in seen]
                seen.update(by_name[name])
        found[function.signature] = tuple(sorted({read for n in seen for read in catalog.functions[n].reads}))
    return found


@once
def columns_that_decide(catalog: Catalog) -> dict[str, set[str]]:
    """Table to the columns by which policies decide: its own, and those of other tables that look something up in it.

    Functions are followed as far as the table: of those they name, the columns that name a tenant count.
    """
    found: dict[str, set[str]] = defaultdict(set)
    functions = named_by_functions(catalog)
    by_function: set[str] = set()
    for policy in catalog.policies:
        found[policy.table].update(policy.columns)
        for table, column in policy.looked_up:
            found[table].add(column)
        for signature in policy.functions:
            by_function.update(functions.get(signature, ()))
    for known in catalog.columns:
        if known.table in by_function and known.names_tenant:
            found[known.table].add(known.name)
    return found


@once
def tables_looked_up(catalog: Catalog) -> set[str]:
    """The tables in which policies of other tables look something up."""
    functions = named_by_functions(catalog)
    return {name for policy in catalog.policies for name in looked_up(policy, functions) if name != policy.table}


@once
def keys_looked_up(catalog: Catalog) -> dict[str, set[str]]:
    """Table to the columns by which policies of other tables find a caller's line in it: a conversation, a document.

    What names a user is no such key, and neither is what is unique by itself.
    """
    columns = {(column.table, column.name): column for column in catalog.columns}
    found: dict[str, set[str]] = defaultdict(set)
    for policy in catalog.policies:
        for table, name in policy.looked_up:
            column = columns.get((table, name))
            if column is None or table == policy.table or column.unique or not column.names_somebody:
                continue
            if not column.refers_to_user and not _USER.fullmatch(name):
                found[table].add(name)
    return found
