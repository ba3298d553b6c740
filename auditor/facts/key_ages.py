"""How old keys are, where they say so themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class KeyAge:
    """A key that the audit holds."""

    place: str
    """Such as ``supabase.service_key``."""
    kind: str
    issued_at: datetime | None = None
    """``iat`` of a token; None when it does not say."""
    expires_at: datetime | None = None
    """``exp`` of a token."""
    legacy: bool = False
    """A key of Supabase's first kind, a token signed with the JWT secret, that it retires by the end of 2026."""


@dataclass(frozen=True, slots=True)
class KeyAges:
    """Keys that the audit holds, by age."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`supabase.service_key`, `supabase.anon_key` or `policy.cors.token`",)

    looked_at: datetime
    keys: tuple[KeyAge, ...]
    gaps: tuple[Gap, ...] = ()
