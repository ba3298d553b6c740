"""ENV001 and its siblings: one wording, each about its own kind of file."""

from __future__ import annotations

import pytest

from auditor.facts.repository import DEFAULT_VALUE, ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, passed, unproven
from checks.secrets_manager.ci_holds_no_secret import ci_holds_no_secret
from checks.secrets_manager.code_defaults_hold_no_secret import code_defaults_hold_no_secret
from checks.secrets_manager.dockerfile_holds_no_secret import dockerfile_holds_no_secret
from checks.secrets_manager.frontend_config_holds_no_secret import frontend_config_holds_no_secret
from checks.secrets_manager.infrastructure_files_hold_no_secret import infrastructure_files_hold_no_secret
from checks.secrets_manager.no_secret_literals import no_secret_literals
from checks.secrets_manager.notebooks_hold_no_secret import notebooks_hold_no_secret

CHECKS = [
    (no_secret_literals, Source.ENV_FILE, "no environment or compose file is tracked"),
    (no_secret_literals, Source.COMPOSE, "no environment or compose file is tracked"),
    (dockerfile_holds_no_secret, Source.DOCKERFILE, "no Dockerfile is tracked"),
    (ci_holds_no_secret, Source.CI, "no CI file is tracked"),
    (frontend_config_holds_no_secret, Source.FRONTEND, "no configuration of a frontend is tracked"),
    (code_defaults_hold_no_secret, Source.CODE, "no code is tracked that could be read"),
    (infrastructure_files_hold_no_secret, Source.INFRASTRUCTURE, "no infrastructure file is tracked"),
    (notebooks_hold_no_secret, Source.NOTEBOOK, "no notebook is tracked"),
]
each = pytest.mark.parametrize(("check", "source", "none"), CHECKS)


def literal(source, line=3, key="POSTGRES_PASSWORD", **more):
    kind = more.pop("kind", "value of a secret variable")
    return SecretLiteral("a", line, key, kind, 12, source=source, severity=Severity.HIGH, **more)


def facts(source, *literals, paths=("a", "b"), **more):
    return SecretLiterals(tuple(ReadFile(path, source) for path in paths), literals, tracked=9, **more)


def clean(*paths):
    some = len(paths) > 1
    return passed(
        "*" if some else paths[0],
        f"{len(paths)} files hold no secret literal" if some else "holds no secret literal",
        confidence=Confidence.INFERRED,
        count=len(paths),
        files=list(paths),
    )


FOUND = failed(
    "a",
    "POSTGRES_PASSWORD is written out: value of a secret variable, 12 characters",
    confidence=Confidence.INFERRED,
    location=Location("a", 3),
    aspect="POSTGRES_PASSWORD",
    severity="high",
    key="POSTGRES_PASSWORD",
    kind="value of a secret variable",
    length=12,
)


@each
def test_clean(check, source, none):
    assert list(check(facts(source))) == [clean("a", "b")]


@each
def test_written_out(check, source, none):
    assert list(check(facts(source, literal(source)))) == [FOUND, clean("b")]


@each
def test_what_others_tell(check, source, none):
    others = [literal(source, development=True), literal(source, kind=DEFAULT_VALUE, development=True)]
    others.append(literal(Source.OTHER))
    assert list(check(facts(source, *others))) == [clean("a", "b")]


@each
def test_default_values(check, source, none):
    """Told here where no other check looks for them."""
    told = source in (Source.DOCKERFILE, Source.FRONTEND, Source.INFRASTRUCTURE, Source.NOTEBOOK)
    outcomes = [finding.outcome for finding in check(facts(source, literal(source, kind=DEFAULT_VALUE)))]
    assert outcomes == (["fail", "pass"] if told else ["pass"])


@each
def test_no_such_file(check, source, none):
    assert list(check(facts(Source.OTHER, literal(Source.OTHER)))) == [not_applicable(none)]


@each
def test_nothing_tracked(check, source, none):
    """An empty checkout proves nothing."""
    reason = "git tracks no file here: there is nothing that could be judged"
    assert list(check(SecretLiterals((), ()))) == [unproven("*", reason, "point `repository` at a checkout")]


@each
def test_what_nobody_could_read(check, source, none):
    unread = (UnreadFile("b", source, "b cannot be read", "hint"), UnreadFile("c", Source.OTHER, "c cannot be read"))
    assert list(check(facts(source, unread=unread))) == [
        unproven("b", "b cannot be read", "hint", aspect="b cannot be read"),
        clean("a"),
    ]


def test_each_literal_is_told():
    other = literal(Source.ENV_FILE, 4, "", kind="Stripe secret key", column=7, prefix="sk_live_", rotate="https://x")
    [_, found, _] = no_secret_literals(facts(Source.ENV_FILE, literal(Source.ENV_FILE), other))
    assert found == failed(
        "a",
        "a secret is written out: Stripe secret key, 12 characters",
        confidence=Confidence.INFERRED,
        remediation="Revoke it at https://x, then put the new value into the secrets manager.",
        location=Location("a", 4),
        aspect="Stripe secret key",
        severity="high",
        key="",
        kind="Stripe secret key",
        length=12,
        column=7,
        prefix="sk_live_",
    )


def test_lines_that_come_and_go_change_no_identity():
    """Two of a name in one file are told apart all the same."""

    def aspects(shift):
        found = [literal(Source.ENV_FILE, line + shift, key) for line, key in ((1, "A"), (2, "A"), (3, ""), (4, ""))]
        return [one.aspect for one in no_secret_literals(facts(Source.ENV_FILE, *found)) if one.outcome == "fail"]

    assert aspects(0) == aspects(7) == ["A", "A 2", "value of a secret variable", "value of a secret variable 2"]
