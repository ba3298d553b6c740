"""GraphQL does not describe itself."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.graphql import GraphqlServers
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("EXP008", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-200", "ASVS-5.0-4.3.2"))
def graphql_introspection_off(graphql: GraphqlServers) -> Iterator[Finding]:
    """GraphQL servers answer no question about their schema to strangers.

    ## Why it matters
    Introspection names every type, field and mutation, those for administrators included.

    ## How to fix it
    Strawberry: `Schema(..., extensions=[DisableIntrospection])`. Apollo: `introspection: false`. An API that is
    public on purpose: waive it, with that reason.
    """
    for server in graphql.servers:
        if server.introspection:
            yield failed(
                server.url,
                "describes its schema to everyone",
                confidence=Confidence.PROVEN,
                reproduce=f"curl -s '{server.url}?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D'",
            )
        else:
            yield passed(
                server.url, "refuses questions about its schema", confidence=Confidence.PROVEN, said=server.said
            )
    if not graphql.servers and graphql.asked and not [gap for gap in graphql.gaps if not gap.absent]:
        yield not_applicable("no GraphQL server answers GETs at the usual addresses", asked=list(graphql.asked))
