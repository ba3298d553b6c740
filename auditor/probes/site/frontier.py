"""What has been named and not yet been read, in the order in which it will be."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

from auditor.facts.served import FileKind
from auditor.probes.site import bounds


class How(IntEnum):
    """How firmly a file is named."""

    TAG = 0
    """By a tag, a manifest or the checklist: browsers load it."""
    TEXT = 1
    """By a string in a script that looks like an address."""
    GUESS = 2
    """By nothing: many sites have a file of this name."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that something names."""

    url: str
    kind: FileKind
    how: How = How.TAG
    by: str = ""
    """URL of the file that names it."""
    depth: int = 0
    """References between it and the start page."""
    headers: tuple[tuple[str, str], ...] = ()
    hops: int = 0
    """Redirects that led to it."""
    route: bool = False
    """A page that the application's own routes or the checklist name, not one of many links."""

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What two of the same have in common."""
        return self.url, self.headers


_WEIGHT = {
    FileKind.SCRIPT: 0,
    FileKind.WORKER: 1,
    FileKind.SETTINGS: 1,
    FileKind.MANIFEST: 1,
    FileKind.PAGE: 2,
    FileKind.DATA: 3,
    FileKind.STYLE: 4,
    FileKind.SOURCE_MAP: 8,
}
"""Added to the depth: a chain of chunks without end holds up pages and maps for a while, and not for ever."""


@dataclass(slots=True)
class Frontier:
    """A queue of files, each of them once."""

    _heap: list[tuple[int, int, Named]] = field(default_factory=list)
    _seen: dict[tuple[str, tuple[tuple[str, str], ...]], How] = field(default_factory=dict)
    _alike: Counter[str] = field(default_factory=Counter)
    _pages: int = 0
    _guesses: int = 0
    alike: int = 0
    """Pages left out because enough of their folder are read."""
    dropped: int = 0
    """Files left out because the queue, or the number of pages, is full, or the way to them too long."""
    unasked: int = 0
    """Guesses left out because there were enough."""

    def __len__(self) -> int:
        return len(self._heap)

    def __contains__(self, key: tuple[str, tuple[tuple[str, str], ...]]) -> bool:
        return key in self._seen

    def add(self, named: Named) -> bool:
        """Queue a file; False when it is known already, or there is no room for it."""
        if named.key in self._seen:
            self._seen[named.key] = min(self._seen[named.key], named.how)
            return False
        if len(self._seen) >= bounds.MAX_QUEUE:
            self.dropped += 1
            return False
        self._seen[named.key] = named.how
        if not self._room(named):
            return False
        weight = _WEIGHT[named.kind] + (2 if named.how is How.GUESS else named.how)
        weight = 0 if named.route and not named.depth else weight + named.depth
        heapq.heappush(self._heap, (weight, len(self._seen), named))
        return True

    def pop(self) -> Named:
        """The next one."""
        return heapq.heappop(self._heap)[2]

    def how(self, named: Named) -> How:
        """How firmly a file is named by now: what was a guess at first may have been found in a page since."""
        return self._seen.get(named.key, named.how)

    def left(self) -> int:
        """How many files will never be asked for, apart from guesses."""
        return self.dropped + len(self._heap) - self._guesses_queued()

    def guesses_left(self) -> int:
        """How many guesses will never be asked for."""
        return self.unasked + self._guesses_queued()

    def _guesses_queued(self) -> int:
        return sum(self.how(named) is How.GUESS for _, _, named in self._heap)

    def _room(self, named: Named) -> bool:
        if named.depth > bounds.MAX_DEPTH:
            self.dropped += 1
            return False
        if named.how is How.GUESS and not named.hops and named.kind is not FileKind.SOURCE_MAP:
            self._guesses += 1
            self.unasked += self._guesses > bounds.MAX_GUESSES
            return self._guesses <= bounds.MAX_GUESSES
        if named.kind is not FileKind.PAGE or named.hops:
            return True
        folder = named.url.partition("?")[0].rstrip("/").rpartition("/")[0]
        if not named.route:
            self._alike[folder] += 1
            if self._alike[folder] > bounds.MAX_ALIKE:
                self.alike += 1
                return False
        self._pages += 1
        if self._pages > bounds.MAX_PAGES:
            self.dropped += 1
            return False
        return True
