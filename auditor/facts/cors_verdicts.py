"""What checks say of CORS: one judgement for all causes."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup, Reply
from auditor.facts.cors_causes import Cause, Found, behaviours, shown_by, told_by
from auditor.model import Confidence, Finding, failed, not_applicable, passed, unproven

_MOST_ROWS = 25
_TOKEN = "set [policy.cors] token to a bearer that the API accepts, or name a route that is open in `endpoints`"


def verdicts(cors: CorsAnswers, messages: dict[Cause, str], good: str) -> Iterator[Finding]:
    """A finding for each group of routes.

    Args:
        cors: what was asked.
        messages: of the causes that the check is about; ``{origin}`` stands for what was let in.
        good: what there is to say when it is none of them.
    """
    if not cors.groups and not cors.gaps:
        yield not_applicable("no endpoint was asked")
    for group, found in behaviours(cors):
        mine = [one for one in found if one.cause in messages]
        yield from (_failed(group, one, messages[one.cause]) for one in mine)
        if mine:
            continue
        reason, hint = untold(group)
        reason, hint = (reason, hint) if reason else _silent(cors, group)
        if reason:
            yield unproven(group.endpoint, reason, hint, statuses=_statuses(group), members=list(group.members))
        elif graver := told_by(found, messages):
            yield not_applicable(f"part of a graver fault, which another check tells: {graver}", group.endpoint)
        elif missing := [one.origin for one in group.unasked if one.ask in shown_by(messages)]:
            yield unproven(group.endpoint, *_too_many(missing), unasked=missing, members=list(group.members))
        else:
            yield passed(
                group.endpoint,
                good,
                confidence=Confidence.PROVEN,
                members=list(group.members),
                questions=len(group.answers),
                left_out=group.left_out,
                statuses=_statuses(group),
                not_asked=len(cors.not_asked),
                answers=table(group.answers) if Cause.REFLECTS in messages else [],  # once is enough
            )


def _too_many(missing: list[str]) -> tuple[str, str]:
    reason = (
        f"{len(missing)} origins that resemble trusted ones were not asked, such as {missing[0]}: for so many declared "
        "origins, or routes, 60 requests are too few"
    )
    return reason, "name fewer `endpoints` or `allowed_origins` in [policy.cors]: what resembles the first comes first"


def _failed(group: CorsGroup, found: Found, message: str) -> Finding:
    shown = found.answers[0]
    others = [member for member in group.members if member != group.endpoint]
    return failed(
        group.endpoint,
        message.format(origin=shown.origin or "any origin")
        + _with(found)
        + (f"; so {'does' if len(others) == 1 else 'do'} {_few(others)}" if others else ""),
        confidence=Confidence.PROVEN,
        aspect=str(found.cause),
        reproduce=curl(shown, group.url),
        cause=str(found.cause),
        credentials=found.credentials,
        members=list(group.members),
        origin=shown.origin,
        allow_origin=list(shown.allow_origin),
        allow_credentials=list(shown.allow_credentials),
        with_cookie=shown.cookie,
        with_bearer=shown.bearer,
        preflight=shown.preflight,
        questions=len(group.answers),
        answers=table((*found.answers, *found.also)) if found.also else table(group.answers),
    )


_SAYS_SO = frozenset({
    Cause.REFLECTS, Cause.REFLECTS_COOKIE, Cause.REFLECTS_OPENLY, Cause.EVERYONE_CREDENTIALS, Cause.EVERYONE_SECURED,
    Cause.BROKEN, Cause.VARY, Cause.VARY_PUBLIC, Cause.NETWORK,
})  # fmt: skip


def _with(found: Found) -> str:
    if found.cause in _SAYS_SO:
        return ""
    return ", with credentials" if found.credentials else ", without credentials"


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _statuses(group: CorsGroup) -> list[int]:
    return sorted({answer.status for answer in group.answers})


def untold(group: CorsGroup) -> tuple[str, str]:
    """Why nobody can tell what the routes answer browsers, and what would settle it; empty: it was seen.

    Only an answer of the route itself shows its CORS headers: what is said before it, by a proxy or a gate, may lack
    them. That the trusted origin gets them proves that they are there for answers of that status.
    """
    if any(answer.status == 429 for answer in group.answers):
        return (
            "answers 429: what it says to browsers, a limit hides",
            "let the audit's address through, or run it later",
        )
    if not group.safe:
        return _untold_preflights(group)
    controls = [a for a in group.answers if a.ask in (Ask.TRUSTED, Ask.NONE) and not a.preflight]
    if told := [answer for answer in controls if substantial(answer)]:
        return _unsteady(group, {answer.status for answer in told})
    statuses = sorted({answer.status for answer in controls})
    if not statuses:
        return "no answer to a trusted origin", "run the audit while the API is up"
    return _why(group, controls[0], ", ".join(map(str, statuses)))


def _untold_preflights(group: CorsGroup) -> tuple[str, str]:
    if broken := sorted({answer.status for answer in group.answers if answer.status >= 500}):
        statuses = ", ".join(map(str, broken))
        return (
            f"answers preflights with {statuses}: whom it lets in, nobody can tell",
            "run the audit while the API is up",
        )
    return "", ""


def _silent(cors: CorsAnswers, group: CorsGroup) -> tuple[str, str]:
    """Preflights that say nothing of CORS to anybody are those of no CORS at all, or of headers on answers alone.

    A form is posted without a preflight, and its answer may be handed out all the same. Where answers to reads are
    seen, they tell how the API goes about it.
    """
    if group.safe or any(answer.allow_origin for answer in group.answers):
        return "", ""
    if any(other.safe and not untold(other)[0] for other in cors.groups):
        return "", ""
    reason = (
        "answers preflights without CORS headers, the trusted origin's too: what its answers say to requests that need "
        "no preflight, such as forms, shows only when something is sent"
    )
    return reason, "name a route that answers GET without parameters in [policy.cors] endpoints"


def substantial(answer: CorsAnswer) -> bool:
    """Whether an answer to a trusted origin, or to none, shows what the route itself says."""
    if 200 <= answer.status <= 299:
        return True
    # a proxy's error page may carry a header for everyone: only what names the origin is the application's own
    heard = answer.reply is Reply.REFLECTED or (answer.reply is Reply.EVERYONE and answer.status < 500)
    return heard and answer.status != 404


def _unsteady(group: CorsGroup, usual: set[int]) -> tuple[str, str]:
    """An application may refuse an origin by an error of 5xx: then it says so to each that it does not let in."""
    refused = [
        answer.status
        for answer in group.answers
        if not answer.preflight and answer.ask not in (Ask.TRUSTED, Ask.NONE) and answer.reply is Reply.REFUSED
    ]
    broken = [status for status in refused if status >= 500 and status not in usual]
    if broken and len(broken) < len(refused):
        said = f"answers {len(broken)} of {len(refused)} foreign origins with {broken[0]}, and the others as ever"
        return f"{said}: whether that is for the origin, nobody can tell", "run the audit while the API is steady"
    return "", ""


def _why(group: CorsGroup, answer: CorsAnswer, statuses: str) -> tuple[str, str]:
    if answer.redirect:
        where = answer.redirect
        reason = f"redirects to {where}, which the audit does not follow: what lies behind it says, nobody can tell"
        return reason, _TOKEN
    if answer.status in (401, 403):
        if any(one.bearer for one in group.answers):
            return (
                f"answers {statuses}, with [policy.cors] token too: what a signed-in user gets, nobody can tell",
                "give [policy.cors] token a bearer that is valid for this route",
            )
        return (
            f"answers {statuses} without CORS headers: what a signed-in user's browser is told shows only with a token",
            _TOKEN,
        )
    hint = (
        "run the audit while the API is up"
        if answer.status >= 500
        else ("name a route that answers GET without parameters in [policy.cors] endpoints")
    )
    return f"answers {statuses}: what it would say to a foreign origin when it works, nobody can tell", hint


def table(answers: tuple[CorsAnswer, ...]) -> list[dict[str, str]]:
    """Origin and answer, those that were let in first: a row for each kind of origin and answer."""
    rows: dict[tuple[Ask, bool, str], dict[str, str]] = {}
    many: dict[tuple[Ask, bool, str], int] = {}
    for answer in answers:
        key = (answer.ask, answer.preflight, verdict(answer))
        rows.setdefault(key, {"origin": answer.origin or "(none)", "kind": kind(answer), "answer": key[2]})
        many[key] = many.get(key, 0) + 1
    for key, row in rows.items():
        if many[key] > 1:
            row["answer"] += f" ({many[key]})"
    order = list(Ask)
    ranked = sorted(rows, key=lambda key: (key[2].startswith(("refused", "no ")), order.index(key[0])))
    return [rows[key] for key in ranked[:_MOST_ROWS]]


def kind(answer: CorsAnswer) -> str:
    """What a question was, in a few words."""
    extras = [("preflight", answer.preflight), ("cookie", answer.cookie), ("token", answer.bearer)]
    name = answer.ask.name.lower().replace("_", " ")  # short, for a terminal of 80 columns
    return ", ".join((name, *(word for word, said in extras if said)))


def verdict(answer: CorsAnswer) -> str:
    """What a browser makes of an answer: ``let in with credentials``."""
    if answer.reply is Reply.REFLECTED:
        return "let in with credentials" if answer.credentials else "let in"
    if answer.reply is Reply.EVERYONE:
        return "* with credentials: refused" if answer.credentials else "let in as everyone (*)"
    if answer.reply is Reply.BROKEN:
        return "refused: several values"
    return f"refused ({answer.status})" if answer.origin else f"no CORS headers ({answer.status})"


def curl(answer: CorsAnswer, url: str) -> str:
    """The command that asks again, without secrets."""
    parts = ["curl -si"]
    if answer.preflight:
        parts.append("-X OPTIONS")
    elif not answer.endpoint.startswith("GET "):
        parts.append(f"-X {answer.endpoint.partition(' ')[0]}")
    headers = [f"Origin: {answer.origin}"] if answer.origin else []
    if answer.asked_method:
        headers.append(f"Access-Control-Request-Method: {answer.asked_method}")
    if answer.asked_headers:
        headers.append(f"Access-Control-Request-Headers: {answer.asked_headers}")
    if answer.private_network:
        headers.append("Access-Control-Request-Private-Network: true")
    if answer.cookie:
        headers.append("Cookie: audit=1")
    parts += [f"-H {_quoted(header)}" for header in headers]
    if answer.bearer:
        parts.append('-H "Authorization: Bearer $AUDIT_BEARER"')
    return " ".join((*parts, _quoted(url)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
