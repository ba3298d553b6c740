"""Reads what a page loads, sends to, links to and declares. Nothing of it is run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from auditor.facts.headers.fields import meta_referrer_policy
from auditor.facts.loads import JAVASCRIPT
from auditor.facts.page import Page, Reference
from auditor.probes import addresses
from auditor.probes.markup import MOST_TAGS, Tag, tags

MOST_REFERENCES = 20_000
"""Of one page, repetitions counted."""
_DEEPEST_FRAME = 3

_URLS = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "body": ("background",),
    "button": ("formaction",),
    "embed": ("src",),
    "form": ("action",),
    "frame": ("src",),
    "iframe": ("src",),
    "image": ("src",),
    "img": ("src",),
    "input": ("src", "formaction"),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "table": ("background",),
    "td": ("background",),
    "th": ("background",),
    "track": ("src",),
    "video": ("src", "poster"),
}
_SETS = {"img": "srcset", "source": "srcset", "link": "imagesrcset"}
_FOREIGN = ("href", "xlink:href")
_HEAD = frozenset(
    {"html", "head", "base", "basefont", "bgsound", "link", "meta", "title", "noscript", "noframes", "style", "script"}
    | {"template"}
)
_HANDLER = re.compile(
    r"on(?:abort|animation\w+|auxclick|before\w+|blur|cancel|canplay\w*|change|click|close|contextmenu|copy|cut|dblclick"
    r"|drag\w*|drop|durationchange|emptied|ended|error|focus(?:in|out)?|formdata|gotpointercapture|hashchange|input"
    r"|invalid|key(?:down|press|up)|load\w*|lostpointercapture|message|mouse\w+|offline|online|page(?:hide|show)|paste"
    r"|pause|play(?:ing)?|pointer\w+|popstate|progress|ratechange|reset|resize|scroll(?:end)?|search|seek(?:ed|ing)"
    r"|select\w*|stalled|storage|submit|suspend|timeupdate|toggle|touch\w+|transition\w+|unload|volumechange|waiting"
    r"|wheel)"
)
_WORTH = re.compile(r"style|\bon", re.IGNORECASE)
"""What makes attributes of any element worth reading."""
_MAKERS = {
    "next": ("/_next/static/", "__NEXT_DATA__", "self.__next_f"),
    "nuxt": ("/_nuxt/", "__NUXT__"),
    "sveltekit": ("/_app/immutable/", "__sveltekit_"),
}
_VITE = re.compile(r"/assets/[\w.]{1,100}-[\w-]{8}\.js")


def read_page(text: str, url: str, *, truncated: bool = False) -> Page:
    """Read a page, as a browser with scripts switched on would parse it.

    Args:
        text: the page. Whatever it holds, this ends and does not raise.
        url: where it came from.
        truncated: whether its end is missing.
    """
    reader = _Reader(addresses.absolute(url, url) or url)
    reader.read(text)
    return Page(
        tuple(reader.references),
        tuple(reader.policies),
        reader.referrer,
        tuple(reader.nonces),
        reader.inline_scripts,
        reader.inline_handlers,
        _maker(text, reader),
        truncated or reader.truncated,
    )


def _maker(text: str, reader: _Reader) -> str:
    for name, signs in _MAKERS.items():
        if any(sign in text for sign in signs):
            return name
    modules = [one.url for one in reader.references if one.tag == "script" and one.kind == "module"]
    return "vite" if any(_VITE.search(url) for url in modules) else reader.generator


@dataclass(slots=True)
class _Reader:
    base: str
    depth: int = 0
    """Of frames whose pages are written in their attributes."""
    left: int = MOST_TAGS
    named: int = 0
    based: bool = False
    """Whether a ``base`` counted already."""
    head: bool = True
    """Whether what is read is still in the head of the page."""
    templates: list[bool] = field(default_factory=list)
    """Of each open template, whether it is inert."""
    references: dict[Reference, None] = field(default_factory=dict)
    policies: list[str] = field(default_factory=list)
    referrer: str | None = None
    nonces: dict[str, None] = field(default_factory=dict)
    inline_scripts: int = 0
    inline_handlers: int = 0
    generator: str = ""
    truncated: bool = False

    def read(self, text: str) -> None:
        """Read a page, or the page of a frame."""
        for tag in tags(text):
            self.left -= 1
            if self.left < 0 or self.named > MOST_REFERENCES:
                self.truncated = True
                return
            if self.head and (tag.raw.strip() if not tag.name else tag.start and tag.name not in _HEAD):
                self.head = False
            if tag.name == "template" and not tag.foreign:
                self._template(tag)
            elif tag.start and True not in self.templates:
                self._element(tag)

    def _template(self, tag: Tag) -> None:
        if tag.start and len(self.templates) < MOST_TAGS:
            # one with a shadow root is shown
            self.templates.append(tag.attributes().get("shadowrootmode", "").lower() not in ("open", "closed"))
        elif self.templates and not tag.start:
            self.templates.pop()

    def _element(self, tag: Tag) -> None:
        known = tag.foreign or tag.name in _URLS or tag.name in ("base", "meta", "style")
        if not known and not _WORTH.search(tag.raw):
            return
        attributes = tag.attributes()
        self.inline_handlers += sum(_HANDLER.fullmatch(name) is not None for name in attributes)
        if tag.name == "base" and not tag.foreign:
            self._rebase(attributes)
        elif tag.name == "meta" and not tag.foreign:
            self._meta(attributes)
        else:
            self._loads(tag, attributes)
        if tag.name in ("script", "style", "link"):
            self._inline(tag, attributes)

    def _rebase(self, attributes: dict[str, str]) -> None:
        if "href" in attributes and not self.based:
            self.based = True
            self.base = addresses.absolute(self.base, attributes["href"]) or self.base

    def _meta(self, attributes: dict[str, str]) -> None:
        name, content = attributes.get("name", "").strip().lower(), attributes.get("content", "")
        equivalent = attributes.get("http-equiv", "").strip().lower()
        declared = attributes.get("property", "").strip().lower()
        if equivalent == "content-security-policy" and self.head and not self.depth and content.strip():
            self.policies.append(content)
        elif equivalent == "refresh":
            self._add("meta", "refresh", addresses.refresh(content))
        elif declared == "og:url":
            self._add("meta", "content", content, rel=declared)
        elif name == "referrer" and not self.depth:
            # one with a word that browsers do not know changes nothing (HTML standard, section 4.2.5.1)
            if not self.referrer or meta_referrer_policy(content):
                self.referrer = content
        elif name == "generator" and not self.depth:
            self.generator = content[:100]

    def _loads(self, tag: Tag, attributes: dict[str, str]) -> None:
        details = _details(tag, attributes)
        for attribute in _FOREIGN if tag.foreign else _URLS.get(tag.name, ()):
            if tag.name == "input" and attribute == "src" and details["kind"] != "image":
                continue
            if attribute in attributes:
                self._add(tag.name, attribute, attributes[attribute], **details)
        if (attribute := _SETS.get(tag.name, "")) in attributes:
            for url in islice(addresses.srcset(attributes[attribute]), MOST_REFERENCES + 1):
                self._add(tag.name, attribute, url, **details)
        if "style" in attributes:
            self._styles(tag.name, attributes["style"])
        if tag.name == "iframe" and "srcdoc" in attributes:
            self._frame(attributes["srcdoc"])

    def _frame(self, text: str) -> None:
        if self.depth >= _DEEPEST_FRAME:
            self.truncated = True
            return
        outside = self.base, self.based, self.head, self.templates
        self.based, self.head, self.templates = False, True, []
        self.depth += 1
        self.read(text)
        self.depth -= 1
        self.base, self.based, self.head, self.templates = outside

    def _inline(self, tag: Tag, attributes: dict[str, str]) -> None:
        if nonce := attributes.get("nonce", "").strip():
            self.nonces[nonce[:200]] = None
        if tag.name == "script" and not {"src", *(_FOREIGN if tag.foreign else ())} & set(attributes):
            self.inline_scripts += JAVASCRIPT.fullmatch(attributes.get("type", "").strip().lower()) is not None
        if tag.name == "style":
            self._styles("style", tag.content)

    def _styles(self, tag: str, text: str) -> None:
        for kind, url in islice(addresses.css_urls(text), MOST_REFERENCES + 1):
            self._add(tag, "style", url, kind=kind)

    def _add(self, tag: str, attribute: str, url: str, **details: str | None) -> None:
        self.named += 1
        if self.named > MOST_REFERENCES:
            self.truncated = True
        elif leads := addresses.absolute(self.base, url):
            self.references[Reference(tag, attribute, leads, **details)] = None  # type: ignore[arg-type]


def _details(tag: Tag, attributes: dict[str, str]) -> dict[str, str | None]:
    """What decides how a browser treats a reference."""
    kind = attributes.get("as" if tag.name == "link" else "type", "") if tag.name in ("link", "script", "input") else ""
    rel = attributes.get("rel", "") if tag.name in ("link", "a", "area", "form") else ""
    guarded = tag.name in ("link", "script")
    crossorigin = attributes.get("crossorigin") if tag.name in ("link", "script", "img", "audio", "video") else None
    return {
        "rel": " ".join(rel.lower().split())[:200],
        "kind": kind.strip().lower()[:100],
        "integrity": attributes.get("integrity", "").strip()[:2_000] if guarded else "",
        "crossorigin": crossorigin if crossorigin is None else crossorigin.strip().lower()[:100],
    }
