"""Keeps what was not read, and says at the end what of it is a gap and what is a file that nobody gets.

It is judged at the end, because it takes the whole search: a guess may turn out to be named, a circle of redirects is
none before it closes, and a site that turns its back on the audit answers as one that keeps strangers out does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.facts.served import FileKind, MissingFile
from auditor.model import Gap
from auditor.probes.site.frontier import Frontier, How, Named
from auditor.probes.site.territory import origin_of

ELSEWHERE = "scripts of the application on another host: not searched"
HINT_HOSTS = "if it is the application's own, add the host to policy.secrets.hosts"
_HINT_REFUSED = "let the audit's address and User-Agent through, or wait"
_HINT_CIRCLE = "let it answer a client that keeps no cookies"
_MAX_TOLD = 3
"""Gaps of one cause that are told one by one."""
_NOBODY = (404, 410)
_CODE = (FileKind.SCRIPT, FileKind.WORKER, FileKind.SETTINGS)
_LATER = (408, 421, 425, 429)
"""Statuses that say: not now, not here."""


@dataclass(slots=True)
class Untold:
    """What a search did not read.

    Args:
        frontend: the origin that is searched.
    """

    frontend: str
    gaps: list[Gap] = field(default_factory=list)
    missing: dict[str, MissingFile] = field(default_factory=dict)
    nothing: int = 0
    """The status for an address that the site cannot have; 0: unknown."""
    _refused: list[tuple[Named, int]] = field(default_factory=list)
    _leads: dict[str, tuple[Named, str]] = field(default_factory=dict)
    _elsewhere: set[str] = field(default_factory=set)
    _others: dict[str, None] = field(default_factory=dict)

    def gap(self, subject: str, reason: str, hint: str = "") -> None:
        """Something could not be read."""
        self.gaps.append(Gap(subject, reason, hint))

    def lacks(self, named: Named, reason: str) -> None:
        """Nobody gets this file. Of what nothing names, that is nothing to tell."""
        if named.how is not How.GUESS:
            one = MissingFile(named.url, named.by, reason, named.kind, named.how is How.TAG)
            self.missing.setdefault(named.url, one)

    def refused(self, named: Named, status: int) -> None:
        """It was answered by a status without content."""
        self._refused.append((named, status))

    def leads(self, named: Named, target: str) -> None:
        """It redirects to an address that belongs to the application."""
        self._leads[named.url] = named, target

    def leads_away(self, named: Named, target: str) -> None:
        """It redirects to another site, which was not followed."""
        where = origin_of(target)
        same = _file(target) == _file(named.url) or _is_script(target)
        tagged = named.kind in (FileKind.SCRIPT, FileKind.WORKER) and named.how is How.TAG
        if tagged or (named.kind in _CODE and same):
            self.gap(named.url, f"redirects to {where}: what it holds was not searched", HINT_HOSTS)
        else:
            self.lacks(named, f"redirects to {where}")

    def elsewhere(self, origin: str) -> None:
        """Scripts of the application are on another host."""
        if origin not in self._elsewhere:
            self._elsewhere.add(origin)
            self.gap(origin, ELSEWHERE, HINT_HOSTS)

    def others(self, origin: str) -> None:
        """A page loads scripts of another host, which may or may not be the application's."""
        self._others[origin] = None

    def walls(self) -> bool:
        """Whether something was kept from strangers: worth a look whether the site still answers the audit at all."""
        return any(status in (401, 403) for _, status in self._refused)

    def settle(self, frontier: Frontier, *, turned: int) -> None:
        """Judge what was collected.

        Args:
            frontier: knows how firmly each file is named by now.
            turned: the status by which the start page is refused by now; 0: it is answered as at first.
        """
        for named, status in self._refused:
            how = min(named.how, frontier.how(named))
            if turned and status == turned:
                reason = f"answers {status}, and so does the start page by now: the site turned the audit away"
                self.gap(named.url, reason, _HINT_REFUSED)
            elif self._is_gap(named.kind, how, status):
                self.gap(named.url, f"answers {status}: what it holds was not searched", _HINT_REFUSED)
            else:
                self.lacks(named, f"answers {status}")
        self._settle_circles(frontier.how)

    def all_elsewhere(self) -> None:
        """No script of the application's own hosts was named: those of another may be its own."""
        for origin in self._others:
            if origin not in self._elsewhere:
                self.gap(origin, "all scripts of the pages come from other hosts: not searched", HINT_HOSTS)

    def _is_gap(self, kind: FileKind, how: How, status: int) -> bool:
        if status in _NOBODY:
            return False
        if status in (401, 403):  # who is kept out cannot read it either; storage says 403 of what it does not have
            return kind in (*_CODE, FileKind.MANIFEST) and (
                how is How.TAG or (how is How.TEXT and status != self.nothing)
            )
        unsaid = status in _LATER or status >= 500
        if how is How.GUESS:
            return unsaid and kind is not FileKind.PAGE
        return unsaid or not (kind is FileKind.DATA and 400 <= status < 500)

    def _settle_circles(self, how: Callable[[Named], How]) -> None:
        for url, (named, target) in self._leads.items():
            seen = {url}
            while target in self._leads and target not in seen:
                seen.add(target)
                target = self._leads[target][1]
            if target not in seen:
                continue
            guessed = how(named) is How.GUESS and named.how is How.GUESS
            if named.kind is FileKind.PAGE or (guessed and 300 <= self.nothing < 400):
                self.lacks(named, "redirects in a circle")
            else:
                self.gap(named.url, "redirects in a circle: what it holds was not searched", _HINT_CIRCLE)

    def told(self) -> tuple[Gap, ...]:
        """The gaps; several for one reason, such as a host that is down, as one."""
        causes: dict[tuple[str, str], dict[str, Gap]] = {}
        for gap in sorted(self.gaps, key=lambda one: (one.subject, one.reason)):
            causes.setdefault((gap.reason, gap.hint), {}).setdefault(gap.subject, gap)
        told: list[Gap] = []
        for (reason, hint), by_subject in causes.items():
            same = list(by_subject.values())
            if len(same) <= _MAX_TOLD or reason == ELSEWHERE:
                told += same
            else:
                whole = f"{reason} ({len(same)} files, {same[0].subject} among them)"
                told.append(Gap(self.frontend, whole, hint))
        return tuple(told)


def _file(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _is_script(url: str) -> bool:
    return _file(url).endswith((".js", ".mjs", ".cjs"))
