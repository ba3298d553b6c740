"""The very values of the server's own secrets: found in served bytes, they prove a leak whatever they look like."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from auditor.checklist.dsn import connection_secrets
from auditor.checklist.model import Environment
from auditor.checklist.secret_values import SHORTEST
from auditor.facts.sightings import Nature
from auditor.model import Severity
from auditor.probes.secrets.found import Detector, Found, plain_look
from auditor.redact import NOT_SECRET, Secret


def known_values(environment: Environment) -> tuple[Secret, ...]:
    """The values that must never be served.

    Args:
        environment: its keys, passwords and the variables of its ``.env`` files.
    """
    found: list[Secret] = []
    if project := environment.supabase:
        found += [secret for secret in (project.service_key, project.access_token) if secret]
    for dsn in (environment.database, environment.auditor_database):
        if dsn:
            found += connection_secrets(dsn.reveal(), "database password")
    found += environment.variables
    public = {environment.supabase.anon_key} if environment.supabase and environment.supabase.anon_key else set()
    return tuple(s for s in dict.fromkeys(found) if s not in public and _is_long_enough(s.reveal()))


def _is_long_enough(value: str) -> bool:
    # a password that is a word in everybody's scripts is a finding elsewhere, and proves nothing here
    return len(value) >= SHORTEST and value.lower() not in NOT_SECRET


def detector(secrets: Iterable[Secret]) -> Detector | None:
    """What finds them in every form that they may be written in; None when there is nothing to find."""
    forms: dict[bytes, tuple[Secret, str]] = {}
    for secret in secrets:
        if not _is_long_enough(secret.reveal()):
            continue
        for form, written in _forms(secret.reveal()):
            forms.setdefault(form, (secret, written))
    if not forms:
        return None
    by_length = sorted(forms, key=len, reverse=True)

    def confirm(data: bytes, at: int) -> Iterator[Found]:
        for form in by_length:
            if data.startswith(form, at):
                secret, written = forms[form]
                value = secret.reveal().encode("utf-8", "surrogateescape")
                yield Found(
                    at, at + len(form), value, "exact", secret.kind, Severity.CRITICAL, Nature.SECRET,
                    written=written, why="the very value that the audit was given", rank=9, exact=True,
                )  # fmt: skip
                return

    return Detector(tuple(plain_look(form) for form in by_length), confirm)


def _forms(value: str) -> Iterator[tuple[bytes, str]]:
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        return
    yield raw, ""
    inner = json.dumps(value)[1:-1]
    for escaped in (inner, json.dumps(value, ensure_ascii=False)[1:-1], inner.replace("/", "\\/")):
        yield escaped.encode(), "escaped"
        yield json.dumps(escaped)[1:-1].encode(), "escaped"
    for character in "<>&'/=+":
        inner = inner.replace(character, f"\\u{ord(character):04x}")
    yield inner.encode(), "escaped"
    for encoded in (html.escape(value), html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")):
        yield encoded.encode(), "HTML-escaped"
    for encoded in (quote(value, safe=""), quote(value), quote_plus(value), quote(quote(value, safe=""), safe="")):
        yield encoded.encode(), "URL-encoded"
        yield re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), encoded).encode(), "URL-encoded"
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        core = whole[(0, 2, 3)[shift] : (len(raw) + shift) * 8 // 6]
        yield core, "base64"
        yield core.replace(b"+", b"-").replace(b"/", b"_"), "base64"
        yield quote(core, safe="").encode(), "base64"
