"""Where views lead: which relations they read on any path, and with whose rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditor.facts.catalog import Catalog, Relation
from auditor.facts.once import once

_TABLES = ("table", "partitioned table")


class ViewPaths:
    """Follows views through views.

    Args:
        catalog: relations and the edges between them.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._relations = {str(relation): relation for relation in catalog.relations}
        self._roles = {role.name: role for role in catalog.roles}
        self._reads: dict[str, list[str]] = defaultdict(list)
        for edge in catalog.views:
            self._reads[edge.view].append(edge.reads)

    def protected(self, view: Relation) -> tuple[Relation, ...]:
        """Tables with row level security, and auth.users, that a view reads on any path."""
        found = {name: relation for relation in self._all(view) if _is_protected(relation) for name in [str(relation)]}
        return tuple(found[name] for name in sorted(found))

    def reads(self, view: Relation, name: str) -> bool:
        """Whether a view gets at a relation with rights that its caller does not have, or that the caller has."""
        for definer, relation in self.walk(view):
            if str(relation) == name and (definer is not None or relation.readable_by):
                return True
        return False

    def around_rls(self, view: Relation) -> tuple[tuple[Relation, Relation], ...]:
        """Pairs of a view that runs as its owner and a protected table that it reads so, on a path from a view."""
        pairs = {
            (str(definer), str(relation)): (definer, relation)
            for definer, relation in self.walk(view)
            if definer is not None and relation.rls and self._exempt(definer.owner, relation)
        }
        return tuple(pairs[key] for key in sorted(pairs))

    def _exempt(self, owner: str, table: Relation) -> bool:
        """Whether a table's policies do not bind the owner of a view. An owner that is not known counts as exempt."""
        role = self._roles.get(owner)
        if role is None or role.superuser or role.bypass_rls:
            return True
        return not table.forced and table.owner in (role.name, *role.rights_of)

    def _all(self, view: Relation) -> Iterator[Relation]:
        return (relation for _, relation in self.walk(view))

    def walk(self, start: Relation) -> Iterator[tuple[Relation | None, Relation]]:
        """Everything below a view, with the view whose owner's rights apply there; None for the caller's."""
        seen: set[tuple[str, str, str]] = set()
        stack: list[tuple[Relation | None, Relation]] = [(None, start)]
        while stack:
            user, view = stack.pop()
            # a materialized view is filled as its owner: who is the user of everything below it
            user = view if view.kind == "materialized view" else user
            # a view inside is checked as its own owner; one that runs as its caller, as the user, whatever view it
            # is read through (PostgreSQL documentation, CREATE VIEW)
            definer = _definer(view) or user
            for name in self._reads.get(str(view), ()):
                relation = self._relations.get(name)
                if relation is None or (key := (str(user), str(definer), name)) in seen:
                    continue
                seen.add(key)
                yield definer, relation
                stack.append((user, relation))


def _definer(relation: Relation) -> Relation | None:
    return relation if relation.kind in ("view", "materialized view") and not relation.security_invoker else None


def _is_protected(relation: Relation) -> bool:
    return relation.rls or str(relation) == "auth.users"


@once
def view_paths(catalog: Catalog) -> ViewPaths:
    """The paths of a database."""
    return ViewPaths(catalog)


@once
def served_tables(catalog: Catalog) -> tuple[Relation, ...]:
    """The tables that the API serves: in exposed schemas, and behind views that run as their caller.

    Such a view shows what its caller may read of the table, in whatever schema the table is.
    """
    paths = view_paths(catalog)
    behind = {
        str(relation): relation
        for view in catalog.exposed("view")
        if view.reachable_by and view.security_invoker
        for definer, relation in paths.walk(view)
        if definer is None and relation.kind in _TABLES and not relation.exposed and relation.reachable_by
    }
    return (*catalog.exposed(*_TABLES), *(behind[name] for name in sorted(behind)))
