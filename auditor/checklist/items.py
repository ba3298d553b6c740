"""Items: the shipped ones, with the project's levels and titles, and the project's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from auditor.checklist.lines import quoted
from auditor.checklist.model import Item
from auditor.checklist.problems import Problems
from auditor.checklist.schema import ItemTable, TitleTable
from auditor.model import Level

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def review(data: Mapping[str, Any], shipped: Mapping[str, Item], problems: Problems) -> None:
    """Note items that cannot be: unknown ones, and new ones without title or level.

    Args:
        data: the whole checklist, as read.
        shipped: the items that the tool ships, inherited or not.
        problems: takes what is found.
    """
    items = data.get("items", {})
    inherited = shipped if "extends" in data else {}
    if not isinstance(items, dict):
        return
    if not items and not inherited:
        problems.add(("items",), "the checklist has no items, so there is nothing to audit", _EXTEND)
    for name, table in items.items():
        if isinstance(table, dict) and name not in inherited:
            _review_new(name, table, shipped, inherited, problems)


def merge(tables: Mapping[str, ItemTable], inherited: Mapping[str, Item]) -> tuple[Item, ...]:
    """The items of the report, in its order: the inherited ones first, then the new ones."""
    items = dict(inherited)
    for name, table in tables.items():
        items[name] = _merged(name, table, inherited.get(name))
    return tuple(items.values())


_EXTEND = 'write extends = "default" to inherit the shipped items'


def _review_new(
    name: str,
    table: Mapping[str, Any],
    shipped: Mapping[str, Item],
    inherited: Mapping[str, Item],
    problems: Problems,
) -> None:
    key, word = ("items", name), quoted(name[:60])
    missing = [needed for needed in ("title", "level") if needed not in table]
    if "title" in missing and name in shipped:
        problems.add(key, f"the item {word} is shipped, but nothing is inherited here", _EXTEND)
    elif "title" in missing and (close := get_close_matches(name[:80], inherited, n=1)):
        problems.add(key, f"there is no item {word}, and a new one needs a title", f'did you mean "{close[0]}"?')
    elif missing:
        remedy = f"add it; or use one of: {', '.join(inherited)}" if inherited else "add it"
        problems.add(key, f"the item {word} is new and has no {' and no '.join(missing)}", remedy)
    elif not _ID.fullmatch(name):
        problems.add(key, f"an item cannot be called {word}", "use small letters, digits and hyphens: data-residency")
    elif isinstance(table["title"], dict) and "en" not in table["title"]:
        problems.add((*key, "title"), "the title has no English form, to which reports fall back", "add en")


def _merged(name: str, table: ItemTable, inherited: Item | None) -> Item:
    level = Level(table.level) if table.level else inherited.level if inherited else Level.RECOMMENDED
    titles = dict(inherited.titles) if inherited else {}
    if isinstance(table.title, TitleTable):
        titles.update({lang: title for lang, title in table.title if title})
    elif table.title:
        titles = {"en": table.title}  # one text for every language: an old translation would say something else
    return Item(name, titles, level)
