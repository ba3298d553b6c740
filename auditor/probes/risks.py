"""What the audit must never run, and what functions, policies and views reach: on any path, by one walk of a graph.

A policy calls a function, which calls another, which reads a view, which calls a third: what is true of the last is
true of all before it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from auditor.probes.sources import Source, read_source

Node = tuple[str, int]
"""``function``, ``view`` or ``table``, and its OID."""

_WHO = ("auth.uid(", "auth.jwt(", "auth.role(", "auth.email(")
"""What asks who calls by itself: whether a caller of these does, its own text tells."""
_UNKNOWN = "it calls a function that the audit cannot look into"
_READABLE = frozenset({"sql", "plpgsql"})
_COMPILED = frozenset({"c", "internal"})


class Trait(StrEnum):
    """What spreads from callee to caller."""

    RISK = "risk"
    """It must not be run."""
    METADATA = "metadata"
    """It believes what users write about themselves."""
    FACTORS = "factors"
    """It asks how the caller signed in."""
    CALLER = "caller"
    """It asks who calls."""
    HEADERS = "headers"
    """It believes what the client says in a header."""


@dataclass(frozen=True, slots=True)
class Body:
    """A function of the database."""

    oid: int
    name: str
    """Bare: as a source may call it."""
    signature: str
    """Quoted: for messages."""
    volatility: str
    language: str
    text: str
    """Its source; empty when it is compiled."""
    defaults: str = ""
    """Its arguments' defaults, which a call without them runs."""


class Reach:
    """Follows what depends on what.

    Args:
        functions: every function outside the system schemas.
        relations: OID to kind (``view`` or ``table``) and bare name, of every relation outside the system schemas.
        volatile: names of PostgreSQL's own volatile functions.
        operators: symbol to OIDs of functions, of operators outside the system schemas.
        casts: type name to OIDs of functions, of casts by functions of the database.
    """

    def __init__(
        self,
        functions: Iterable[Body],
        relations: Mapping[int, tuple[str, str]],
        volatile: AbstractSet[str],
        operators: Mapping[str, Collection[int]],
        casts: Mapping[str, Collection[int]],
    ) -> None:
        self._volatile = volatile
        self._operators, self._casts = operators, casts
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._relations: dict[str, list[int]] = defaultdict(list)
        self._users: dict[Node, list[Node]] = defaultdict(list)
        self._own: dict[Trait, dict[Node, str]] = {trait: {} for trait in Trait}
        self._read: dict[str, Source] = {}
        bodies = list(functions)
        self.known = {body.oid: body.signature for body in bodies}
        for body in bodies:
            self._by_name[body.name].append(body.oid)
        for oid, (_, name) in relations.items():
            self._relations[name].append(oid)
        self._kinds = {oid: kind for oid, (kind, _) in relations.items()}
        self.bodies = {body.oid: self._add_function(body) for body in bodies}

    def source(self, text: str) -> Source:
        """A text looked through; each once, however often it comes."""
        if text not in self._read:
            self._read[text] = read_source(text)
        return self._read[text]

    def calls(self, source: Source) -> set[int]:
        """OIDs of the functions of the database that a source calls, by name, operator or cast."""
        found = {oid for name in source.called & self._by_name.keys() for oid in self._by_name[name]}
        found |= {oid for symbol in source.symbols & self._operators.keys() for oid in self._operators[symbol]}
        return found | self._converting(source)

    def _converting(self, source: Source) -> set[int]:
        """What casts to the types that a source names run. The catalogs tell of the type, and not of these."""
        return {oid for name in source.words & self._casts.keys() for oid in self._casts[name]}

    def reads(self, source: Source) -> set[int]:
        """OIDs of the relations that a source names."""
        return {oid for name in source.words & self._relations.keys() for oid in self._relations[name]}

    def add(self, node: Node, text: str, functions: Iterable[int], relations: Iterable[int]) -> None:
        """A view, or the policies of a table.

        Args:
            node: what it is.
            text: its definition.
            functions: OIDs that it depends on.
            relations: OIDs that it depends on.
        """
        source = self.source(text)
        self._note(node, source)
        self._link(node, {*functions, *self._converting(source)}, relations)

    def spread(self) -> dict[Trait, dict[Node, str]]:
        """For each trait, everything that has it, directly or not, and where it comes from."""
        return {trait: self._spread(trait, own) for trait, own in self._own.items()}

    def traits(
        self, spread: Mapping[Trait, Mapping[Node, str]], text: str, functions: Iterable[int], relations: Iterable[int]
    ) -> dict[Trait, str]:
        """The traits of an expression.

        Args:
            spread: what :meth:`spread` returned.
            text: the expression.
            functions: OIDs that it depends on.
            relations: OIDs that it depends on.
        """
        own = self._traits(self.source(text))
        functions = {*functions, *self._converting(self.source(text))}
        if not functions <= self.known.keys():
            own.setdefault(Trait.RISK, _UNKNOWN)
        nodes = [("function", oid) for oid in sorted(functions)] + [self._relation(oid) for oid in sorted(relations)]
        for trait, having in spread.items():
            for node in nodes:
                if trait not in own and node in having and _passes(trait, node):
                    own[trait] = having[node]
        return own

    def _relation(self, oid: int) -> Node:
        return (self._kinds.get(oid, "table"), oid)

    def _add_function(self, body: Body) -> Source:
        node = ("function", body.oid)
        source = self.source(body.text) if body.language in _READABLE else Source()
        defaults = self.source(body.defaults)
        if why := _risky_by_nature(body):
            self._own[Trait.RISK][node] = why
        self._note(node, source)
        self._note(node, defaults)
        self._link(node, (self.calls(source) | self.calls(defaults)) - {body.oid}, self.reads(source))
        return source

    def _note(self, node: Node, source: Source) -> None:
        for trait, why in self._traits(source).items():
            if trait is not Trait.CALLER or not self.known.get(node[1], "").startswith(_WHO):
                self._own[trait].setdefault(node, why)

    def _traits(self, source: Source) -> dict[Trait, str]:
        found: dict[Trait, str] = {}
        if builtin := sorted(source.called & self._volatile):
            found[Trait.RISK] = f"it calls {builtin[0]}(), which is volatile or not to be trusted"
        elif source.statement:
            found[Trait.RISK] = f"it runs {source.statement.upper()}, and what that does cannot be told"
        elif source.session:
            found[Trait.RISK] = f"it asks for {source.session}, which in a trial is the audit's own"
        for trait, has in (
            (Trait.METADATA, source.metadata),
            (Trait.FACTORS, source.factors),
            (Trait.CALLER, source.caller),
        ):
            if has:
                found[trait] = "its own text"
        if source.headers:
            found[Trait.HEADERS] = source.headers
        return found

    def _link(self, node: Node, functions: Iterable[int], relations: Iterable[int]) -> None:
        for oid in functions:
            self._users[("function", oid)].append(node)
            if oid not in self.known:
                self._own[Trait.RISK][("function", oid)] = _UNKNOWN
        for oid in relations:
            self._users[self._relation(oid)].append(node)

    def _spread(self, trait: Trait, own: Mapping[Node, str]) -> dict[Node, str]:
        found = dict(own)
        queue = deque(sorted(own))
        while queue:
            node = queue.popleft()
            if not _passes(trait, node):
                continue
            for user in self._users[node]:
                if user not in found:
                    found[user] = found[node]
                    queue.append(user)
        return found


def _passes(trait: Trait, node: Node) -> bool:
    """Whether what reads or calls a node gets its trait: the policies of a table ask about the reader's rows only."""
    return trait in (Trait.RISK, Trait.FACTORS) or node[0] == "function" or (trait, node[0]) == (Trait.METADATA, "view")


def _risky_by_nature(body: Body) -> str:
    """Why a function is not run, whatever its source says."""
    if body.volatility == "volatile":
        return f"it calls {body.signature}, which is volatile or not to be trusted"
    if body.language in _READABLE:
        return ""
    # code that is compiled and promises to depend on its arguments alone, such as the comparisons of citext
    if body.language in _COMPILED and body.volatility == "immutable":
        return ""
    return f"it calls {body.signature}, which is written in {body.language}: the audit cannot look into it"
