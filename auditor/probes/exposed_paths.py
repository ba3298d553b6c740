"""Looks for a table of paths at one origin, and believes nothing but the content of what comes.

Status codes mean little: single-page applications answer 200 to everything, and so do many error pages, gateways and
login walls. A path counts as served when the answer carries the file's own signature, and random paths beside it, of
the same looks, do not. What a limiter, a firewall or silence hides is told as hidden, and never as absent.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.paths.asking import Asker
from auditor.probes.paths.comparing import alike
from auditor.probes.paths.matching import Signature
from auditor.probes.paths.seen import CLOSED, Seen
from auditor.probes.paths.twins import Twin, twins

SECONDS = 40.0
"""For one origin."""
_FEW = 5
"""Closed connections that may be chance, and are tried again; more of them are a rule of the server."""
_BY_HAND = "look at it by hand"
_LET_IN = "let the audit's address and User-Agent through the firewall, or wait until it has forgotten earlier runs"
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sought(Generic[K]):
    """One path to ask for."""

    path: str
    kind: K
    """Whatever the caller sorts paths by."""
    recognise: Signature
    part: bool = True
    """Whether the first bytes are enough."""


class Verdict(StrEnum):
    """What became of a path."""

    FOUND = "found"
    """The file is served."""
    ABSENT = "absent"
    """Something else is."""
    ALIKE = "alike"
    """It looks like the file, and every random path beside it does so too, with the same content."""
    UNTOLD = "untold"
    """Nobody can tell."""


@dataclass(frozen=True, slots=True)
class Looked(Generic[K]):
    """A path and what became of it."""

    sought: Sought[K]
    verdict: Verdict
    saw: str = ""
    seen: Seen | None = field(default=None, repr=False)
    why: str = ""
    """Why nobody can tell, as a clause."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Result(Generic[K]):
    """What became of a table of paths at one origin."""

    looked: tuple[Looked[K], ...]
    gap: Gap | None
    """Why what was not found proves nothing: the audit did not see the application."""
    requests: int
    statuses: tuple[tuple[int, int], ...]
    """Status and how often it came, ``CLOSED`` among them."""
    seconds: float


class Prober(Generic[K]):
    """Looks for paths at one origin.

    Args:
        http: the audit's way.
        origin: scheme, host and port.
        controls: paths with an ordinary answer, the start page first: they tell whether the audit sees the application
            at all, before and after.
        seconds: for everything; what is not asked for by then is untold.
        locked: True where a 401 to everything is an answer too: strangers are shown nothing there.
    """

    def __init__(
        self,
        http: Http,
        origin: str,
        controls: Sequence[str] = ("/",),
        *,
        seconds: float = SECONDS,
        locked: bool = False,
    ) -> None:
        self.asker = Asker(http, origin)
        # new in each run: no cache can know them
        self._word, self._other_word = f"x{secrets.token_hex(6)}", f"y{secrets.token_hex(6)}"
        self._controls = tuple(dict.fromkeys((*controls, f"/{self._word}")))
        self._seconds = seconds
        self._ordinary = (404, 405, 410, *((401,) if locked else ()))
        self._gap: Gap | None = None
        self._late = False

    async def start(self) -> Seen | None:
        """The answer to the first control; None when there is none."""
        await self.asker.ask(self._controls[0], part=False)
        return self.asker.seen.get(self._controls[0])

    async def look(self, table: Iterable[Sought[K]]) -> Result[K]:
        """Ask for everything. Raises nothing for what a server does."""
        table, started = tuple(table), time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                self._gap = await self._look(table)
        except TimeoutError:
            self._late = True
        looked = tuple(map(self._judged, table))
        statuses = tuple(sorted(self.asker.statuses.items()))
        return Result(looked, self._gap, self.asker.requests, statuses, time.monotonic() - started)

    async def _look(self, table: Sequence[Sought[K]]) -> Gap | None:
        await self.asker.all(self._controls, part=False)
        if gap := self._unseen():
            return gap
        for part in (True, False):
            await self.asker.all([sought.path for sought in table if sought.part is part], part=part)
        await self._once_more([sought.path for sought in table])
        await self._compare([sought for sought in table if self._recognised(sought)])
        return await self._shut_out()

    async def _compare(self, found: Sequence[Sought[K]]) -> None:
        """Ask for random paths beside those that look like their files, twice where those look like them too."""
        near = {sought.path: twins(sought.path, self._word) for sought in found}
        await self._beside_all(found, self._word)
        doubtful = [sought for sought in found if any(map(self._resembles(sought), near[sought.path]))]
        await self._beside_all(doubtful, self._other_word)
        await asyncio.gather(*(self.asker.whole(sought.path) for sought in found))

    async def _beside_all(self, found: Sequence[Sought[K]], word: str) -> None:
        """Ask in the way in which the path itself was asked for: what shows requests shows a Range too."""
        for part in (True, False):
            paths = [twin.path for sought in found if sought.part is part for twin in twins(sought.path, word)]
            await self.asker.all(dict.fromkeys(paths), part=part)

    def _resembles(self, sought: Sought[K]) -> Callable[[Twin], bool]:
        def resembles(twin: Twin) -> bool:
            seen = self.asker.seen.get(twin.path)
            return bool(seen and seen.served and sought.recognise(seen))

        return resembles

    async def _once_more(self, paths: Sequence[str]) -> None:
        closed = [path for path in paths if path in self.asker.seen and self.asker.seen[path].status == CLOSED]
        busy = [path for path in paths if self._is_busy(path)]
        await self.asker.again([*busy, *(closed if len(closed) <= _FEW else ())])

    def _is_busy(self, path: str) -> bool:
        """Whether the answer says nothing of the path, and is not what the server says of any that does not exist."""
        seen, nowhere = self.asker.seen.get(path), self.asker.seen.get(f"/{self._word}")
        return self.asker.is_busy(path) and not (seen and nowhere and seen.status == nowhere.status == 500)

    def _recognised(self, sought: Sought[K]) -> str:
        seen = self.asker.seen.get(sought.path)
        return sought.recognise(seen) if seen and seen.served else ""

    def _unseen(self) -> Gap | None:
        """Why the audit does not see the application, when not one control has an ordinary answer."""
        seen = [self.asker.seen[path] for path in self._controls if path in self.asker.seen]
        if any(map(self._is_ordinary, seen)):
            return None
        origin = self.asker.origin
        if not seen:
            failure = next(iter(self.asker.failed.values()), None)
            return Gap(origin, failure.reason if failure else "no answer", failure.hint if failure else "")
        if header := next((one.challenge for one in seen if one.challenge), ""):
            return Gap(origin, f"a firewall puts a test for browsers in the way ({header}): nothing was seen", _LET_IN)
        if away := next((one.location for one in seen if one.location), ""):
            there = "{0.scheme}://{0.netloc}".format(urlsplit(away))
            reason = (
                f"redirects every path to {there}, which the audit does not follow: what is there was not looked at"
            )
            return Gap(origin, reason, "name the origin that users see in the checklist")
        statuses = ", ".join(str(status) for status in sorted({one.status for one in seen} - {CLOSED}))
        said = f"answers {statuses}" if statuses else "says nothing and closes the connection"
        return Gap(
            origin,
            f"{said}, whatever it is asked for, its start page too: what it hides from the audit, nobody can tell",
            f"{_LET_IN}; for an API, let `health` name a page that answers 200 to everyone",
        )

    def _is_ordinary(self, seen: Seen) -> bool:
        if seen.challenge:
            return False
        if seen.location:
            return urlsplit(seen.location)[:2] == urlsplit(self.asker.origin)[:2]
        return 200 <= seen.status < 400 or seen.status in self._ordinary

    async def _shut_out(self) -> Gap | None:
        """Why the answers prove nothing: the server has stopped to talk to the audit while it was asked."""
        seen = self.asker.seen
        control = next(path for path in self._controls if path in seen and self._is_ordinary(seen[path]))
        before = seen.pop(control)
        await self.asker.ask(control, part=False)
        after = seen.get(control)
        seen[control] = before
        limited = after is not None and after.status in (429, 503)
        if (after and self._is_ordinary(after)) or limited or self.asker.spent:
            return None  # of limits, and of the audit's own budget, each path tells
        said = f"answers {after.status}" if after and after.status else "does not answer any more"
        reason = f"{said} after {self.asker.requests} requests: it has shut the audit out"
        return Gap(self.asker.origin, f"{reason}, and what it hides, nobody can tell", _LET_IN)

    def _judged(self, sought: Sought[K]) -> Looked[K]:
        seen = self.asker.seen.get(sought.path)
        if seen is None or self._is_busy(sought.path) or seen.challenge or seen.unreadable:
            return Looked(sought, Verdict.UNTOLD, why=self._why(sought.path, seen), hint=_hint(seen))
        if not (saw := self._recognised(sought)):
            return Looked(sought, Verdict.ABSENT)
        both = zip(twins(sought.path, self._word), twins(sought.path, self._other_word), strict=True)
        for twin, another in both:
            if result := self._beside(sought, seen, twin, another):
                return result
        return Looked(sought, Verdict.FOUND, saw, seen)

    def _beside(self, sought: Sought[K], seen: Seen, twin: Twin, another: Twin) -> Looked[K] | None:
        """What a random path beside it tells; None: that it is the file's own content."""
        one, other = self.asker.seen.get(twin.path), self.asker.seen.get(another.path)
        if one is None or self._is_busy(twin.path):
            why = "random paths beside it are not answered, to compare with"
            return Looked(sought, Verdict.UNTOLD, why=why, hint=_LET_IN)
        same = alike(seen, one)
        if same and twin.sibling:
            return Looked(sought, Verdict.ALIKE)
        if not self._resembles(sought)(twin) or (not same and other and alike(one, other)):
            return None  # what random paths get is always the same, and this is something else
        why = f"{twin.path} is answered with such a file too"
        return Looked(sought, Verdict.UNTOLD, why=why, hint=_BY_HAND)

    def _why(self, path: str, seen: Seen | None) -> str:
        if seen is None:
            failure = self.asker.failed.get(path)
            late = (
                f"not asked for within {self._seconds:g} s" if self._late else "not asked for: the server went silent"
            )
            return failure.reason if failure else late
        if seen.challenge:
            return f"a firewall puts a test for browsers in the way ({seen.challenge})"
        return seen.unreadable or f"answered {seen.status}"


def _hint(seen: Seen | None) -> str:
    """What would settle what an answer does not tell."""
    if seen and seen.status == 429:
        return "raise the limit for the audit's address, or run the audit when nothing else uses it up"
    if seen and seen.status >= 500:
        return "run the audit while the application is up, and look at what it says in its log"
    return _BY_HAND if seen and seen.unreadable else _LET_IN
