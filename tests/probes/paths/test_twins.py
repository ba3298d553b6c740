from __future__ import annotations

import pytest

from auditor.probes.paths.table import rows
from auditor.probes.paths.twins import Twin, twins


@pytest.mark.parametrize(
    ("path", "siblings", "cousins"),
    [
        ("/", [], []),
        ("/.env", ["/.x", "/x.env"], ["/x/.env"]),
        ("/.env.local", ["/.x.local"], ["/x/.env.local"]),
        ("/api/.env", ["/api/.x", "/api/x.env"], ["/x/.env"]),
        ("/.git/HEAD", ["/.git/x"], ["/.x/HEAD"]),
        ("/.git/logs/HEAD", ["/.git/logs/x"], ["/.x/logs/HEAD"]),
        ("/static../.env", ["/static../.x", "/static../x.env"], ["/x../.env"]),
        ("/dump.sql", ["/x.sql"], ["/x/dump.sql"]),
        ("/backup.tar.gz", ["/x.gz"], ["/x/backup.tar.gz"]),
        ("/Dockerfile", ["/x"], ["/x/Dockerfile"]),
        ("/static/", ["/x/"], ["/x/static/"]),
        ("/_next/static/", ["/_next/x/"], ["/x/static/"]),
        ("/.git/", ["/.x/", "/x.git/"], ["/x/.git/"]),
        ("/.vscode/sftp.json", ["/.vscode/x.json"], ["/.x/sftp.json"]),
    ],
)
def test_twins(path, siblings, cousins):
    assert twins(path, "x") == (*(Twin(p, sibling=True) for p in siblings), *(Twin(p, sibling=False) for p in cousins))


def test_every_path_but_the_root_has_a_sibling_that_is_not_itself():
    for path, _ in rows():
        found = twins(path, "x1")
        assert path == "/" or any(twin.sibling for twin in found)
        assert path not in {twin.path for twin in found}
        assert all(twin.path.endswith("/") == path.endswith("/") for twin in found)
