"""Who may do what in the database, as its catalogs say it: relations, policies, views, functions, roles."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

from auditor.facts.database import quoted
from auditor.facts.once import once
from auditor.model import Gap
from auditor.quick import quick

PUBLIC = "public"
"""Stands for everyone in lists of roles: no role can have this name."""
API_ROLES = ("anon", "authenticated")
"""The roles in which PostgREST runs the requests of strangers and of signed-up users."""
_IDENTITY = re.compile(
    r"(?:^|_)(?:id|uid|uuid|owner|user|users|author|creator|created_by|tenant|org|organi[sz]ation|team|account|workspace"
    r"|company|customer|member|profile|email|sub|assignee|holder)(?:_|$)|_by$",
    re.IGNORECASE,
)
TENANT = re.compile(
    r"(?:^|_)(?:tenant|org|organi[sz]ation|team|workspace|company|account|group|club|school)(?:_|$)", re.IGNORECASE
)
"""Names of what belongs to many: a column, or a claim of a token."""
_STATE = re.compile(
    r"(?:accepted|approved|archived|cancelled|closed|confirmed|deleted|published|rejected|resolved|reviewed|verified)_by",
    re.IGNORECASE,
)
"""Named after somebody, and empty until something has happened: a state."""
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


@lru_cache(maxsize=65_536)
def _full_name(schema: str, name: str) -> str:
    return f"{quoted(schema)}.{quoted(name)}"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may effectively do: granted to it, to PUBLIC, or to a role whose rights it has."""

    role: str
    privilege: str
    columns: tuple[str, ...] = ()
    """The columns that it holds for; empty for the whole relation."""


@quick
@dataclass(frozen=True, slots=True)
class Relation:
    """A table, partitioned table, view, materialized view or foreign table."""

    schema: str
    name: str
    kind: str
    """``table``, ``partitioned table``, ``view``, ``materialized view`` or ``foreign table``."""
    owner: str
    exposed: bool
    """Its schema is served by the API."""
    rls: bool = False
    forced: bool = False
    """RLS binds the owner too."""
    grants: tuple[Grant, ...] = ()
    """Of API and application roles that may use the schema."""
    parents: tuple[str, ...] = ()
    """Relations that it is a partition or an inheritance child of."""
    partition: bool = False
    security_invoker: bool = False
    """A view that runs with the rights of its caller."""
    extension: str = ""
    """The extension that owns it."""
    size_bytes: int = 0
    """On disk, of a table that a view reads: 0 means that it has never held a row. Of others it is not asked for."""
    asks_caller: bool = False
    """A view whose definition asks who calls: ``auth.uid()``, ``auth.jwt()`` or the request's claims."""
    risk: str = ""
    """Why the audit never reads a view: what it calls, on any path, that must not be run. Empty when it may."""
    calls: tuple[str, ...] = ()
    """Signatures of functions of the database that a view calls."""
    untied: tuple[str, ...] = ()
    """Of a view that asks who calls: its subqueries that have nothing to do with its rows."""

    def __str__(self) -> str:
        return _full_name(self.schema, self.name)

    def named_in(self, names: Collection[str]) -> bool:
        """Whether a list of ``schema.table`` names holds it: as SQL quotes it, or bare where that is unambiguous."""
        bare = f"{self.schema}.{self.name}"
        return str(self) in names or (bare.count(".") == 1 and '"' not in bare and bare in names)

    def may_set(self, role: str, privilege: str, columns: Collection[str]) -> bool:
        """Whether a role holds INSERT or UPDATE on any of the columns."""
        return any(
            (grant.role, grant.privilege) == (role, privilege)
            and (not grant.columns or set(grant.columns) & {*columns})
            for grant in self.grants
        )

    def roles_with(self, *privileges: str, among: Collection[str] = API_ROLES) -> tuple[str, ...]:
        """The roles that hold any of the privileges, on the relation or on a column."""
        return tuple(sorted({g.role for g in self.grants if g.privilege in privileges and g.role in among}))

    @property
    def readable_by(self) -> tuple[str, ...]:
        """API roles that may select."""
        return self.roles_with("SELECT")

    @property
    def writable_by(self) -> tuple[str, ...]:
        """API roles that may insert, update, delete or truncate."""
        return self.roles_with(*WRITES)

    @property
    def reachable_by(self) -> tuple[str, ...]:
        """API roles that may read or write."""
        return self.roles_with("SELECT", *WRITES)


@quick
@dataclass(frozen=True, slots=True)
class RowPolicy:
    """A row level security policy."""

    table: str
    name: str
    command: str
    """``ALL``, ``SELECT``, ``INSERT``, ``UPDATE`` or ``DELETE``."""
    permissive: bool
    roles: tuple[str, ...]
    """``public`` for everyone."""
    using: str | None
    """Expression on existing rows; None: there is none, and then no row is visible."""
    check: str | None
    """Expression on new rows; None: the USING expression serves, for INSERT no row passes."""
    columns: tuple[str, ...] = ()
    """The table's own columns that the expressions read. Empty: every row gets the same answer."""
    functions: tuple[str, ...] = ()
    """Signatures of functions that the expressions call, as in :attr:`Function.signature`."""
    relations: tuple[str, ...] = ()
    """Other relations that the expressions read."""
    looked_up: tuple[tuple[str, str], ...] = ()
    """Relation and column, of what the expressions read in other relations."""
    risk: str = ""
    """Why the audit never evaluates it: what it calls, on any path, that must not be run. Empty when it may."""
    factors: bool = False
    """It asks, on any path, how the caller signed in: with a second factor, or anonymously."""
    headers: tuple[str, ...] = ()
    """It reads headers of the request, on any path: what it takes out of them."""

    def applies_to(self, role: str, command: str, memberships: Collection[str] = ()) -> bool:
        """Whether it counts for a role and command."""
        return self.command in ("ALL", command) and bool({role, PUBLIC, *memberships} & set(self.roles))


@dataclass(frozen=True, slots=True)
class ViewEdge:
    """A view reads a relation."""

    view: str
    reads: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function outside the system schemas."""

    schema: str
    name: str
    arguments: str
    """Types, as in the signature."""
    owner: str
    definer: bool
    """SECURITY DEFINER: it runs with the owner's rights."""
    volatility: str
    """``immutable``, ``stable`` or ``volatile``."""
    language: str
    search_path: str | None
    """Its own setting; None when it takes the caller's."""
    executable_by: tuple[str, ...]
    """API roles that may execute it and use its schema."""
    exposed: bool
    """In a schema that the API serves: callable as RPC."""
    trigger: bool = False
    extension: str = ""
    calls: tuple[str, ...] = ()
    """``schema.name`` of functions of the database that its source calls."""
    reads: tuple[str, ...] = ()
    """Relations of the database that its source names."""
    reads_user_metadata: bool = False
    """It, or a function that it calls, reads what users can set of themselves: ``user_metadata`` or
    ``raw_user_meta_data``."""
    reads_caller: bool = False
    """It, or a function that it calls, asks who calls: ``auth.uid()``, ``auth.jwt()``, ``request.jwt``."""
    risk: str = ""
    """Why the audit never runs it. Empty when it may."""
    looked_up: tuple[tuple[str, str], ...] = ()
    """Relation and column, of what its own source names in tables that policies look into. Empty where it takes whole
    rows, and where it asks for a role that by its name counts everywhere."""
    shadowed: str = ""
    """A comparison of a column with a parameter of the same name, in SQL: the column wins, and is compared with
    itself."""

    @property
    def signature(self) -> str:
        """``schema.name(types)``, quoted."""
        return f"{quoted(self.schema)}.{quoted(self.name)}({self.arguments})"


@quick
@dataclass(frozen=True, slots=True)
class PolicyColumn:
    """A column that a policy reads, in its own table or in another; or one of a table in which it looks callers up."""

    table: str
    name: str
    type: str
    """Its base type, as SQL writes it."""
    category: str
    """``uuid``, or PostgreSQL's category: ``S`` for text, ``N`` numbers, ``B`` booleans, ``E`` enums, ``D`` times."""
    nullable: bool = True
    labels: tuple[str, ...] = ()
    """The values of its enum type, or those that a CHECK of its own lists."""
    default: str = ""
    """What it is when nobody says anything, as an SQL literal or ``now()``; empty where that is neither."""
    indexed: bool = True
    """An index begins with it."""
    unique: bool = False
    """It is unique by itself."""
    emptied: bool = False
    """A foreign key sets it null when what it refers to is deleted."""
    refers_to_user: bool = False
    """A foreign key leads to ``auth.users``."""
    refers_to: str = ""
    """The table that a foreign key of this column alone leads to."""
    refers_to_key: str = ""
    """The column there."""

    @property
    def names_somebody(self) -> bool:
        """Whether it holds a user, a tenant or another row's key, by its type and name."""
        if self.nullable and _STATE.match(self.name):
            return False
        return self.category == "uuid" or (self.category in ("S", "N") and bool(_IDENTITY.search(self.name)))

    @property
    def names_tenant(self) -> bool:
        """Whether it holds a tenant, by its name."""
        return self.names_somebody and bool(TENANT.search(self.name))


@dataclass(frozen=True, slots=True)
class Role:
    """A role that the API or the application uses, or that such a role can become."""

    name: str
    superuser: bool
    bypass_rls: bool
    can_login: bool
    create_role: bool
    member_of: tuple[str, ...] = ()
    """Every role that it may become, directly or not."""
    rights_of: tuple[str, ...] = ()
    """Those whose rights it has without becoming them: policies for these count for it."""


@dataclass(frozen=True, slots=True)
class DefaultGrant:
    """What an API role will get on objects that do not exist yet."""

    creator: str
    """The role that creates them."""
    schema: str
    """Empty: in every schema."""
    objects: str
    """``tables``, ``sequences`` or ``functions``."""
    role: str
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that decides who may read and write what."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "a role that may connect; the catalogs are readable by every role",
    )

    schemas: tuple[str, ...]
    """That the API serves; empty when it is known to serve none."""
    source: str
    """Who says so."""
    application_role: str
    """The role of the application's own connection."""
    relations: tuple[Relation, ...]
    policies: tuple[RowPolicy, ...] = ()
    columns: tuple[PolicyColumn, ...] = ()
    views: tuple[ViewEdge, ...] = ()
    functions: tuple[Function, ...] = ()
    roles: tuple[Role, ...] = ()
    default_grants: tuple[DefaultGrant, ...] = ()
    published: tuple[str, ...] = ()
    """Relations in the publication ``supabase_realtime``."""
    gaps: tuple[Gap, ...] = field(default=())
    other_roles: tuple[str, ...] = ()
    """Roles that the API may take besides anon and authenticated, and that row level security binds."""
    server_version: int = 0
    """As PostgreSQL numbers it: 180001 is 18.1; 0 when it is not known."""

    @property
    def views_may_run_as_caller(self) -> bool:
        """Whether the server knows ``security_invoker`` (PostgreSQL 15)."""
        return not 0 < self.server_version < 150_000

    def columns_by_table(self) -> dict[str, list[PolicyColumn]]:
        """What is known of the columns of each table."""
        return _columns_by_table(self)

    def exposed(self, *kinds: str) -> tuple[Relation, ...]:
        """Relations in exposed schemas, of the given kinds or of all."""
        return tuple(r for r in self.relations if r.exposed and (not kinds or r.kind in kinds))


@once
def _columns_by_table(catalog: Catalog) -> dict[str, list[PolicyColumn]]:
    found: dict[str, list[PolicyColumn]] = {}
    for column in catalog.columns:
        found.setdefault(column.table, []).append(column)
    return found
