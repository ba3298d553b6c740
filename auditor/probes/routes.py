"""Finds the API's OpenAPI document where frameworks put it."""

from __future__ import annotations

from typing import Any

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.routes import ApiRoutes
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.openapi import is_document, read_operations
from auditor.probes.surfaces import origin
from auditor.registry import probe

PLACES = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/v1/openapi.json", "/swagger.json")
"""FastAPI, behind a prefix and by version; Swagger tools. Few: each is a request to every API that has no document."""
DOCUMENT_BYTES = 8_000_000


@probe(deadline=30.0)
async def api_routes(environment: Environment, http: Http) -> ApiRoutes:
    """The first OpenAPI document among the usual places.

    Without one the routes are simply unknown. A place that does not answer, or answers 429 or 5xx, is a gap.
    """
    api = origin(environment, "api")
    gaps: list[Gap] = []
    for path in PLACES:
        url = api + path
        try:
            # certificates are judged elsewhere, and hide nothing else
            answer = await http.once(url, max_body=DOCUMENT_BYTES, verify=False)
        except Unavailable as unavailable:
            gaps.append(Gap(url, unavailable.reason, unavailable.hint))
            break  # a host that does not answer is asked once
        if answer.status == 429 or answer.status >= 500:
            reason = f"answers {answer.status}: whether it would name the API's routes, nobody can tell"
            gaps.append(Gap(url, reason, "run the audit while the API is up"))
        elif answer.status == 200 and answer.truncated:
            reason = f"the document was not read to its end: {answer.why_truncated}"
            gaps.append(Gap(url, reason, "name the routes in [policy.cors] endpoints"))
        elif answer.status == 200 and is_document(document := _json(answer)):
            return ApiRoutes(url, read_operations(document, url), tuple(gaps))
    return ApiRoutes("", (), tuple(gaps))


def _json(answer: Response) -> Any:
    try:
        return answer.json()
    except Unavailable:  # a page, most likely: catch-alls answer 200 to everything
        return None
