from __future__ import annotations

import time
from contextlib import contextmanager

import pytest


@pytest.fixture
def clock():
    """Fails when what is done inside takes longer than so many seconds of the processor."""

    @contextmanager
    def within(seconds: float):
        started = time.process_time()
        yield
        assert time.process_time() - started < seconds

    return within
