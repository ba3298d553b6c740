"""Counts what the audit sends, and keeps it within its budget."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

from auditor.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a host refused by 429 (RFC 6585 section 4)."""

    after: int
    """Other answers that it had given before the first refusal."""
    count: int
    retry_after: str
    """Of the last."""
    at: float
    """When the last came, by the monotonic clock."""


class Traffic:
    """What was sent so far.

    Args:
        max_requests: how many HTTP requests the whole audit may send (``[env.*.network] max_requests``).
    """

    def __init__(self, max_requests: int) -> None:
        self.max_requests = max_requests
        self.requests = 0
        """HTTP requests, those that got no answer included."""
        self.connections = 0
        """TCP connections that were established."""
        self.queries = 0
        """Statements sent to the database, those that frame a transaction included."""
        self.requests_by_host: Counter[str] = Counter()
        self.connections_by_host: Counter[str] = Counter()
        self.refusals_by_host: dict[str, Refusals] = {}
        self.answers_by_host: Counter[str] = Counter()
        """Answers other than refusals."""
        # probes may count from a worker thread too
        self._lock = threading.Lock()

    def spend_request(self, host: str) -> None:
        """Take one request out of the budget, before it is sent.

        Args:
            host: the name it is sent to.

        Raises:
            Unavailable: the budget is used up.
        """
        with self._lock:
            if self.requests >= self.max_requests:
                raise Unavailable(
                    f"the audit's budget of {self.max_requests} requests is used up",
                    "raise [env.*.network] max_requests, or select fewer checks",
                )
            self.requests += 1
            self.requests_by_host[host] += 1

    def note_answer(self, host: str, status: int, retry_after: str) -> None:
        """Note what a host answered.

        Args:
            host: the name that was asked.
            status: of the answer.
            retry_after: what it said of waiting; empty: nothing.
        """
        with self._lock:
            if status != 429:
                self.answers_by_host[host] += 1
                return
            known = self.refusals_by_host.get(host)
            after = known.after if known else self.answers_by_host[host]
            count = known.count + 1 if known else 1
            self.refusals_by_host[host] = Refusals(after, count, retry_after[:100], time.monotonic())

    def count_connection(self, host: str) -> None:
        """Note one TCP connection."""
        with self._lock:
            self.connections += 1
            self.connections_by_host[host] += 1

    def count_query(self) -> None:
        """Note one statement sent to the database."""
        with self._lock:
            self.queries += 1
