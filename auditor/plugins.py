"""Loads the checks and probes that the checklist names as plugins. Nothing is loaded because it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from auditor.checklist.model import Plugin
from auditor.errors import UsageError
from auditor.registry import collect, modules


def plugin_modules(plugins: Iterable[Plugin]) -> list[ModuleType]:
    """The modules of every plugin, in order.

    Raises:
        UsageError: one cannot be imported; the message names it and the cause.
    """
    found: list[ModuleType] = []
    for plugin in plugins:
        loaded = _load(plugin)
        registry = collect(loaded)
        if not registry.checks and not registry.probes:
            raise UsageError(
                f"the plugin {plugin.module or plugin.path} declares no check and no probe; "
                "decorate a function of its own with @check or @probe"
            )
        found += loaded
    return found


def _load(plugin: Plugin) -> list[ModuleType]:
    name = plugin.module or str(plugin.path)
    try:
        return modules(plugin.module) if plugin.module else _from_path(plugin.path or Path())
    except UsageError:
        raise
    except (Exception, SystemExit) as error:  # code of others: whatever it raises, it is their plugin
        raise UsageError(f"the plugin {name} cannot be loaded: {type(error).__name__}: {error}") from error


def _from_path(path: Path) -> list[ModuleType]:
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    if not path.exists() or not files:
        raise UsageError(f"the plugin path {path} holds no Python file; correct [[plugins]] path")
    return [_from_file(file, path) for file in files]


def _from_file(file: Path, root: Path) -> ModuleType:
    """Import one file under a name that shows its folder, since the folder names the item."""
    base = root.parent if root.is_dir() else file.parent
    name = "audit_plugin_" + ".".join(file.relative_to(base).with_suffix("").parts).replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError(f"the plugin file {file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
