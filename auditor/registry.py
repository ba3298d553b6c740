"""Declares checks and probes, finds them, and proves that they fit together before anything runs.

A check's parameters name the facts it needs, a probe's return annotation names the fact it provides: the type is the
wiring. Nothing is registered by hand; a check is found because its file is in ``checks/<item>/``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

from auditor.errors import Problem, WiringError
from auditor.model import Level, Severity

F = TypeVar("F", bound=Callable[..., Any])

_CHECK = "__audit_check__"
_PROBE = "__audit_probe__"
_ID = re.compile(r"[A-Z]{2,6}[0-9]{3}")
_SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Check:
    """A pure function from facts to findings, and what is declared about it."""

    id: str
    name: str
    """Kebab-case slug: the function's name."""
    item: str
    level: Level
    """``mandatory`` where its item is mandatory, else ``recommended``."""
    severity: Severity
    references: tuple[str, ...]
    title: str
    """First line of the docstring."""
    text: str
    """The rest of the docstring, Markdown."""
    function: Callable[..., Any]

    def section(self, heading: str) -> str:
        """A ``## heading`` section of the text; empty when there is none."""
        parts = _SECTION.split(self.text)
        bodies = (part.strip("\n").rstrip() for part in parts[2::2])
        sections: dict[str, str] = dict(zip(parts[1::2], bodies, strict=True))
        return sections.get(heading, "")

    @property
    def why(self) -> str:
        """Why it matters."""
        return self.section("Why it matters")

    @property
    def fix(self) -> str:
        """How to fix it; ``{subject}`` stands for the subject of a finding."""
        return self.section("How to fix it")

    def needs(self) -> tuple[type, ...]:
        """The fact types that it takes, in the order of its parameters."""
        return _needs(self.function)


@dataclass(frozen=True, slots=True)
class Probe:
    """A function that provides one fact, from the network, the database, the disk or other facts."""

    function: Callable[..., Any]
    deadline: float
    """Seconds, once the facts that it needs are there."""
    last: int
    """Not 0 when it must run alone, after all with a lower number: it disturbs what they look at."""

    @property
    def name(self) -> str:
        """Module and function, for messages."""
        return f"{self.function.__module__}.{self.function.__name__}"

    def needs(self) -> tuple[type, ...]:
        """The facts and capabilities that it takes."""
        return _needs(self.function)

    def provides(self) -> type:
        """The fact type of its return annotation."""
        return _hints(self.function)["return"]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Declared:
    id: str
    level: Level
    severity: Severity
    references: tuple[str, ...]
    item: str


def check(
    id: str,  # noqa: A002  the contract's own word
    *,
    level: Level,
    severity: Severity,
    references: Sequence[str] = (),
    item: str = "",
) -> Callable[[F], F]:
    """Declare a check.

    Args:
        id: such as ``RLS001``; two to six capitals and three digits, never reused.
        level: ``mandatory`` or ``recommended``; mandatory counts only in a mandatory item.
        severity: the harm when it fails.
        references: CWE, ASVS, CIS, RFC or URL.
        item: the checklist item; by default the folder that the file is in.
    """

    def declare(function: F) -> F:
        setattr(function, _CHECK, _Declared(id, level, severity, tuple(references), item))
        return function

    return declare


def probe(*, deadline: float = 20.0, last: int = 0) -> Callable[[F], F]:
    """Declare a probe; its return annotation is the fact that it provides.

    Args:
        deadline: seconds after which the fact counts as not gathered.
        last: 0, or: run alone, after all probes with a lower number. True is 1; 2 is for what uses up a limit that
            those with 1 would meet.
    """

    def declare(function: F) -> F:
        setattr(function, _PROBE, (deadline, last))
        return function

    return declare


@dataclass(frozen=True, slots=True)
class Registry:
    """All checks, by id, and all probes."""

    checks: tuple[Check, ...]
    probes: tuple[Probe, ...]

    def providers(self) -> dict[type, Probe]:
        """Fact type to its probe. Call after :func:`verify`."""
        return {probe.provides(): probe for probe in self.probes}


def modules(package: str) -> list[ModuleType]:
    """A package and every module below it, imported."""
    root = importlib.import_module(package)
    below = pkgutil.walk_packages(getattr(root, "__path__", ()), prefix=f"{package}.")
    return [root, *(importlib.import_module(info.name) for info in below)]


def collect(sources: Iterable[ModuleType]) -> Registry:
    """The checks and probes that the modules declare.

    Raises:
        WiringError: a declaration is malformed (id, docstring, duplicate id or name).
    """
    checks: list[Check] = []
    probes: list[Probe] = []
    for module in sources:
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            if declared := getattr(value, _CHECK, None):
                checks.append(_build(value, declared))
            elif declared := getattr(value, _PROBE, None):
                probes.append(Probe(value, *declared))
    checks.sort(key=lambda c: c.id)
    probes.sort(key=lambda p: p.name)
    if problems := [*_malformed(checks), *_duplicates(checks)]:
        raise WiringError(problems)
    return Registry(tuple(checks), tuple(probes))


def builtin_checks() -> Registry:
    """The shipped checks, without any probe: enough to list and explain, and quick to import."""
    return collect(modules("checks"))


def builtin_check(reference: str) -> Check | None:
    """The shipped check with that id (in any case) or name, and no other one imported: quick, to explain it.

    Its file is found by the rules of the house: it is called what the check is, and declares the id.

    Args:
        reference: such as ``RLS001`` or ``rls-enabled``.
    """
    stem = reference.lower().replace("-", "_")
    declares = re.compile(rf'@check\(\s*"{re.escape(reference.upper())}"').search
    root = importlib.import_module("checks")
    for folder in map(Path, root.__path__):
        for file in sorted(folder.glob("*/*.py")):
            if file.stem != "__init__" and (file.stem == stem or declares(file.read_text(encoding="utf-8"))):
                found = collect([importlib.import_module(f"checks.{file.parent.name}.{file.stem}")]).checks
                return next((c for c in found if reference.upper() == c.id or reference.lower() == c.name), None)
    return None


def verify(registry: Registry, *, given: Iterable[type], capabilities: Iterable[type]) -> None:
    """Prove that every check and probe can be fed.

    Args:
        registry: what :func:`collect` found.
        given: facts that are there from the start (policies).
        capabilities: what probes, and only probes, may take besides facts.

    Raises:
        WiringError: with every problem found.
    """
    given, capabilities = set(given), set(capabilities)
    problems = [p for one in registry.checks for p in _signature(one.function, returns=False)]
    problems += [p for one in registry.probes for p in _signature(one.function, returns=True)]
    if problems:
        raise WiringError(problems)
    provided: dict[type, Probe] = {}
    names: dict[str, type] = {}
    for one in registry.probes:
        fact = one.provides()
        if fact in provided or fact in given:
            other = provided[fact].name if fact in provided else "the checklist"
            problems.append(Problem(f"{one.name} provides {fact.__name__}, and so does {other}; keep one"))
        namesake = names.setdefault(fact.__name__, fact)
        if namesake is not fact:
            places = f"{namesake.__module__} and {fact.__module__}"
            problems.append(Problem(f"two facts are called {fact.__name__}: {places}", remedy="rename one"))
        provided[fact] = one
    problems += _feeding(registry, given | set(provided), capabilities)
    problems += _cycles(provided)
    if problems:
        raise WiringError(problems)


def _build(function: Callable[..., Any], declared: _Declared) -> Check:
    doc = inspect.getdoc(function) or ""
    title, _, text = doc.partition("\n")
    return Check(
        declared.id,
        function.__name__.replace("_", "-"),
        declared.item or _folder(function.__module__),
        declared.level,
        declared.severity,
        declared.references,
        title.strip().rstrip("."),
        textwrap.dedent(text).strip(),
        function,
    )


def _folder(module: str) -> str:
    parts = module.split(".")
    return parts[-2].replace("_", "-") if len(parts) > 1 else ""


def _malformed(checks: list[Check]) -> Iterable[Problem]:
    for one in checks:
        where = f"check {one.function.__module__}.{one.function.__name__}"
        if not _ID.fullmatch(one.id):
            yield Problem(
                f"{where} has the id {one.id!r}", remedy="an id is 2 to 6 capitals and 3 digits, such as RLS001"
            )
        if not one.title:
            yield Problem(f"{where} ({one.id}) has no docstring", remedy="its first line is the check's title")
        if one.level is Level.OFF:
            yield Problem(f"{where} ({one.id}) declares level off", remedy="only a checklist switches checks off")


def _duplicates(checks: list[Check]) -> Iterable[Problem]:
    for attribute in ("id", "name"):
        seen: dict[str, Check] = {}
        for one in checks:
            key = getattr(one, attribute)
            if key in seen:
                places = f"{seen[key].function.__module__} and {one.function.__module__}"
                yield Problem(f"two checks have the {attribute} {key!r}: {places}", remedy="rename one")
            seen[key] = one


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


def _needs(function: Callable[..., Any]) -> tuple[type, ...]:
    hints = _hints(function)
    return tuple(hints[name] for name in inspect.signature(function).parameters)


def _signature(function: Callable[..., Any], *, returns: bool) -> Iterable[Problem]:
    where = f"{function.__module__}.{function.__name__}"
    try:
        hints = _hints(function)
    except (NameError, TypeError, SyntaxError) as error:
        yield Problem(f"{where}: its annotations cannot be read: {error}", remedy="import the types at run time")
        return
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield Problem(f"{where}: the parameter *{parameter.name} cannot be wired", remedy="name each fact")
        elif parameter.name not in hints:
            yield Problem(
                f"{where}: the parameter {parameter.name!r} has no annotation", remedy="annotate it with a fact type"
            )
        elif not isinstance(hints[parameter.name], type):
            yield Problem(f"{where}: the parameter {parameter.name!r} is not annotated with a single type")
    if returns and not is_dataclass(hints.get("return")):
        yield Problem(
            f"{where}: a probe needs a return annotation that is a fact", remedy="a frozen dataclass of auditor.facts"
        )


def _feeding(registry: Registry, facts: set[type], capabilities: set[type]) -> Iterable[Problem]:
    for check_ in registry.checks:
        for need in check_.needs():
            if need in capabilities:
                yield Problem(
                    f"check {check_.id} takes {need.__name__}, which only probes may hold", remedy="take a fact"
                )
            elif need not in facts:
                yield Problem(f"check {check_.id} needs {need.__name__}, which no probe provides")
    for probe_ in registry.probes:
        for need in probe_.needs():
            if need not in facts and need not in capabilities:
                yield Problem(f"probe {probe_.name} needs {need.__name__}, which no probe provides")


def _cycles(provided: dict[type, Probe]) -> Iterable[Problem]:
    done: set[type] = set()

    def visit(fact: type, path: tuple[type, ...]) -> Iterable[Problem]:
        if fact in path:
            loop = " → ".join(t.__name__ for t in (*path[path.index(fact) :], fact))
            yield Problem(f"facts need each other in a circle: {loop}", remedy="break it in one of the probes")
            return
        if fact in done or fact not in provided:
            return
        for need in provided[fact].needs():
            yield from visit(need, (*path, fact))
        done.add(fact)

    for fact in provided:
        yield from visit(fact, ())
