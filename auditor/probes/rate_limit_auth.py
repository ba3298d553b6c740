"""Reads the limits of Supabase Auth."""

from __future__ import annotations

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.rate_limit_auth import DEFAULTS, AuthLimit, AuthLimits
from auditor.probes import management, surfaces
from auditor.probes.net.http import Http
from auditor.registry import probe

_CAPTCHA = "security_captcha_enabled"


@probe(deadline=20.0)
async def auth_limits(environment: Environment, http: Http) -> AuthLimits:
    """The limits of Supabase Auth, by the Management API; nothing is asked without a token."""
    project = surfaces.supabase(environment)
    if not (project.access_token and project.project_ref):
        return AuthLimits(asked=False)
    names = {f"rate_limit_{name}": name for name in DEFAULTS}
    settings = await management.auth_settings(project, http, (*names, _CAPTCHA))
    limits = tuple(
        AuthLimit(name, settings[key])
        for key, name in names.items()
        if isinstance(settings.get(key), int) and not isinstance(settings[key], bool)
    )
    if not limits:
        raise Unavailable("the Management API names no limits of Auth", "report this as a defect of the audit")
    captcha = settings.get(_CAPTCHA)
    return AuthLimits(True, limits, captcha if isinstance(captcha, bool) else None)
