"""What only several keys together can tell: contradictions, and files that must be there.

Works on the data as read, so that it finds its problems even where the structure has others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.checklist.lines import Key, dotted, quoted
from auditor.checklist.problems import Problems, suggest
from auditor.checklist.variables import Pending


def table(data: object, *names: str) -> Mapping[str, Any]:
    """A table inside the data; empty when it is not there or is something else."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def chosen(data: Mapping[str, Any], name: str, problems: Problems) -> None:
    """Note that the environment is not in the checklist."""
    known = table(data, "env")
    if name in known:
        return
    if not known:
        problems.add(
            ("env",), "the checklist has no environment", f"add a table [{dotted(('env', name))}], or see `audit init`"
        )
        return
    names = [dotted((known_name,)) for known_name in known]
    close = suggest(name, names, "environments")
    remedy = close if close.startswith("environments") else f"{close} environments: {', '.join(names)}"
    problems.add(("env",), f"there is no environment {quoted(name)}", remedy)


def environments(data: Mapping[str, Any], problems: Problems) -> None:
    """Note contradictions in each environment, chosen or not."""
    for name, settings in table(data, "env").items():
        if isinstance(settings, dict):
            _trust(("env", name, "tls"), table(settings, "tls"), problems)
            _backups(("env", name, "backups"), settings.get("backups"), problems)
            _logs(("env", name, "logs"), settings.get("logs"), problems)


def files(data: Mapping[str, Any], name: str, folder: Path, problems: Problems) -> None:
    """Note files of the chosen environment that are not there."""
    value = table(data, "env", name, "tls").get("ca_file")
    if isinstance(value, str) and not isinstance(value, Pending) and not _is_file(folder, value):
        problems.add(("env", name, "tls", "ca_file"), "there is no such file", f"looked in {folder}")


def plugins(data: Mapping[str, Any], problems: Problems) -> None:
    """Note plugins that name both a module and a path, or neither."""
    listed = data.get("plugins")
    for position, plugin in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(plugin, dict):
            continue
        if "${" in str(plugin.get("path")):
            problems.add(("plugins", position, "path"), "in plugins ${NAME} is not replaced", "write the path itself")
        if ("module" in plugin) == ("path" in plugin):
            problems.add(("plugins", position), "a plugin needs exactly one of module and path", "keep or add one")


def _trust(key: Key, tls: Mapping[str, Any], problems: Problems) -> None:
    if tls.get("trust") in ("custom", "both") and "ca_file" not in tls:
        problems.add(
            (*key, "trust"), f'trust = "{tls["trust"]}" needs ca_file', "add ca_file with the certificates to trust"
        )


def _backups(key: Key, backups: object, problems: Problems) -> None:
    if not isinstance(backups, dict):
        return
    if not backups:
        problems.add(
            key, "this names no source", 'add dumps, pgbackrest_info or another; without backups, absent = ["backups"]'
        )
    if "command" in backups and isinstance(backups.get("pgbackrest_info"), dict):
        problems.add((*key, "command"), "this is a second command", "keep this or pgbackrest_info.command")


def _logs(key: Key, logs: object, problems: Problems) -> None:
    if isinstance(logs, dict) and not logs:
        problems.add(key, "this names no log", 'add application and database; without logs, absent = ["logs"]')


def _is_file(folder: Path, value: str) -> bool:
    try:
        return (folder / value).is_file()
    except (OSError, ValueError):
        return False
