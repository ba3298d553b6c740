"""Decides which source maps are asked for that no script names.

Builds for error trackers make maps and leave out the comment that names them (``hidden-source-map``); who forgets to
delete them serves the sources under the name of the script with ``.map`` behind it. A few scripts tell whether a site
does so, and only then the others are asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.probes.site.frontier import Named

SAMPLE = 4
"""Scripts that are tried. Some are of a library that was built elsewhere."""


@dataclass(slots=True)
class HiddenMaps:
    """What is known of the maps of one site."""

    _waiting: list[Named] = field(default_factory=list)
    _tried: int = 0
    _serves: bool = False

    def silent(self, script: Named) -> None:
        """A script names no map."""
        self._waiting.append(script)

    def found(self) -> None:
        """A map is served that nothing names."""
        self._serves = True

    def due(self) -> list[Named]:
        """The scripts whose maps are to be asked for now."""
        count = len(self._waiting) if self._serves else max(SAMPLE - self._tried, 0)
        due, self._waiting = self._waiting[:count], self._waiting[count:]
        self._tried += len(due)
        return due
