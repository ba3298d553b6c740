"""Collects a body within bounds, and decompresses it within bounds."""

from __future__ import annotations

import zlib

_OVERHEAD_BYTES = 64 * 1024
"""By how much a compressed body may be longer than what comes out of it."""

_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """A body as it comes in.

    Args:
        most: bytes to keep, after decompression.
        encoding: the value of Content-Encoding.
    """

    def __init__(self, most: int, encoding: str) -> None:
        self._most = most
        self._encoding = encoding.strip().lower()
        self._data = bytearray()
        self._received = 0
        self._inflate: zlib._Decompress | None = None
        self.why_truncated = ""

    @property
    def data(self) -> bytes:
        """What was kept."""
        return bytes(self._data)

    def add(self, chunk: bytes) -> bool:
        """Take a piece; False when no more is wanted."""
        self._received += len(chunk)
        if self._encoding in ("", "identity"):
            self._keep(chunk)
        elif self._encoding in ("gzip", "x-gzip", "deflate"):
            self._decompress(chunk)
        else:
            self.why_truncated = f"it is compressed with {self._encoding}, which the audit did not ask for"
        return not self.why_truncated

    def finish(self) -> None:
        """The server has said everything."""
        if self._inflate is not None and not self._inflate.eof and not self.why_truncated:
            self.why_truncated = f"its {self._encoding} data ends too early"

    def _keep(self, data: bytes) -> None:
        self._data += data[: self._most - len(self._data)]
        if self._received > self._most:
            self.why_truncated = f"it is longer than {self._most} bytes"

    def _decompress(self, chunk: bytes) -> None:
        if self._received > self._most + _OVERHEAD_BYTES:  # empty blocks without end: much in, nothing out
            self.why_truncated = f"it is longer than {self._most} bytes"
            return
        try:
            self._inflate = self._inflate or self._decompressor(chunk)
            # one byte more than may be kept, to know that there is more
            data = self._inflate.decompress(chunk, self._most - len(self._data) + 1)
        except zlib.error:
            self.why_truncated = f"its {self._encoding} data is damaged"
            return
        if len(self._data) + len(data) > self._most:
            self.why_truncated = f"it is longer than {self._most} bytes"
        self._data += data[: self._most - len(self._data)]

    def _decompressor(self, start: bytes) -> zlib._Decompress:
        if self._encoding != "deflate":
            return zlib.decompressobj(_GZIP)
        # "deflate" means the zlib format, and servers that send it without the two bytes in front are common
        zlib_format = len(start) > 1 and start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if zlib_format else -zlib.MAX_WBITS)
