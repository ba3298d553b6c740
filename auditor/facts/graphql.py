"""GraphQL servers, and whether they describe themselves to strangers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class GraphqlServer:
    """A server that was recognised by how it answers."""

    url: str
    introspection: bool
    """Whether it named the type of its queries when asked for its schema."""
    said: str
    """Why not, in a few words; empty when it did."""


@dataclass(frozen=True, slots=True)
class GraphqlServers:
    """GraphQL at the usual addresses of the API and the frontend."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`api`, `frontend` of the environment", "a few GET requests with small queries")

    asked: tuple[str, ...] = ()
    """Origins that were asked."""
    servers: tuple[GraphqlServer, ...] = ()
    gaps: tuple[Gap, ...] = ()
