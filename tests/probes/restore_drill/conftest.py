from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

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
