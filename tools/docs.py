"""Writes everything that is generated: pages of the checks, schemas, and the marked parts of the README.

``python -m tools.docs --check`` says what is stale instead, and exits with 1.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from auditor.cli import cli
from auditor.cli.explain import markdown
from auditor.cli.list_checks import rows
from auditor.cli.schema import schema
from auditor.registry import builtin_checks

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_BLOCK = r"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file and what it should hold."""
    checks = builtin_checks().checks
    for check in checks:
        yield ROOT / "docs" / "checks" / f"{check.id}.md", markdown(check) + "\n"
    yield ROOT / "docs" / "checks" / "README.md", _index()
    for document in ("report", "checklist", "facts"):
        text = json.dumps(schema(document), indent=2, ensure_ascii=False) + "\n"
        yield ROOT / "docs" / "schema" / f"{document}-v1.json", text
    yield README, readme(README.read_text(encoding="utf-8"))


def readme(text: str) -> str:
    """The README with its marked blocks made anew."""
    for name, content in (("help", _help()), ("checks", _table("docs/checks/"))):
        text = re.sub(
            _BLOCK.format(name=name), lambda m, content=content: f"{m[1]}{content}\n{m[2]}", text, flags=re.DOTALL
        )
    return text


def _help() -> str:
    parts = []
    for arguments in ([], ["run"]):
        done = CliRunner().invoke(cli, [*arguments, "--help"], prog_name="audit", terminal_width=100)
        parts.append(f"$ {' '.join(['audit', *arguments, '--help'])}\n{done.output.rstrip()}")
    return "```console\n" + "\n\n".join(parts) + "\n```"


def _index() -> str:
    return f"# The checks\n\nGenerated from their docstrings by `make docs`.\n\n{_table('')}\n"


def _table(base: str) -> str:
    lines = ["| Id | Name | Item | Level | Severity | Title |", "|---|---|---|---|---|---|"]
    for id_, name, item, level, severity, title in rows(builtin_checks().checks):
        lines.append(f"| [{id_}]({base}{id_}.md) | {name} | {item} | {level} | {severity} | {title} |")
    return "\n".join(lines)


def stale() -> list[Path]:
    """Generated files that are not what they should be, and pages of checks that no longer exist."""
    files = dict(generated())
    wrong = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return wrong + [page for page in (ROOT / "docs" / "checks").glob("*.md") if page not in files]


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare."""
    wrong = stale()
    for path in wrong:
        print(f"{'stale' if '--check' in arguments else 'wrote'} {path.relative_to(ROOT)}")
    if "--check" in arguments:
        return 1 if wrong else 0
    files = dict(generated())
    for path in wrong:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
