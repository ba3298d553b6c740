"""What several commands ask for on the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from auditor.checklist.model import Checklist

F = TypeVar("F", bound=Callable[..., Any])

FORMAT = click.option(
    "--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)


def environment_options(command: F) -> F:
    """``--config``, ``--env`` and ``--env-file``."""
    for option in (
        click.option("--env-file", type=click.Path(path_type=Path), help="A .env file with values for ${NAME}."),
        click.option("--env", required=True, metavar="NAME", help="The environment: [env.NAME] of the checklist."),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Default: the nearest checklist.toml upward.",
        ),
    ):
        command = option(command)
    return command


def load_checklist(config: Path | None, env: str, env_file: Path | None) -> Checklist:
    """The checklist that the options name.

    Raises:
        ChecklistError: there is none, or it cannot be used.
    """
    from auditor.checklist.load import find, load

    return load(config or find(Path.cwd()), env, environ=os.environ, env_file=env_file)
