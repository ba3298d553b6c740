"""Reads the Management API of Supabase. Its answers hold secrets: all but the asked-for fields are dropped at once.

See https://supabase.com/docs/reference/api/introduction
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.checklist.model import Supabase
from auditor.errors import Unavailable
from auditor.probes.net.http import Http


async def backups(project: Supabase, http: Http) -> dict[str, Any]:
    """A project's backups and its window of point-in-time recovery, as they came.

    Args:
        project: with its reference and a token.
        http: asks.

    Raises:
        Unavailable: no token, refused, or no list of backups.
    """
    answer = await _asked(project, http, "database/backups", "the backups", "`backups_read`")
    if not isinstance(answer, dict) or not isinstance(answer.get("backups"), list):
        raise Unavailable("the Management API answers with something that is no list of backups")
    return {name: answer[name] for name in ("pitr_enabled", "backups", "physical_backup_data") if name in answer}


async def auth_settings(project: Supabase, http: Http, fields: Iterable[str]) -> dict[str, Any]:
    """Some settings of a project's Auth, as they came; those that are not there are left out.

    Args:
        project: with its reference and a token.
        http: asks.
        fields: the only names that are kept.

    Raises:
        Unavailable: no token, refused, or no settings.
    """
    settings = await _asked(project, http, "config/auth", "the auth settings", "to read auth settings")
    if not isinstance(settings, dict):
        raise Unavailable("the Management API answers with something that is no settings")
    return {name: settings[name] for name in fields if name in settings}


async def _asked(project: Supabase, http: Http, path: str, what: str, right: str) -> Any:
    if not (project.access_token and project.project_ref):
        raise Unavailable("the checklist holds no `supabase.access_token` and `supabase.project_ref`")
    url = f"{project.api_url}/v1/projects/{project.project_ref}/{path}"
    answer = await http.once(url, headers=(("Authorization", f"Bearer {project.access_token.reveal()}"),))
    if answer.status != 200:
        raise Unavailable(
            f"the Management API answers {answer.status} for {what} of {project.project_ref}",
            f"give `supabase.access_token` the right {right}, and check `supabase.project_ref`",
        )
    return answer.json()
