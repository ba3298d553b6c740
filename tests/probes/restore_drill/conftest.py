from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from auditor.probes.restore_drill.server import Server
from tests.probes.restore_drill import servers


@pytest.fixture(scope="session")
def live():
    """The samples' database, in the wheel's PostgreSQL."""
    with servers.server() as running:
        servers.fill(running)
        yield running


@pytest.fixture
def place(monkeypatch, tmp_path_factory):
    """A temporary folder of the drill's own, which must be empty in the end."""
    tmp_path_factory.getbasetemp()  # its own place is chosen before
    folder = Path(tempfile.mkdtemp(prefix="d-"))
    folder.chmod(0o711)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None
    left = sorted(path.name for path in folder.iterdir())
    shutil.rmtree(folder, ignore_errors=True)
    assert left == []


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Where the first cluster of a session is kept."""
    return tmp_path_factory.mktemp("template") / "data"


@pytest.fixture
def one_initdb(monkeypatch, template):
    """Copies the first cluster instead of making others: most of a small drill's time is initdb."""
    real = Server.initialize

    async def initialize(self, encoding):
        if not template.exists():
            await real(self, encoding)
            shutil.copytree(self.data, template)
            return
        shutil.copytree(template, self.data)
        self.scratch.give(self.data, *self.data.rglob("*"))

    monkeypatch.setattr(Server, "initialize", initialize)
