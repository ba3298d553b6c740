"""Finds public variables by name in served files. A reader is a pure function; each kind of file has its own."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from auditor.facts.served import FileKind
from auditor.facts.variables import PublicVariable
from auditor.probes.site.frontier import Named

OfFile = Callable[[bytes, str], list[PublicVariable]]
"""From the content and its URL."""
OfMap = Callable[[str, bytes, str, bytes], list[PublicVariable]]
"""From a script's URL, the script (empty when it is not at hand any more), its source map's URL, and that."""

_MAX_HELD = 30_000_000
"""Bytes, compressed, of scripts that wait for their source maps."""


@dataclass(slots=True)
class Readers:
    """Who reads what.

    Args:
        files: by kind of file.
        maps: of source maps.
    """

    files: Mapping[FileKind, tuple[OfFile, ...]] = field(default_factory=dict)
    maps: tuple[OfMap, ...] = ()
    _held: dict[str, bytes] = field(default_factory=dict)
    _size: int = 0
    _silent: set[str] | None = field(default_factory=set)
    """Held scripts that name no map: a site may serve maps that it does not name. None: this one does not."""

    def read(self, named: Named, data: bytes) -> list[PublicVariable]:
        """What every reader of this kind of file finds."""
        found = [variable for reader in self.files.get(named.kind, ()) for variable in reader(data, named.url)]
        if named.kind is FileKind.SOURCE_MAP:
            held = self._held.pop(named.by, b"")
            self._size -= len(held)
            found += self.of_map(named.by, zlib.decompress(held) if held else b"", named.url, data)
        elif self.maps and named.kind is FileKind.SCRIPT:
            says = b"sourceMappingURL=" in data[-2_000:]
            if not says and self._silent is not None:
                self._silent.add(named.url)
            if says or self._silent is not None:
                self._hold(named.url, data)
        return found

    def forget_silent(self) -> None:
        """The site serves no map that its scripts do not name."""
        for url in self._silent or ():
            self._size -= len(self._held.pop(url, b""))
        self._silent = None

    def of_map(self, script_url: str, script: bytes, url: str, data: bytes) -> list[PublicVariable]:
        """What every reader of source maps finds."""
        return [variable for reader in self.maps for variable in reader(script_url, script, url, data)]

    def _hold(self, url: str, data: bytes) -> None:
        packed = zlib.compress(data, 1)
        if self._size + len(packed) <= _MAX_HELD:
            self._held[url] = packed
            self._size += len(packed)
