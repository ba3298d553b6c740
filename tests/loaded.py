"""Loads all that an audit uses, before :mod:`tests.warm` forks."""

from __future__ import annotations

import importlib

from auditor.cli import COMMANDS
from auditor.probes.secrets.spans import secret_spans
from auditor.registry import modules

for name in COMMANDS.values():
    importlib.import_module(name)
for package in ("checks", "auditor.probes", "auditor.report"):
    modules(package)
secret_spans("")  # compiles the table of rules
