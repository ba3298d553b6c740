"""Runs another scanner over a folder: ``python rivals.py NAME FOLDER`` prints what it found as JSON.

It runs under the Python that has the scanner, which need not have the audit: so it imports the standard library alone.
"""

import contextlib
import io
import json
import sys
import time
from pathlib import Path


def kingfisher(folder: Path) -> dict[str, int]:
    from kingfisher_sdk import Scanner

    scanner = Scanner()
    return {path.name: len(list(scanner.scan(path.read_bytes()))) for path in sorted(folder.iterdir())}


def detect_secrets(folder: Path) -> dict[str, int]:
    from detect_secrets.core import scan
    from detect_secrets.settings import default_settings

    with default_settings(), contextlib.redirect_stderr(io.StringIO()):
        return {path.name: len(list(scan.scan_file(str(path)))) for path in sorted(folder.iterdir())}


if __name__ == "__main__":
    scan = {"kingfisher": kingfisher, "detect-secrets": detect_secrets}[sys.argv[1]]
    begun = time.perf_counter()
    found = scan(Path(sys.argv[2]))
    print(json.dumps({"seconds": time.perf_counter() - begun, "found": found}))
