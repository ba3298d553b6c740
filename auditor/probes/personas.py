"""Who asks, when policies are tried: nobody, and users who own nothing, signed in one way or another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.facts.catalog import Catalog
from auditor.probes.net.postgres import Transaction

STRANGER = "a0d17000-0000-4000-8000-00000000000a"
"""The user id of the stranger: one that nobody has."""
SECOND_FACTOR = "second factor"
ANONYMOUS = "anonymous sign-in"
MEMBER = "member"
CLAIMANT = "tenant in the token"
CLAIMANT_OF_MANY = "tenants in the token"
HEADER = "tenant in a header"
INVENTED = (CLAIMANT, CLAIMANT_OF_MANY, HEADER)
"""Callers with something that the audit has made up: what it breaks opens nothing."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A role and a token.

    The claims are those of a token that Supabase Auth issues (documentation, JWT claims reference).
    """

    role: str
    who: str = ""
    user: str = STRANGER
    """The ``sub`` of the token."""
    claimed: tuple[str, ...] = ()
    """Keys of ``app_metadata``, and claims, that name a tenant of the caller's own."""
    headers: tuple[tuple[str, str], ...] = ()
    """What the client says in headers of its request."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """What PostgREST hands to the database as ``request.jwt.claims``."""
        if self.role == "anon":
            return {"role": "anon"}
        anonymous, strong = self.who == ANONYMOUS, self.who == SECOND_FACTOR
        method = "anonymous" if anonymous else "password"
        tenants = dict.fromkeys(self.claimed, [STRANGER] if self.who == CLAIMANT_OF_MANY else STRANGER)
        return {
            **tenants,
            "sub": self.user,
            "role": self.role,
            "aud": "authenticated",
            "email": "" if anonymous else "stranger@audit.invalid",
            "phone": "",
            "is_anonymous": anonymous,
            "aal": "aal2" if strong else "aal1",
            "amr": [{"method": name, "timestamp": 0} for name in (method, *["totp"] * strong)],
            "session_id": STRANGER,
            "app_metadata": tenants,
            "user_metadata": {},
        }


def strangers(role: str, *, factors: bool) -> tuple[Persona, ...]:
    """The strangers of a role.

    Args:
        role: ``anon`` or ``authenticated``.
        factors: whether a policy asks how they signed in: everybody may enrol a second factor, and where anonymous
            sign-ins are on, needs no address.
    """
    plain = Persona(role)
    if role == "anon" or not factors:
        return (plain,)
    return (plain, Persona(role, SECOND_FACTOR), Persona(role, ANONYMOUS))


async def as_the_api(transaction: Transaction, catalog: Catalog, persona: Persona) -> None:
    """What PostgREST sets: the path that helpers without one of their own rely on, and the request's headers."""
    path = ", ".join('"' + schema.replace('"', '""') + '"' for schema in (*catalog.schemas, "extensions"))
    await transaction.rows(
        "select pg_catalog.set_config('search_path', %s, true), pg_catalog.set_config('request.headers', %s, true)",
        (path, json.dumps(dict(persona.headers))),
    )
