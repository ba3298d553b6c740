"""No credential is one that everybody can guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from auditor.facts.weak_values import JudgedValue, Weakness, WeakValues
from auditor.model import ALL, Confidence, Finding, Level, Location, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "ENV014",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-1392", "CWE-521", "CWE-1391", "ASVS-5.0-6.3.2", "RFC-7518-3.2"),
)
def no_default_secret(values: WeakValues) -> Iterator[Finding]:
    """No credential is a published default, a sample, a common word, a pattern, or too short to sign with.

    Judged are the credentials of the checklist themselves, and what tracked files give to variables of secrets: `.env*`
    (no examples, no files of test or development), compose files, defaults in Python settings, `process.env.X || "…"`,
    and `.env.production` files that lie beside them. Tokens are verified offline against the secrets that everybody
    knows: whoever knows the secret of one signs another one with any role. Images that come with a password of their
    own (Grafana), or with none (Redis, MongoDB on a published port), need one. No value appears in any finding.

    ## Why it matters
    Defaults are tried first, by everybody, automatically. The default JWT secret of Supabase makes a service_role key
    for whoever looks it up, and with it the whole database.

    ## How to fix it
    1. Make a new value: `openssl rand -base64 48`. A new JWT secret means new anon and service keys.
    2. Put it into the secrets manager, deploy, and check that the old value is refused.
    3. Leave {subject} without a default: an application that does not start without its secret is right.
    """
    weak = [value for value in values.values if value.weakness]
    seen: Counter[tuple[str, str]] = Counter()
    for value in weak:
        seen[value.place, value.name] += 1
        count = seen[value.place, value.name]
        yield _failed(value, value.name if count == 1 else f"{value.name} {count}")
    good = [value for value in values.values if not value.weakness]
    if good:
        yield passed(
            ALL,
            f"{len(good)} of {len(values.values)} credentials are none of the known, common or short ones",
            confidence=Confidence.PROVEN if any(value.live for value in good) else Confidence.INFERRED,
            credentials=sorted({f"{value.place}: {value.name}" for value in good})[:50],
            live=sum(value.live for value in good),
        )
    if not values.values:
        yield unproven(
            ALL,
            "the audit holds no credential of the stack, and no file writes one out: there was nothing to judge",
            "name `database` or `supabase.service_key` in the checklist: they are judged here and sent nowhere",
            files=values.files,
        )


def _failed(value: JudgedValue, aspect: str) -> Finding:
    size = f", {value.length} characters" if value.weakness is not Weakness.MISSING else ""
    why = f": {value.why}" if value.why else ""
    return failed(
        value.place,
        f"{value.name} is {value.weakness.value}{why}{size}",
        confidence=Confidence.PROVEN if value.live else Confidence.INFERRED,
        location=Location(value.place, value.line) if value.line else None,
        aspect=aspect,
        name=value.name,
        weakness=value.weakness.value,
        why=value.why,
        length=value.length,
        live=value.live,
    )
