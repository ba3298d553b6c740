"""Who looks for the names of variables in which kind of served file."""

from __future__ import annotations

from collections.abc import Callable

from auditor.facts.served import FileKind
from auditor.facts.variables import PublicVariable
from auditor.probes.script_names import script_variables, settings_variables
from auditor.probes.site.readers import OfFile, Readers
from auditor.probes.sourcemaps import named_values


def name_readers() -> Readers:
    """Fresh readers of names, for one site."""
    names, given = _of_text(script_variables), _of_text(settings_variables)
    code = (names, given)
    return Readers(
        {
            FileKind.PAGE: code,
            FileKind.SCRIPT: code,
            FileKind.WORKER: code,
            FileKind.DATA: (names,),
            FileKind.SETTINGS: (_of_text(_all_settings),),
        },
        (named_values,),
    )


def _all_settings(url: str, text: str) -> list[PublicVariable]:
    found = settings_variables(url, text, whole=True)
    told = {one.name for one in found}
    return found + [one for one in script_variables(url, text) if one.name not in told]


def _of_text(read: Callable[[str, str], list[PublicVariable]]) -> OfFile:
    return lambda data, url: read(url, data.decode("utf-8", "replace"))
