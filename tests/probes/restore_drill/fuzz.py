"""How much the readers of outside bytes are tried: ``AUDIT_FUZZ=300`` for more than a developer waits for."""

from __future__ import annotations

import os

from hypothesis import settings

FUZZ = settings(deadline=None, max_examples=min(300, int(os.environ.get("AUDIT_FUZZ", "100"))))
