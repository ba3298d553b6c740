"""Reads the Management API of Supabase. Its answers hold secrets: all but the asked-for fields are dropped at once.

See https://supabase.com/docs/reference/api/introduction
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.checklist.model import Supabase
from auditor.errors import Unavailable
from auditor.probes.net.http import Http


async def auth_settings(project: Supabase, http: Http, fields: Iterable[str]) -> dict[str, Any]:
    """Some settings of a project's Auth, as they came; those that are not there are left out.

    Args:
        project: with its reference and a token.
        http: asks.
        fields: the only names that are kept.

    Raises:
        Unavailable: no token, refused, or no settings.
    """
    if not (project.access_token and project.project_ref):
        raise Unavailable("the checklist holds no `supabase.access_token` and `supabase.project_ref`")
    url = f"{project.api_url}/v1/projects/{project.project_ref}/config/auth"
    answer = await http.once(url, headers=(("Authorization", f"Bearer {project.access_token.reveal()}"),))
    if answer.status != 200:
        raise Unavailable(
            f"the Management API answers {answer.status} for the auth settings of {project.project_ref}",
            "give `supabase.access_token` the right to read auth settings, and check `supabase.project_ref`",
        )
    settings = answer.json()
    if not isinstance(settings, dict):
        raise Unavailable("the Management API answers with something that is no settings")
    return {name: settings[name] for name in fields if name in settings}
