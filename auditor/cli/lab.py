"""``audit lab``: the local stack, to try the audit on."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def command() -> None:
    """Run a whole local stack to audit."""


@command.command()
@click.option("--profile", type=click.Choice(["insecure", "hardened"]), required=True)
@click.option("--dir", "directory", type=click.Path(path_type=Path), required=True, help="For its checklist and files.")
def up(profile: str, directory: Path) -> None:
    """Start the stack and keep it running in the foreground; its checklist's path is the first line on stdout."""
    from auditor.lab import Profile, serve_forever

    serve_forever(Profile(profile), directory)
