"""Whether what an expression looks up has anything to do with its row: told by its text, as PostgreSQL writes it back.

PostgreSQL puts brackets around everything, and inside a subquery names each column with its table. A subquery in which
no table from outside is named, and which is compared with nothing beside it, gives one answer for all rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

_HIDDEN = re.compile(r"'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"")
_BRACKET = re.compile(r"[()]")
_SUBQUERY = re.compile(r"\(\s*(?:SELECT|WITH)\b")
_CAST = re.compile(r"::[\w ]+?(?=\W|$)|\b(?:true|false|null)\b")
_COMPARED = re.compile(r"[a-z_\"]")
_FROM = re.compile(r"\bFROM\b(.*?)(?:\bWHERE\b|\bGROUP BY\b|\bORDER BY\b|\bLIMIT\b|;|\Z)", re.DOTALL)
_ALIAS = re.compile(r"(\"(?:[^\"]|\"\")+\"|\w+)(?![\w.\"(])")
_PLATFORM = re.compile(r"super|staff|platform|system|global|root|support|internal|service|moderator", re.IGNORECASE)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that an expression asks for all rows alike."""

    text: str
    beside: tuple[str, ...] = ()
    """What must be true as well: parts that an AND joins with it."""

    def names(self, word: str) -> bool:
        """Whether it names a column or a table."""
        return names(self.text, word)


def names(text: str, word: str) -> bool:
    """Whether a name stands in a text, as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def for_the_platform(text: str) -> bool:
    """Whether a text asks for a role that counts everywhere, by its name: staff, and not the admin of an account."""
    return any(_PLATFORM.search(literal) for literal in re.findall(r"'(?:[^']|'')*+'", text))


def untied(expression: str, row: str) -> list[Asked]:
    """The subqueries of a policy that have nothing to do with the row.

    Args:
        expression: as PostgreSQL writes it.
        row: the table's own name, quoted where it must be.
    """
    return list(_alone(expression, [row]))


def untied_in_view(definition: str, functions: Collection[str] = ()) -> list[str]:
    """What a view asks that has nothing to do with its rows, where nothing beside it asks who calls: its subqueries.

    Args:
        definition: as PostgreSQL writes it.
        functions: quoted names of functions of the database, of which the calls count too: what they do is another
            question.
    """
    code = _masked(definition)
    for start, end in reversed(_subqueries(code)):
        code = code[:start] + " " * (end - start) + code[end:]
    outer = [alias for part in _FROM.findall(code) for alias in _ALIAS.findall(part)]
    found = list(_alone(definition, outer))
    found += [call for name in functions for call in calls(definition, name)]
    return [asked.text for asked in found if not any("auth." in part for part in asked.beside)]


def calls(expression: str, function: str) -> list[Asked]:
    """Where an expression calls a function.

    Args:
        expression: as PostgreSQL writes it.
        function: its quoted name, with its schema.
    """
    code = _masked(expression, names=False)
    found = re.finditer(rf"(?<![\w.\"]){re.escape(function)}\(", code)
    return [
        Asked(call[0], _beside(code, expression, call.start())) for call in found if not _denied(code, call.start())
    ]


def _alone(expression: str, outer: Collection[str]) -> Iterator[Asked]:
    """The subqueries that are in no other, name nothing from outside and are compared with nothing."""
    code = _masked(expression)
    for start, end in _subqueries(code):
        if _refers(expression[start:end], outer) or _denied(code, start):
            continue
        around = min((s for s in _groups(code) if s[0] < start and end < s[1]), key=_length, default=(0, len(code)))
        rest = code[around[0] : start] + code[end : around[1]]
        for inner in reversed(_subqueries(rest)):
            rest = rest[: inner[0]] + rest[inner[1] :]
        if not _COMPARED.search(_CAST.sub("", rest)):
            yield Asked(expression[start:end], _beside(code, expression, start))


def _denied(code: str, position: int) -> bool:
    """Whether a NOT stands before it: what is true of nobody opens nothing to whoever has it."""
    return re.search(r"NOT (?:\(EXISTS |\()?\Z", code[:position]) is not None


def _refers(text: str, tables: Collection[str]) -> bool:
    """Whether a column of one of some tables stands in a text."""
    return any(f"{table}." in text and _begins(text, f"{table}.") for table in tables)


def _begins(text: str, word: str) -> bool:
    """Whether a word begins somewhere, and no other goes on with it. No pattern: it would be another for each table."""
    start = text.find(word)
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in '_."'):
        start = text.find(word, start + 1)
    return start >= 0


def _masked(text: str, *, names: bool = True) -> str:
    """A text in which no literal and no quoted name holds a bracket; of the same length."""
    return _HIDDEN.sub(lambda m: m[0] if not names and m[0][0] == '"' else _blank(m[0]), text)


def _blank(token: str) -> str:
    return " " * len(token) if token[0] == "'" else re.sub(r"[()]", "_", token)


@lru_cache(maxsize=16)
def _groups(code: str) -> list[Span]:
    """Where brackets open and close. Asked several times in a row about one text."""
    found, opened = [], []
    for bracket in _BRACKET.finditer(code):
        if bracket[0] == "(":
            opened.append(bracket.start())
        elif opened:
            found.append((opened.pop(), bracket.end()))
    return found


def _subqueries(code: str) -> list[Span]:
    """Those that are in no other."""
    found = [span for span in _groups(code) if _SUBQUERY.match(code, span[0])]
    return sorted(s for s in found if not any(o[0] < s[0] and s[1] < o[1] for o in found))


def _length(span: Span) -> int:
    return span[1] - span[0]


def _beside(code: str, expression: str, position: int) -> tuple[str, ...]:
    """The parts that an AND joins with the one at a position, on any level."""
    parts: list[str] = []
    for start, end in [(-1, len(code) + 1), *_groups(code)]:
        if start < position < end - 1:
            inside = [(s, e) for s, e in _split(code, start + 1, end - 1)]
            parts += [expression[s:e] for s, e in inside if not s <= position < e]
    return tuple(parts)


def _split(code: str, start: int, end: int) -> list[Span]:
    """The parts between the ANDs of one level."""
    depth, begins, found = 0, start, []
    for match in re.finditer(r"[()]| AND ", code[start:end]):
        if match[0] == " AND ":
            if not depth:
                found.append((begins, start + match.start()))
                begins = start + match.end()
        else:
            depth += 1 if match[0] == "(" else -1
    return [*found, (begins, end)]
