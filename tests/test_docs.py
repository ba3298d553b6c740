"""What is generated is fresh."""

from __future__ import annotations

from tools.docs import ROOT, stale


def test_generated_files_are_fresh():
    assert [str(path.relative_to(ROOT)) for path in stale()] == []
