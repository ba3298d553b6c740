"""Helm: values and templates. Templates are no YAML, and are read by their lines."""

from __future__ import annotations

import re

from auditor.facts.secrets_manager import Naming, Reach, Scope
from auditor.probes.managers.found import Found
from auditor.probes.managers.lines import lines_of

_NAME = r"(?m)^[ \t]*+(?:-[ \t]*+)?name:[ \t]*+[\"']?"
_CONTROL = r"(?:[ \t]*+\{\{[^\n]*\n){0,3}"
_KEY_REF = re.compile(
    _NAME
    + r"([A-Za-z_]\w{1,99})[\"']?[ \t]*+\n"
    + _CONTROL
    + r"[ \t]*+valueFrom:[ \t]*+\n"
    + _CONTROL
    + r"[ \t]*+secretKeyRef:"
)
_ENV_FROM = re.compile(r"(?m)^[ \t]*+envFrom:[ \t]*+\n(?:[^\n]*\n){0,6}?[ \t]*+(?:-[ \t]*+)?secretRef:")
_EXISTING = re.compile(
    r"(?m)^[ \t]*+(?:existingSecret(?:Name)?|secretName):[ \t]*+[\"']?([\w.-]{2,120})[\"']?[ \t]*+(?:#[^\n]*)?$"
)
_GIVEN = re.compile(_NAME + r"([A-Z]\w{1,99})[\"']?[ \t]*+\n[ \t]*+value:[ \t]*+[\"']?(\{\{|\$\()")


def of_chart(found: Found, text: str, scope: Scope = Scope.RUNTIME) -> None:
    """A file of values, or a template."""
    line = lines_of(text)
    for one in _KEY_REF.finditer(text):
        found.refer("Kubernetes secrets", line(one.start()), f"secretKeyRef of {one[1]}", one[1], scope=scope)
    for one in _ENV_FROM.finditer(text):
        found.refer("Kubernetes secrets", line(one.start()), "envFrom secretRef", scope=scope, reach=Reach.ALL)
    for one in _EXISTING.finditer(text):
        found.refer("Kubernetes secrets", line(one.start()), "a secret that is there", scope=scope, reach=Reach.PRESENT)
    if scope is Scope.RUNTIME:
        for one in _GIVEN.finditer(text):
            found.name(one[1], line(one.start()), Naming.PASSED)
