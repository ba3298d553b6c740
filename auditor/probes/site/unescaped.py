r"""Searches a file once more without the escapes that serialisers put into JSON in pages.

``devalue`` (Nuxt, SvelteKit, Astro) and ``serialize-javascript`` write ``postgres:\u002F\u002Fapp``, others ``\u0026``,
so that no ``</script>`` ends the script. A few of them in a value are enough to hide it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from auditor.facts.sightings import Sighting
from auditor.probes.site.scanning import Scanner

_ESCAPE = re.compile(rb"\\{1,4}u00(?:2[6-9bBdDfF]|3[aAcCdDeEfF]|40)")
"""Of ``& ' ( ) + - / : < = > ? @``: what URLs and tokens consist of besides letters and digits."""

_PIECE = 100_000


def scan(scanner: Scanner, data: bytes, place: str) -> list[Sighting]:
    """What a scanner recognises in a file as it is, and in its escapes undone; each place once.

    Args:
        scanner: searches.
        data: the file.
        place: its URL.
    """
    found = scanner.scan(data, place)
    if b"\\u00" not in data or not _ESCAPE.search(data):
        return found
    told = {(one.line, one.column) for one in found}
    plain = replaced(_ESCAPE, lambda match: bytes.fromhex(match[0][-2:].decode()), data)
    for one in scanner.scan(plain, place):
        column = _column(data, one.line, one.column)
        if (one.line, column) not in told:
            found.append(replace(one, column=column, written=one.written or "escaped"))
    return found


def replaced(pattern: re.Pattern[bytes], by: bytes | Callable[[re.Match[bytes]], bytes], data: bytes) -> bytes:
    """``pattern.sub(by, data)``, piece by piece: at once it would take fifty bytes for each match, and for each gap.

    Args:
        pattern: of escapes, which begin with a backslash and hold no other behind that.
        by: what to write instead.
        data: where.
    """
    done, start = bytearray(), 0
    while start < len(data):
        end = data.find(b"\\", start + _PIECE)  # no escape begins between two pieces
        end = len(data) if end < 0 else end
        done += pattern.sub(by, data[start:end])
        start = end
    return bytes(done)


def _column(data: bytes, line: int, column: int) -> int:
    """Where a column of the text without escapes is in the text with them."""
    start = 0
    for _ in range(line - 1):
        start = data.index(b"\n", start) + 1
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    last, seen = start, 1
    for match in _ESCAPE.finditer(data, start, end):
        before = len(data[last : match.start()].decode("utf-8", "replace"))
        if seen + before >= column:
            break
        seen += before + 1
        last = match.end()
    return len(data[start:last].decode("utf-8", "replace")) + column - seen + 1
