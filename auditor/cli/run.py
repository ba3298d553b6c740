"""``audit run``: gather, judge, gate, report."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import environment_options, load_checklist
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.cli.output import Target
    from auditor.redact import Redactor
    from auditor.run import Audit


@click.command()
@environment_options
@click.option("--select", multiple=True, metavar="IDS", help="Only these checks: ids, prefixes, names or items.")
@click.option("--ignore", multiple=True, metavar="IDS", help="All but these checks.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help="Repeatable. console (default), json, markdown, html. No path or `-`: stdout, once at most.",
)
@click.option("--save-facts", type=click.Path(path_type=Path), metavar="FILE", help="Keep what was gathered, redacted.")
@click.option("--facts", type=click.Path(path_type=Path), metavar="FILE", help="Judge saved facts; send nothing.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="REPORT.json", help="Failures of this report do not block."
)
@click.option(
    "--fail-on",
    type=click.Choice(["mandatory", "recommended", "never"]),
    default="mandatory",
    show_default=True,
    help="What stops the release.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    default=120.0,
    show_default="120",
    metavar="SECONDS",
    help="For the whole run.",
)
@click.option("--drill", is_flag=True, help="Restore the newest backup into a scratch PostgreSQL, and compare.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the item titles.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on stderr but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Each fact and check on stderr, and tracebacks of crashes.")
def command(
    config: Path | None,
    env: str,
    env_file: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    reports: tuple[str, ...],
    save_facts: Path | None,
    facts: Path | None,
    baseline: Path | None,
    fail_on: str,
    deadline: float,
    drill: bool,
    lang: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Gather facts from the live stack, judge them, report, and exit with the verdict."""
    from auditor import run
    from auditor.cli.output import check_writable, parse_targets
    from auditor.cli.progress import listening
    from auditor.gate import FailOn, baseline_fingerprints
    from auditor.report import json_v1

    if math.isnan(deadline):
        raise UsageError("--deadline: not a number of seconds")
    targets = parse_targets(reports)
    if save_facts and (str(save_facts) == "-" or save_facts in [target.path for target in targets]):
        raise UsageError(f"--save-facts {save_facts}: give it a file of its own")
    check_writable([*(target.path for target in targets if target.path), *([save_facts] if save_facts else [])])
    known = frozenset[str]()
    if baseline:
        known = baseline_fingerprints(json_v1.load(baseline).model_dump(mode="json")["checks"])
    checklist = load_checklist(config, env, env_file)
    if drill:
        checklist = run.with_drill(checklist)
    options = run.Options(run.selectors(select), run.selectors(ignore), deadline, FailOn(fail_on), lang, known, facts)
    redactor = run.make_redactor(checklist, dict(os.environ))
    with listening(quiet=quiet, verbose=verbose, redactor=redactor) as listener:
        audit = run.run_audit(checklist, options, redactor, environ=dict(os.environ), listener=listener)
    if not quiet:
        with contextlib.suppress(OSError):
            click.echo(f"audit: {env}: {_headline(audit)}", err=True)
    return _write(audit, targets, save_facts, env, redactor)


def _headline(audit: Audit) -> str:
    from auditor.report.words import headline

    interrupted = "interrupted; " if audit.report.run.interrupted else ""
    return interrupted + headline(audit.report)


def _write(audit: Audit, targets: list[Target], save_facts: Path | None, env: str, redactor: Redactor) -> int:
    """Write all that was asked for; one that fails does not keep back the others."""
    from auditor import __version__, saved
    from auditor.cli.output import write_file, write_report
    from auditor.gate import ExitCode

    problems: list[str] = []
    if save_facts:
        text = saved.save(
            audit.facts,
            redactor,
            version=__version__,
            env=env,
            targets=audit.targets,
            gathered_at=audit.gathered_at,
            traffic=audit.traffic,
        )
        try:
            write_file(save_facts, text)
        except UsageError as error:
            problems.append(str(error))
    # files first: a reader of stdout that leaves early must not cost them
    for target in sorted(targets, key=lambda target: target.path is None):
        try:
            write_report(audit.report, target, redactor)
        except UsageError as error:
            problems.append(str(error))
    for problem in problems:
        with contextlib.suppress(OSError):
            click.echo(f"audit: {problem}", err=True)
    if problems and audit.exit_code in (ExitCode.READY, ExitCode.UNPROVEN):
        return int(ExitCode.INTERNAL)
    return int(audit.exit_code)
