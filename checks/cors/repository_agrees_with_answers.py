"""The repository and the live API name the same origins."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, Reply
from auditor.facts.cors_settings import EVERYONE, REFLECTED, CorsSetting, CorsSettings
from auditor.facts.cors_verdicts import untold
from auditor.facts.sites import host_of, public
from auditor.model import Confidence, Finding, Level, Location, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_IN = (Reply.REFLECTED, Reply.EVERYONE)


@check(
    "CORS025",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-942", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
)
def repository_agrees_with_answers(settings: CorsSettings, cors: CorsAnswers) -> Iterator[Finding]:
    """Whom the repository lets in, the live API does, and nobody else.

    Read are variables such as `ALLOWED_ORIGINS`, arguments of FastAPI's and flask's middleware, Express's `cors` and
    nginx's `add_header`, in files of production. Localhost in a default is not compared.

    ## Why it matters
    A difference is a release that has not arrived, or a change that somebody made by hand and the next release takes
    back: a frontend locked out, or everyone let in, on the day of a deployment.

    ## How to fix it
    Correct the list in the file, or deploy it.
    """
    used = [one for one in settings.settings if one.production and _told(one)]
    if not used:
        yield not_applicable("no tracked file of production names an origin of the API", files=settings.files)
        return
    found = list(_all(settings, cors))
    answers = {answer.origin: answer for answer in found}
    open_ = any(answer.ask is Ask.FOREIGN and answer.reply in _IN for answer in found)
    for setting in used:
        yield from _setting(setting, answers, cors, everyone=open_)
    yield from _unnamed(used, cors, everyone=open_)


def _told(setting: CorsSetting) -> bool:
    return any(origin in (EVERYONE, REFLECTED) or public(host_of(origin)) for origin in setting.origins)


def _all(settings: CorsSettings, cors: CorsAnswers) -> Iterator[CorsAnswer]:
    """Answers, those that let somebody in last: one route that does is enough."""
    found = [answer for group in cors.groups for answer in group.answers]
    yield from sorted((*found, *settings.answers), key=lambda answer: answer.reply in _IN)


def _setting(
    setting: CorsSetting, answers: dict[str, CorsAnswer], cors: CorsAnswers, *, everyone: bool
) -> Iterator[Finding]:
    where = Location(setting.path, setting.line)
    subject = f"{setting.path} {setting.key}"
    unclear = [reason for group in cors.groups if (reason := untold(group)[0])]
    if len(unclear) == len(cors.groups):
        yield unproven(
            subject,
            unclear[0] if unclear else "the live API was not asked",
            untold(cors.groups[0])[1] if unclear else "",
        )
        return
    if {EVERYONE, REFLECTED} & set(setting.origins) and not everyone:
        yield failed(
            subject,
            "lets everyone in, and the live API does not: the next deployment may",
            confidence=Confidence.INFERRED,
            location=where,
            aspect="everyone",
            origins=list(setting.origins),
        )
        return
    named = [origin for origin in setting.origins if public(host_of(origin))]
    refused = [origin for origin in named if origin in answers and answers[origin].reply not in _IN]
    for origin in refused:
        yield failed(
            subject,
            f"names {origin}, which the live API refuses",
            confidence=Confidence.INFERRED,
            location=where,
            aspect=origin,
            origin=origin,
        )
    if not refused:
        said = "says of everyone what the live API says" if everyone else "names origins that the live API lets in"
        yield passed(subject, said, confidence=Confidence.INFERRED, location=where, origins=list(setting.origins))


def _unnamed(used: list[CorsSetting], cors: CorsAnswers, *, everyone: bool) -> Iterator[Finding]:
    named = {origin for setting in used for origin in setting.origins}
    if everyone or named & {EVERYONE, REFLECTED}:
        return
    let_in = {
        answer.origin
        for group in cors.groups
        for answer in group.answers
        if answer.ask is Ask.TRUSTED and answer.reply is Reply.REFLECTED
    }
    for origin in sorted(let_in - named):
        yield failed(
            origin,
            f"is let in by the live API, and {used[0].path} does not name it",
            confidence=Confidence.INFERRED,
            aspect="unnamed",
            files=sorted({setting.path for setting in used}),
        )
