"""Recognises what programs show of themselves when they fail. Every pattern takes time in proportion to the text."""

from __future__ import annotations

import re

_P = re.compile
_LINE = r"(?:\n|\\n|<br ?/?>)"
"""A line's end: in text, in a string of JSON, in a page."""
TRACEBACKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Werkzeug debugger that runs code", _P(r"EVALEX\s{0,5}=\s{0,5}true")),
    ("Werkzeug debugger", _P(r"<title>[^<]{0,300}// Werkzeug Debugger</title>")),
    (
        "Django debug page",
        _P(
            r"You(?:'|&#x27;|&#39;|’)re seeing this error because you have <code>DEBUG = True"
            r"|<th[^>]{0,60}>Django Version:|\nDjango Version: \d"
        ),
    ),
    ("Starlette debug page", _P(r"<title>Starlette Debugger</title>")),
    ("Python traceback", _P(r"Traceback \(most recent call last\)|File \\?\"/[^\"\n\\]{1,300}\.py\\?\", line \d{1,6}")),
    (
        "Node.js stack trace",
        _P(
            _LINE + r"(?:[ \t]|&nbsp;){1,20}at (?:[\w.$<>\[\] ]{1,120} )?\(?"
            r"(?:/|node:|file:|webpack-internal:|[A-Z]:\\)[^\s:]{1,300}:\d{1,7}:\d{1,7}"
        ),
    ),
    ("Next.js error overlay", _P(r"<nextjs-portal|__nextjs_original-stack-frame|data-nextjs-dialog")),
    (
        "Rails error page",
        _P(r"<title>Action Controller: Exception caught</title>|<code>Rails\.root: /|<h1>Routing Error</h1>"),
    ),
    ("Laravel error page", _P(r"window\.ignite\(|[fF]acade\\{1,4}[iI]gnition|vendor/laravel/framework/src/Illuminate")),
    ("Java stack trace", _P(_LINE + r"(?:\t|\\t| {4})at [\w.$]{3,200}\([\w$]{1,80}\.java:\d{1,6}\)")),
    (
        "PHP error",
        _P(
            r"(?:Fatal error|Parse error|Warning|Notice|Deprecated)(?:</b>)?: [^\n]{1,200}? in (?:<b>)?"
            r"/[\w./-]{1,200}\.php"
        ),
    ),
    ("Go panic", _P(r"goroutine \d{1,9} \[running\]:")),
    (
        ".NET stack trace",
        _P(_LINE + r"   at [\w.`<>]{3,200}\([^\n)]{0,300}\) in [^\n:]{1,4}:?[^\n:]{1,300}:line \d{1,6}"),
    ),
    ("ASP.NET error page", _P(r"\[(?:Http|NullReference|Sql|InvalidOperation)Exception(?: \(0x[0-9a-f]{8}\))?: ")),
    (
        "Symfony exception page",
        _P(r"<!-- [^\n]{1,300}\(\d{3} [\w ]{1,40}\) -->\s{0,20}<!DOCTYPE html>|Symfony Exception</title>"),
    ),
)
"""What it is, and what it is recognised by."""
DATABASE_ERRORS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("error of SQLAlchemy", _P(r"sqlalchemy\.exc\.\w{3,60}|\[SQL: (?:SELECT|INSERT|UPDATE|DELETE)|sqlalche\.me/e/")),
    ("error of PostgreSQL", _P(r"psycopg2?\.errors\.\w{3,60}|asyncpg\.exceptions\.\w{3,60}|PG::\w{3,60}")),
    (
        "error of a database",
        _P(r"SQLSTATE\[\w{5}\]|ORA-\d{5}:|You have an error in your SQL syntax|sqlite3\.OperationalError"),
    ),
    (
        "error of PostgreSQL",
        _P(r"(?:syntax error at or near|relation|column) \\?\"[^\"\n]{0,100}\"[^\n\\]{0,40}(?:\n|\\n)LINE \d"),
    ),
    (
        "error of PostgreSQL",
        _P(r"invalid byte sequence for encoding \\?\"UTF8\\?\"|connection to server at \\?\"[^\"\n]{1,200}\", port"),
    ),
    ("error of Prisma", _P(r"PrismaClient(?:Known|Unknown)RequestError|Invalid `prisma\.")),
)
_SOFTWARE = re.compile(
    r"<center>((?:nginx|openresty|tengine)/[\d.]{1,20})|<address>(Apache/[\d.]{1,20}[^<\n]{0,100})"
    r"|<h3>(Apache Tomcat/[\d.]{1,20})|Powered by (?:<a [^>]{1,100}>)?(Jetty://[^<\n]{1,40})"
    r"|(lighttpd/[\d.]{1,20})|<hr>(Microsoft-IIS/[\d.]{1,10})"
)
"""Server and version in a page of an error."""


def traceback_in(text: str) -> str:
    """What a body shows; empty: nothing that should not be there."""
    return next((kind for kind, pattern in (*TRACEBACKS, *DATABASE_ERRORS) if pattern.search(text)), "")


def software_in(text: str) -> str:
    """The server that an error page names with its version; empty when it names none."""
    found = _SOFTWARE.search(text[:20_000])
    return next(filter(None, found.groups()), "").strip() if found else ""
