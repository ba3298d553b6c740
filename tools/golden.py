"""Writes the expected reports of the tests: read the diff before committing it."""

from __future__ import annotations

from pathlib import Path

from auditor.report import console, html, json_v1, markdown
from tests.report.sample import full

GOLDEN = Path(__file__).parents[1] / "tests" / "report" / "golden"


def expected() -> dict[str, str]:
    """File name to its text."""
    report = full()
    return {
        "report.json": json_v1.render(report),
        "report.md": markdown.render(report),
        "report.html": html.render(report),
        "console-80.txt": console.render(report, width=80),
        "console-100.txt": console.render(report, width=100),
        "console-120.txt": console.render(report, width=120),
        "console-ascii.txt": console.render(report, width=80, ascii_only=True),
        "console-colour.txt": console.render(report, width=80, styled=True),
    }


def main() -> None:
    """Write every file that differs."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    texts = expected()
    for path in GOLDEN.iterdir():
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        path = GOLDEN / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
