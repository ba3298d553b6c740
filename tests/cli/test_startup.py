"""Start-up is a feature: what answers at once imports nothing heavy. Judged by module names, not by time."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pydantic", "rich", "httpx", "psycopg", "cryptography", "asyncio", "h11", "yaml", "tomlkit"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["list"],
        ["list", "--format", "json"],
        ["explain", "RLS001"],
        ["explain", "rls-enabled", "--format", "markdown"],
    ],
)
def test_light_commands_import_nothing_heavy(arguments):
    script = (
        "import sys\n"
        "from auditor.cli import invoke\n"
        f"code = invoke({arguments!r})\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout
    assert {name.partition(".")[0] for name in done.stderr.split()} & HEAVY == set()


def test_explaining_one_check_imports_no_other():
    script = (
        "import sys\n"
        "from auditor.cli import invoke\n"
        "code = invoke(['explain', 'RLS001'])\n"
        "print(*(name for name in sys.modules if name.startswith('checks.')), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["checks.rls", "checks.rls.rls_enabled"]
