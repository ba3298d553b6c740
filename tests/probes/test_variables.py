from __future__ import annotations

import subprocess

import pytest

from auditor.checklist.model import Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.sightings import Nature
from auditor.facts.variables import NameClass, PublicVariable, PublicVariables
from auditor.probes.variables import MAX_BYTES, public_variables, read_variables
from tests.probes.net.running import run

KEY = "sb_secret_" + "aB3" * 9


@pytest.fixture
def repository(tmp_path):
    def make(**files: str):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for command in (["init", "-q"], ["add", "-A", "-f"]):
            subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
        return tmp_path

    return make


def gather(root) -> PublicVariables:
    return run(public_variables(Environment("test", repository=root)))


def test_what_tracked_files_name(repository):
    root = repository(
        **{
            ".env": f"NEXT_PUBLIC_SERVICE_KEY={KEY}\nNEXT_PUBLIC_URL=https://a.test\nSECRET=x\n",
            ".env.example": "NEXT_PUBLIC_ACME_TOKEN=abc123\n",
            "src/a.ts": "f(process.env.NEXT_PUBLIC_URL, process.env.NEXT_PUBLIC_URL)",
            "node_modules/x/a.js": "f(process.env.NEXT_PUBLIC_JWT_SECRET)",
            "README.md": "NEXT_PUBLIC_JWT_SECRET",
        }
    )
    found = gather(root)
    assert found.files == (".env", ".env.example", "src/a.ts")
    assert [(v.name, v.class_, v.place, v.line, v.value_length) for v in found.variables] == [
        ("NEXT_PUBLIC_SERVICE_KEY", NameClass.SECRET, ".env", 1, len(KEY)),
        ("NEXT_PUBLIC_URL", NameClass.FINE, ".env", 2, 14),
        ("NEXT_PUBLIC_ACME_TOKEN", NameClass.REVIEW, ".env.example", 1, 0),
        ("NEXT_PUBLIC_URL", NameClass.FINE, "src/a.ts", 1, 0),
    ]
    assert found.variables[0].value_nature is Nature.SECRET
    assert found.gaps == ()
    assert KEY not in repr(found)


def test_prefixes_of_the_project(repository):
    root = repository(**{"web/vite.config.ts": "export default { envPrefix: 'ACME_' }", ".env": "ACME_JWT_SECRET=x1\n"})
    assert gather(root).variables == (
        PublicVariable("ACME_JWT_SECRET", NameClass.SECRET, ".env", 1, ".env file", value_length=2),
    )


def test_placeholders_are_no_values(repository):
    [one] = gather(repository(**{".env": "NEXT_PUBLIC_JWT_SECRET=your-secret-here"})).variables
    assert (one.class_, one.value_length) == (NameClass.SECRET, 0)


def test_long_files(repository):
    root = repository(**{".env": "A=b\n" * (MAX_BYTES // 4 + 1), "a.js": ";" * (MAX_BYTES + 1)})
    assert [gap.subject for gap in gather(root).gaps] == [".env"]


def test_files_that_are_gone_or_elsewhere(repository, tmp_path):
    root = repository(**{"a/.env": "NEXT_PUBLIC_A=b"})
    (root / ".env").symlink_to("/etc/passwd")
    assert read_variables(root, (".env", "gone/.env")) == PublicVariables((), (), ())


def test_no_repository(tmp_path):
    with pytest.raises(Unavailable):
        gather(tmp_path)
    with pytest.raises((Absent, Unavailable)):
        run(public_variables(Environment("test")))
