"""Counts what the audit sends, and keeps it within its budget."""

from __future__ import annotations

import threading
from collections import Counter

from auditor.errors import Unavailable


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

    def count_connection(self, host: str) -> None:
        """Note one TCP connection."""
        with self._lock:
            self.connections += 1
            self.connections_by_host[host] += 1

    def count_query(self) -> None:
        """Note one statement sent to the database."""
        with self._lock:
            self.queries += 1
