"""What an HTML page names and declares, read without running it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """One place of a page that names a URL which a browser would load, send to, or offer to follow."""

    tag: str
    """In lower case: ``script``, ``img``, ``iframe``, ``form``, ``link``, ``a`` …"""
    attribute: str
    """Such as ``src``, ``href``, ``srcset``, ``action``; ``style`` where a style sheet, an attribute's or an element's,
    loads it; ``refresh`` of a ``meta``."""
    url: str
    """Made absolute against the page's base; without user, query and fragment, which may hold tokens."""
    rel: str = ""
    """The ``rel`` of a ``link`` or an ``a``, in lower case; the ``property`` of a ``meta``."""
    kind: str = ""
    """What a ``link`` preloads (``as``), the ``type`` of a ``script`` or an ``input``, or what a style sheet loads:
    ``style``, ``font``, ``image``; in lower case."""
    integrity: str = ""
    crossorigin: str | None = None
    """None: the attribute is not there."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, as a browser would parse it."""

    references: tuple[Reference, ...] = ()
    """In the order of the document, each once. Scripts, comments, templates and what is for browsers without scripts
    name nothing."""
    policies: tuple[str, ...] = ()
    """Content-Security-Policy of ``meta http-equiv`` elements in the head."""
    referrer: str | None = None
    """Content of ``meta name=referrer``, the last one."""
    nonces: tuple[str, ...] = ()
    """Distinct, of scripts and styles, in the order of the document."""
    inline_scripts: int = 0
    """Scripts of JavaScript without ``src``."""
    inline_handlers: int = 0
    """Attributes such as ``onclick``."""
    generator: str = ""
    """What made the page, when it can be told: ``next``, ``vite``, ``nuxt`` … or a ``meta name=generator``."""
    truncated: bool = False
    """True when the end of the page was not read, or when there was more in it than is looked at."""
