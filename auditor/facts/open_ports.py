"""Services that answer at ports of the stack's own hosts, besides the web."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Access(StrEnum):
    """What a service lets somebody without credentials do."""

    OPEN = "open"
    """It answered a question: it wants no credentials."""
    LOCKED = "locked"
    """It spoke its protocol, and wants credentials."""


class From(StrEnum):
    """Where the audit stood when it asked."""

    OUTSIDE = "outside"
    """The address is one of the internet."""
    INSIDE = "inside"
    """The address is private: who is not in that network may see something else."""
    TRUSTED = "trusted"
    """The address is loopback or private, and the checklist says that this is how everyone gets there."""


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A service that was recognised by what it says."""

    host: str
    port: int
    address: str
    service: str
    """Such as ``Redis``."""
    access: Access
    saw: str
    """What it said, in words and without values."""
    seen_from: From


@dataclass(frozen=True, slots=True)
class AskedHost:
    """How the ports of a host were answered."""

    host: str
    surfaces: tuple[str, ...]
    seen_from: From
    ports: tuple[int, ...]
    """Those that were tried."""
    silent: tuple[int, ...] = ()
    """Those where nothing came back: a firewall drops what is sent there."""
    refused: tuple[int, ...] = ()
    """Those where the machine says that nobody listens."""
    others: tuple[int, ...] = ()
    """Those where something answers that is none of the services that were looked for."""
    mute: tuple[int, ...] = ()
    """Those where something takes connections and says nothing, or cuts them: what it is, nobody can tell."""


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """What answers at the ports of the hosts that the checklist names."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `database`, `supabase.url` of the environment",
        "one or two connections to each of some 20 ports of those hosts; no login is tried",
    )

    hosts: tuple[AskedHost, ...] = ()
    ports: tuple[OpenPort, ...] = ()
    not_asked: tuple[tuple[str, str], ...] = ()
    """Hosts that were not asked, and why, as a clause."""
    gaps: tuple[Gap, ...] = ()
