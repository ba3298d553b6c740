"""Routes that want a token do not let everyone in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers, CorsGroup, Reply
from auditor.facts.cors_causes import Cause, behaviours, wants_bearer
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity, unproven
from auditor.registry import check

MESSAGES = {Cause.EVERYONE_SECURED: "lets everyone in with *, though it wants a token"}


@check(
    "CORS014",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-942", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
)
def everyone_not_where_credentials_are_wanted(cors: CorsAnswers) -> Iterator[Finding]:
    """Routes that want a token do not let everyone in.

    Public data may be open to everyone, and Supabase's own gateway is by design: its keys and policies decide.

    ## Why it matters
    With `*`, every web page that has come by a user's token uses it from the user's own browser, past whatever the
    API knows about addresses; and a page on the internet reads what an API on an internal network answers.

    ## How to fix it
    List the frontend's origins where a token is wanted:

        CORS(app, origins=["https://app.example.com"])
    """
    open_ = {group.endpoint: group for group, found in behaviours(cors) if not found and _unclear(cors, group)}
    for finding in verdicts(cors, MESSAGES, "does not let everyone in where a token is wanted"):
        group = open_.get(finding.subject)
        yield _unproven(group) if group and finding.outcome == "pass" else finding


def _unclear(cors: CorsAnswers, group: CorsGroup) -> bool:
    """Whether everyone is let in to a refusal that does not say what it wants."""
    refused = [one for one in group.answers if one.status in (401, 403) and one.reply is Reply.EVERYONE]
    keys = any(answer.challenge in ("api key", "key") for answer in refused)  # a gateway's, which are no user's
    return bool(refused) and not (cors.gateway or keys or wants_bearer(group))


def _unproven(group: CorsGroup) -> Finding:
    return unproven(
        group.endpoint,
        "lets everyone in with *, and refuses without saying what it wants: whether that is a user's token, nobody "
        "can tell",
        "set [policy.cors] token to a bearer that the API accepts",
        members=list(group.members),
    )
