"""Random paths that look like a given one: what a server answers there, it answers for no file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twin:
    """A path that nobody can have."""

    path: str
    sibling: bool
    """It stands in the same directory; otherwise it has the same name, in a directory that does not exist."""


def twins(path: str, word: str) -> tuple[Twin, ...]:
    """The twins of a path, the nearest first.

    A rule of a server goes by what a path begins with (``/.git/``), by a dot (``/.``), by what it ends in (``.sql``),
    or by the name at its end: each of these has a twin.

    Args:
        path: such as ``/.git/config`` or ``/static/``.
        word: random, of letters and digits; the same word gives the same twins, so that paths of one kind share them.
    """
    if path == "/":
        return ()  # it is there on every server
    is_directory = path.endswith("/")
    *above, name = path.strip("/").split("/")
    end = "/" if is_directory else ""
    found = [Twin(_join([*above, one]) + end, sibling=True) for one in _names(name, word)]
    if above:
        found.append(Twin(_join([_directory(above[0], word), *above[1:], name]) + end, sibling=False))
    else:
        found.append(Twin(_join([word, name]) + end, sibling=False))
    return tuple(found)


def _names(name: str, word: str) -> list[str]:
    """Random names of the same looks: ``.x`` and ``x.env`` for ``.env``, ``x.sql`` for ``dump.sql``."""
    dot = "." if name.startswith(".") else ""
    stem, point, ending = name.removeprefix(".").rpartition(".")
    if point and stem:
        return [f"{dot}{word}.{ending}"]
    return [f".{word}", f"{word}{name}"] if dot else [word]


def _directory(name: str, word: str) -> str:
    """A random directory of the same looks: ``.x`` for ``.git``, ``x..`` for ``static..``."""
    return ("." if name.startswith(".") else "") + word + (".." if name.endswith("..") else "")


def _join(parts: list[str]) -> str:
    return "/" + "/".join(parts)
