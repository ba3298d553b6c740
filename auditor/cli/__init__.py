"""The ``audit`` command: parses words, calls the engine, turns errors into one sentence and an exit code.

Commands are imported when they are used, and import what is heavy inside their functions: ``audit --version`` and
``audit list`` must answer at once.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import threading
from typing import Any

import click

from auditor import __version__
from auditor.errors import AuditError, UsageError

USAGE, INTERNAL, INTERRUPTED = 2, 4, 130

COMMANDS = {
    "run": "auditor.cli.run",
    "list": "auditor.cli.list_checks",
    "explain": "auditor.cli.explain",
    "doctor": "auditor.cli.doctor",
    "demo": "auditor.cli.demo",
    "lab": "auditor.cli.lab",
    "report": "auditor.cli.report",
    "waive": "auditor.cli.waive",
    "schema": "auditor.cli.schema",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order of the documentation."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        module = COMMANDS.get(cmd_name)
        return importlib.import_module(module).command if module else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with a suggestion for a name that is close to a command's."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean `audit {close[0]}`?" if close else "see `audit --help`"
            ctx.fail(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ready, 1 blocked, 2 usage or checklist error, 3 unproven, 4 internal error, 130 interrupted.",
)
@click.version_option(__version__, prog_name="audit", message="%(prog)s %(version)s")
def cli() -> None:
    """Prove, on the live stack, that a release is ready for production."""


def main() -> None:
    """Entry point of the ``audit`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a sign shows its number
    code = invoke(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if any(not t.daemon and t is not threading.main_thread() for t in threading.enumerate()):
        os._exit(code)  # a plugin's thread must not keep a finished audit alive
    sys.exit(code)


def invoke(arguments: list[str]) -> int:
    """Run the command line and say how it ended.

    Args:
        arguments: without the program's name.
    """
    try:
        result = cli.main(args=arguments, prog_name="audit", standalone_mode=False)
        if isinstance(sys.stdout, io.TextIOBase):
            sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("audit: interrupted", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # click turns a broken pipe into an exit of its own
        return _reader_left()
    except OSError as error:
        return _say(UsageError(f"the output cannot be written: {error.strerror or error}"), INTERNAL)
    except UsageError as error:
        return _say(error, USAGE)
    except AuditError as error:
        return _say(error, INTERNAL)
    except BaseException as error:  # noqa: BLE001  the last guard: a sentence and exit code 4, never a traceback
        return _internal(error, verbose="-v" in arguments or "--verbose" in arguments)
    return result if isinstance(result, int) else 0


def _say(error: AuditError, code: int) -> int:
    for line in _redacted(str(error)).splitlines():
        _tell(f"audit: {line}")
    return code


def _tell(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def _internal(error: BaseException, *, verbose: bool) -> int:
    import traceback

    _tell(_redacted(f"audit: internal error: {type(error).__name__}: {error}"))
    if verbose:
        _tell(_redacted("".join(traceback.format_exception(error))))
    else:
        _tell("audit: this is a defect of the audit; run again with -v for the traceback")
    return INTERNAL


def _reader_left() -> int:
    """The reader of our output is gone (``audit list | head``): nothing to say, and nobody to say it to."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _redacted(text: str) -> str:
    from auditor.redact import IN_FORCE, MET, Redactor, environment_secrets
    from auditor.text import clean, encodable

    for redactor in (*IN_FORCE, Redactor(environment_secrets(os.environ), MET)):
        text = redactor.text(text)
    return encodable(clean(text))


def fail(message: str) -> Any:
    """Raise a usage error."""
    raise UsageError(message)
