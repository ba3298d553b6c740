"""Asks one origin for paths, each once, within bounds, and gives up when asking makes no sense any more."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

from auditor.errors import Unavailable
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.paths.seen import CLOSED, Seen, range_is_odd, same_place, seen_of

FIRST_BYTES = 4096
"""What is asked for of a file."""
MAX_BODY = 65_536
"""What is kept when the server sends more than that."""
MAX_WHOLE = 262_144
"""What is kept of a page, and of a file that was found, to look for secrets in it."""
PAUSE = 0.25
"""Seconds before a busy server is asked again, unless it wants more; twice as many after each time it is busy still."""

_SECONDS = 8.0
"""For one answer."""
_LONGEST_PAUSE = 8.0
_AT_ONCE = 8
"""As many as the audit sends to a host by default: who has to wait longer would not hear that the rest is given up."""
_MOST_SILENT = 3
"""Paths without an answer in time, before the rest is not asked for."""
_MOST_BUSY = 6
"""Times in a row that a server is busy still, before the rest is given up."""


class Asker:
    """What one origin answers.

    Args:
        http: the audit's way.
        origin: scheme, host and port.
    """

    def __init__(self, http: Http, origin: str) -> None:
        self.origin = origin
        self.requests = 0
        self.seen: dict[str, Seen] = {}
        """By path, the last answer."""
        self.failed: dict[str, Unavailable] = {}
        """By path, why there is no answer."""
        self.statuses: Counter[int] = Counter()
        self.spent = False
        """Whether the audit's own budget is used up."""
        self._http = http
        self._silent = 0
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def all(self, paths: Iterable[str], *, part: bool = True) -> None:
        """Ask for many at once, as many as the audit's limit for a host lets through."""
        await asyncio.gather(*(self.ask(path, part=part) for path in paths))

    async def ask(self, path: str, *, part: bool = True) -> None:
        """Ask for one path, unless its answer is known.

        Args:
            path: with its slash.
            part: its first bytes only; else everything, within bounds.
        """
        try:
            async with self._turns:
                if path not in self.seen and self._silent < _MOST_SILENT:
                    await self._ask(path, part)
        except Unreachable as failure:
            self._note(path, failure)
        except Unavailable as failure:  # the budget is used up
            self.failed[path] = failure
            self.spent = True

    async def whole(self, path: str) -> None:
        """Ask again for a file whose beginning is known, for more of it; what is known stays when that fails."""
        known = self.seen[path]
        if known.whole or not known.text:
            return
        del self.seen[path]
        await self.ask(path, part=False)
        if path not in self.seen or not self.seen[path].served:
            self.seen[path] = known

    async def again(self, paths: Iterable[str]) -> None:
        """Ask once more, one by one and ever more slowly, for paths that a busy server turned away."""
        pause, busy = PAUSE, 0
        for path in paths:
            known = self.seen.get(path)
            wanted = max(pause, known.retry_after if known else 0.0)
            if wanted > _LONGEST_PAUSE or busy >= _MOST_BUSY:
                return
            await asyncio.sleep(wanted)
            await self._anew(path)
            busy = busy + 1 if self.is_busy(path) else 0
            pause = pause * 2 if busy else max(PAUSE, pause / 2)

    async def _anew(self, path: str) -> None:
        known = self.seen.pop(path, None)
        try:
            await self.ask(path)
        finally:
            if known:
                self.seen.setdefault(path, known)

    def is_busy(self, path: str) -> bool:
        """Whether the last answer says nothing about the path: a limiter's, a proxy's, a server error's, or none."""
        seen = self.seen.get(path)
        return seen is None or seen.status == 429 or seen.status >= 500

    async def _ask(self, path: str, part: bool) -> None:
        answer = await self._get(path, part=part)
        if part and range_is_odd(answer):
            answer = await self._get(path, part=False)
        seen = seen_of(path, self.origin + path, answer)
        if there := same_place(seen, self.origin + path):
            seen = seen_of(path, self.origin + there, await self._get(there, part=part))
        self._keep(path, seen)

    async def _get(self, path: str, *, part: bool) -> Response:
        self.requests += 1
        # what is sent compressed cannot be cut into parts without harm
        headers = [("Accept-Encoding", "identity")] + [("Range", f"bytes=0-{FIRST_BYTES - 1}")] * part
        # certificates are judged elsewhere, and hide nothing else
        return await self._http.get(
            self.origin + path,
            headers=headers,
            deadline=_SECONDS,
            max_body=MAX_BODY if part else MAX_WHOLE,
            verify=False,
        )

    def _note(self, path: str, failure: Unreachable) -> None:
        if failure.kind is Failure.RESET:
            self._keep(path, Seen(path, CLOSED))
            return
        self._silent += failure.kind is Failure.TIMEOUT
        self.failed[path] = failure

    def _keep(self, path: str, seen: Seen) -> None:
        self.failed.pop(path, None)
        self.seen[path] = seen
        self.statuses[seen.status] += 1
