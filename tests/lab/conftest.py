"""One stack of each profile, shared by all tests that only look at it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from auditor.lab import Profile, running

SHARED = {"hardened", "insecure", "stack"}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Marks what starts a stack, and keeps what shares one in the same process."""
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        if SHARED & {*item.fixturenames}:
            item.add_marker(pytest.mark.lab)
            item.add_marker(pytest.mark.xdist_group("lab"))
        elif "lab_script" in item.fixturenames:
            item.add_marker(pytest.mark.lab)


def _run(profile, factory, record):
    started = time.monotonic()
    with running(profile, factory.mktemp(profile.value)) as stack:
        record(f"lab_{profile}_ready_s", round(time.monotonic() - started, 2))
        yield stack


@pytest.fixture(scope="session")
def insecure(tmp_path_factory, record_testsuite_property):
    yield from _run(Profile.INSECURE, tmp_path_factory, record_testsuite_property)


@pytest.fixture(scope="session")
def hardened(tmp_path_factory, record_testsuite_property):
    yield from _run(Profile.HARDENED, tmp_path_factory, record_testsuite_property)


@pytest.fixture(params=Profile)
def stack(request):
    """Each of the two in turn."""
    return request.getfixturevalue(request.param.value)
