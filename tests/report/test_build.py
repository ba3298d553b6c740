from __future__ import annotations

import subprocess
import sys

from auditor.redact import Redactor
from auditor.report.build import without_secrets
from auditor.report.model import ChecklistFile, Ci, Git, Run
from tests.conftest import NOW

TOKEN = "ghp_" + "a1B2" * 9
MASK = "ghp_[redacted GitHub token, 40 characters]"
COMMIT, DIGEST, ID = "e33601bc" * 5, "0a1b2c3d" * 8, "12ab34cd" * 4


def run(word: str) -> Run:
    return Run(
        id=ID,
        env="prod",
        started_at=NOW,
        finished_at=NOW,
        duration_s=1.0,
        deadline_s=120.0,
        checklist=ChecklistFile(path=f"{word}/checklist.toml", sha256=DIGEST),
        git=Git(commit=COMMIT, branch=f"fix-{word}", dirty=False),
        ci=Ci(provider="github", url=f"https://ci.example.com/{word}"),
    )


def test_what_others_have_written_into_a_run_is_redacted_and_its_ids_are_not():
    assert without_secrets(run(TOKEN), Redactor()) == run(MASK)


def test_ids_are_no_reason_to_load_the_table_of_rules():
    script = (
        "import sys\n"
        "from auditor.redact import Redactor\n"
        "from auditor.report.build import without_secrets\n"
        "from tests.report.test_build import run\n"
        "without_secrets(run('main'), Redactor())\n"
        "print('auditor.probes.secrets.scanner' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
