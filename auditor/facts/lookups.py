"""Where policies look up who belongs to what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.catalog import Catalog, PolicyColumn, RowPolicy
from auditor.facts.once import once

_USER = re.compile(
    r"(?:\w+_)?(?:user|uid|member|profile|person|employee|staff|participant|student|teacher|player)"
    r"(?:_?(?:id|uid|uuid))?",
    re.IGNORECASE,
)


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
