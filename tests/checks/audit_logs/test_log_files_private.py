from __future__ import annotations

import pytest

from auditor.facts.log_files import LogFile
from checks.audit_logs.log_files_private import log_files_private
from tests.checks.audit_logs.sample import NOW, logs, outcomes, source


@pytest.mark.parametrize(
    ("readable", "root", "expected"),
    [
        (False, "", ["pass"]),
        (True, "", ["fail"]),
        (False, "/app/public", ["fail"]),
        (True, "/app/public", ["fail", "fail"]),
    ],
)
def test_files(readable, root, expected):
    file = LogFile("/var/log/app.log", 1, NOW, "0640", readable, root)
    assert outcomes(log_files_private(logs(source(files=(file,)), source("database", files=(file,))))) == expected


def test_no_files():
    assert outcomes(log_files_private(logs(source(command=True)))) == ["not-applicable"]
    assert outcomes(log_files_private(logs(source(problem="no file matches")))) == ["error"]
