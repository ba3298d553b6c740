"""Asks GraphQL servers for the smallest part of their schema, with GET: nothing is changed by a query."""

from __future__ import annotations

from typing import Any

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.graphql import GraphqlServer, GraphqlServers
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_PLACES = ("/graphql", "/api/graphql", "/graphql/")
_QUERY = "?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D"  # {__schema{queryType{name}}}
_SECONDS = 8.0
# Apollo refuses GETs that a browser could have sent for another site, but for ones with such a header
_HEADERS = (("Accept", "application/json"), ("Apollo-Require-Preflight", "true"))


@probe(deadline=40.0)
async def graphql_servers(environment: Environment, http: Http) -> GraphqlServers:
    """The usual addresses, until one of an origin answers as GraphQL does."""
    origins, gaps = web_origins(environment)
    servers: list[GraphqlServer] = []
    found: list[Gap] = []
    asked = tuple(dict.fromkeys(url for surface, url in origins.items() if surface != "supabase"))
    for origin in asked:
        try:
            if server := await _server(http, origin):
                servers.append(server)
        except Unavailable as unavailable:
            found.append(Gap(origin, unavailable.reason, unavailable.hint))
    return GraphqlServers(asked, tuple(servers), (*gaps, *found))


async def _server(http: Http, origin: str) -> GraphqlServer | None:
    for path in _PLACES:
        url = origin + path
        answer = await http.get(url + _QUERY, headers=_HEADERS, deadline=_SECONDS, verify=False)
        if answer.status == 429 or answer.status in (502, 503, 504):
            reason = f"{url} answers {answer.status}: whether it describes itself, nobody can tell"
            raise Unavailable(reason, "run the audit while it is up")
        if server := _read(url, answer):
            return server
    return None


def _read(url: str, answer: Response) -> GraphqlServer | None:
    """By the form of its answer (GraphQL, section 7.1), whatever its status is."""
    try:
        value: Any = answer.json()
    except Unavailable:
        return None
    if not isinstance(value, dict):
        return None
    data, errors = value.get("data"), value.get("errors")
    schema = data.get("__schema") if isinstance(data, dict) else None
    if isinstance(schema, dict) and isinstance(schema.get("queryType"), dict):
        return GraphqlServer(url, True, "")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    said = errors[0].get("message")
    if not isinstance(said, str) or not _about_graphql(said, errors[0]):
        return None
    return GraphqlServer(url, False, " ".join(said.split())[:100])


def _about_graphql(said: str, error: dict[str, Any]) -> bool:
    """Others have lists of errors too (JSON:API): one of GraphQL is about a query, or says where in it."""
    words = said.lower()
    known = ("introspection", "graphql", "__schema", "query", "persisted", "operation")
    return "locations" in error or any(word in words for word in known)
