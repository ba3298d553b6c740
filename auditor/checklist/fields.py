"""The types of the schema's fields: a reader of values from :mod:`.values`, wrapped for pydantic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from auditor.checklist import dsn, keys, values
from auditor.checklist.model import GUIDELINES, SURFACES
from auditor.checklist.values import Wrong
from auditor.checklist.variables import Pending
from auditor.model import Level


def _read(reader: Callable[[str], object]) -> WrapValidator:
    """Judges the text and keeps it as it is: the dataclasses are built from it later, by the same reader."""

    def judge(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, Pending):
            reader(handler(value))
        return value

    return WrapValidator(judge)


def _read_date(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, datetime):
        raise Wrong("must be a date without a time", "write the day alone: 2027-01-31")
    if isinstance(value, str):
        raise Wrong("must be a TOML date, not text", "write it without quotes: 2027-01-31")
    return handler(value)


def _words(words: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


Text = Annotated[str, _read(values.text)]
LevelName = Annotated[str, _read(values.level), _words(tuple(map(str, Level)))]
Surface = Annotated[str, _read(values.surface), _words(SURFACES)]
Pin = Annotated[str, _read(values.pin)]
Trust = Annotated[str, _read(values.trust), _words(("system", "custom", "both"))]
Guideline = Annotated[str, _read(values.guideline), _words(GUIDELINES)]
Parent = Annotated[str, _read(values.parent), _words(("default",))]
Origin = Annotated[str, _read(values.origin)]
AnyOrigin = Annotated[str, _read(values.any_origin)]
Url = Annotated[str, _read(values.url)]
ServiceUrl = Annotated[str, _read(values.service_url)]
Route = Annotated[str, _read(values.route)]
HostName = Annotated[str, _read(values.host_name)]
Address = Annotated[str, _read(values.address)]
FilePath = Annotated[str, _read(values.file_path)]
ModuleName = Annotated[str, _read(values.module_name)]
TableName = Annotated[str, _read(values.table_name)]
ProjectRef = Annotated[str, _read(values.project_ref)]
Duration = Annotated[str, _read(values.duration)]
ReleaseTime = Annotated[str, _read(values.release_time)]
BucketUrl = Annotated[str, _read(values.bucket_url)]
Size = Annotated[str, _read(values.size)]
RateText = Annotated[str, _read(values.rate)]
ServicePort = Annotated[str, _read(values.service_port)]
EndpointText = Annotated[str, _read(values.endpoint)]
Connection = Annotated[str, _read(dsn.connection)]
Token = Annotated[str, _read(keys.token)]
AnonKey = Annotated[str, _read(keys.anon_key)]
ServiceKey = Annotated[str, _read(keys.service_key)]
Day = Annotated[date, WrapValidator(_read_date)]

TEXT, TABLE = "<text>", "<table>"
"""Tags of the two forms that some keys have; no key of a checklist can be called so by chance."""
TEXT_OR_TABLE = Discriminator(lambda value: TABLE if isinstance(value, dict) else TEXT)


def judged(reader: Callable[[int], int]) -> AfterValidator:
    """A number that must also pass the reader."""
    return AfterValidator(reader)
