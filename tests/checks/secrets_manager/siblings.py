"""What ENV001 and its siblings have in common: one wording, each about its own kind of file."""

from __future__ import annotations

from auditor.facts.repository import DEFAULT_VALUE, ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, passed, unproven


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


def the_tests(check, source, none):
    """The tests that each of them has to pass, as a class.

    Args:
        check: one of them.
        source: the kind of file that it is about.
        none: what it says when no such file is tracked.
    """

    class Tests:
        def test_clean(self):
            assert list(check(facts(source))) == [clean("a", "b")]

        def test_written_out(self):
            assert list(check(facts(source, literal(source)))) == [FOUND, clean("b")]

        def test_what_others_tell(self):
            others = [literal(source, development=True), literal(source, kind=DEFAULT_VALUE, development=True)]
            others.append(literal(Source.OTHER))
            assert list(check(facts(source, *others))) == [clean("a", "b")]

        def test_default_values(self):
            """Told here where no other check looks for them."""
            told = source in (Source.DOCKERFILE, Source.FRONTEND, Source.INFRASTRUCTURE, Source.NOTEBOOK)
            outcomes = [finding.outcome for finding in check(facts(source, literal(source, kind=DEFAULT_VALUE)))]
            assert outcomes == (["fail", "pass"] if told else ["pass"])

        def test_no_such_file(self):
            assert list(check(facts(Source.OTHER, literal(Source.OTHER)))) == [not_applicable(none)]

        def test_nothing_tracked(self):
            """An empty checkout proves nothing."""
            reason = "git tracks no file here: there is nothing that could be judged"
            assert list(check(SecretLiterals((), ()))) == [unproven("*", reason, "point `repository` at a checkout")]

        def test_what_nobody_could_read(self):
            unread = (
                UnreadFile("b", source, "b cannot be read", "hint"),
                UnreadFile("c", Source.OTHER, "c cannot be read"),
            )
            assert list(check(facts(source, unread=unread))) == [
                unproven("b", "b cannot be read", "hint", aspect="b cannot be read"),
                clean("a"),
            ]

    return Tests
