"""Says in plain words, and at the right line, what pydantic found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from auditor.checklist.lines import Key, quoted
from auditor.checklist.problems import Problems, shown, suggest
from auditor.checklist.schema import Document
from auditor.checklist.values import Wrong

_EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "date_type": "a date",
}
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number with a point"),
    (str, "text"),
    (list, "a list"),
    (dict, "a table"),
    ((datetime, date, time), "a date or time"),
)
_Telling = Callable[[dict[str, Any]], tuple[str, str]]
_BOUNDS: dict[str, _Telling] = {
    "greater_than_equal": lambda ctx: ("is too small", f"the least is {ctx['ge']}"),
    "less_than_equal": lambda ctx: ("is too large", f"the most is {ctx['le']}"),
    "too_short": lambda _: ("is empty", "fill the list, or leave the key out"),
}


def explain(
    error: ValidationError, data: Mapping[str, Any], used: Mapping[Key, tuple[str, ...]], problems: Problems
) -> None:
    """Turn everything that pydantic found into problems.

    Args:
        error: from validating the data against :class:`.schema.Document`.
        data: what was validated.
        used: the variables that went into each key: what they held is not shown.
        problems: takes the result.
    """
    for detail in error.errors(include_url=False):
        key = _key(detail["loc"], data, missing=detail["type"] == "missing")
        context = detail.get("ctx", {})
        told = _tell(detail["type"], key, detail["input"], context, used.get(key, ()))
        problems.add(key, *told)


def _tell(kind: str, key: Key, value: object, context: dict[str, Any], variables: tuple[str, ...]) -> tuple[str, str]:
    name = quoted(str(key[-1])[:60]) if key else ""
    if kind == "missing":
        return f"the key {name} is missing", f"add it: {_describe(key)}"
    if kind == "extra_forbidden":
        return f"the key {name} is not known", suggest(str(key[-1]), _fields(key[:-1]))
    if kind in _EXPECTED:
        return f"this must be {_EXPECTED[kind]}, not {_kind(value)}", _describe(key)
    subject = shown(value, key, variables)
    if kind in _BOUNDS:
        what, remedy = _BOUNDS[kind](context)
        return f"{subject} {what}", remedy
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return f"{subject} {wrong.what}", wrong.remedy
    return f"{subject} cannot be used", _describe(key)


def _key(location: tuple[int | str, ...], data: Any, *, missing: bool) -> Key:
    """The key in the file: pydantic's location without what only pydantic knows, such as tags of unions."""
    key: Key = ()
    for position, part in enumerate(location):
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int)):
            data = data[part]  # type: ignore[index]
            key = (*key, part)
        elif missing and position == len(location) - 1:
            key = (*key, part)
    return key


def _kind(value: object) -> str:
    return next((name for types, name in _KINDS if isinstance(value, types)), "this")


def _fields(table: Key) -> tuple[str, ...]:
    """The keys that a table of the file may have."""
    model = _model(_annotation(table))
    return tuple(model.model_fields) if model else ()


def _describe(key: Key) -> str:
    """What the schema says about a key, else about what it stands in."""
    for length in range(len(key), 0, -1):
        model = _model(_annotation(key[: length - 1]))
        field = model.model_fields.get(str(key[length - 1])) if model else None
        if field and field.description:
            return field.description.rstrip(".")
    return ""


def _annotation(key: Key) -> Any:
    """The type that the schema gives a key."""
    annotation: Any = Document
    for part in key:
        if get_origin(annotation) in (dict, list):
            annotation = get_args(annotation)[-1]
        else:
            model = _model(annotation)
            field = model.model_fields.get(str(part)) if model else None
            annotation = field.annotation if field else None
    return annotation


def _model(annotation: Any) -> type[BaseModel] | None:
    """The table in an annotation such as ``SupabaseTable | None``; none when it is a list or dictionary of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, list):
        return None
    return next(filter(None, map(_model, get_args(annotation))), None)
