"""Reads response headers as browsers do: pure, in linear time, and never raising anything but their own error."""

from __future__ import annotations


class HeaderError(ValueError):
    """A header that a browser ignores because it is not written as its standard demands. The text is a clause."""
