"""The table: where files that nobody meant to publish usually lie, and what each is recognised by.

A row is a path, what is there, and how bad it is that everybody has it. Paths of one group share a signature. The whole
is for stacks of Next.js, FastAPI and Supabase behind nginx, in containers or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.exposed_files import ExposureKind
from auditor.model import Severity
from auditor.probes.paths.listings import listing
from auditor.probes.paths.matching import Signature, either, holds, keys, lines, markup, start
from auditor.probes.paths.signatures import (
    core_dump,
    dockerfile,
    environment,
    git_index,
    packed,
    private_key,
    sql_dump,
)

_ENVIRONMENT, _GIT, _KEY = ExposureKind.ENVIRONMENT, ExposureKind.VERSION_CONTROL, ExposureKind.KEY
_DUMP, _CONFIGURATION, _LOG = ExposureKind.DUMP, ExposureKind.CONFIGURATION, ExposureKind.LOG
_CRITICAL, _HIGH, _MEDIUM, _LOW, _INFO = Severity


@dataclass(frozen=True, slots=True)
class Row:
    """Paths at which one sort of file lies."""

    kind: ExposureKind
    what: str
    severity: Severity
    recognise: Signature
    paths: tuple[str, ...]


TABLE = (
    Row(
        _ENVIRONMENT,
        "an environment file",
        _CRITICAL,
        environment,
        (
            "/.env",
            "/.env.local",
            "/.env.production",
            "/.env.production.local",
            "/.env.prod",
            "/.env.staging",
            "/.env.development",
            "/.env.bak",
            "/.env.local.bak",
            "/.env.save",
            "/.env.old",
            "/.env~",
            "/.env.swp",
            "/api/.env",
            "/backend/.env",
            "/frontend/.env",
            # an alias of nginx without the slash at its end: what lies beside the directory is served too
            "/static../.env",
        ),
    ),
    Row(_ENVIRONMENT, "an example of an environment file", _INFO, environment, ("/.env.example",)),
    Row(
        _GIT,
        "the HEAD of a git repository",
        _HIGH,
        holds("a branch or a commit", r"\A(?:ref: refs/\S{1,250}|[0-9a-f]{40}|[0-9a-f]{64})\s*\Z"),
        ("/.git/HEAD",),
    ),
    Row(
        _GIT,
        "the configuration of a git repository",
        _HIGH,
        holds("a [core] section", r"^\s{0,20}\[core\]", r"^\s{0,20}repositoryformatversion\s{0,20}="),
        ("/.git/config",),
    ),
    Row(
        _GIT,
        "the log of a git repository",
        _HIGH,
        lines("commits", r"[0-9a-f]{40,64} [0-9a-f]{40,64} [^<\n]{0,500}<[^>\n]{0,500}> \d{1,12} [-+]\d{4}(?:\t.*)?"),
        ("/.git/logs/HEAD",),
    ),
    Row(_GIT, "the index of a git repository", _HIGH, git_index, ("/.git/index",)),
    Row(
        _GIT,
        "the references of a git repository",
        _HIGH,
        lines("references", r"(?:[0-9a-f]{40,64} refs/\S{1,1000}|\^[0-9a-f]{40,64})"),
        ("/.git/packed-refs",),
    ),
    Row(_GIT, "the database of a Subversion checkout", _HIGH, start("SQLite", b"SQLite format 3\0"), ("/.svn/wc.db",)),
    Row(
        _GIT,
        "a Mercurial repository",
        _HIGH,
        lines("requirements", r"[a-z0-9.=-]{2,60}", share=1.0, least="^(?:revlogv[12]|store|dotencode|share-safe)$"),
        ("/.hg/requires",),
    ),
    Row(
        _KEY,
        "credentials of a package registry",
        _CRITICAL,
        either(
            holds(
                "a token of npm",
                r"^[ \t]{0,20}(?://\S{1,300}:)?_(?:auth|authToken|password)[ \t]{0,20}=[ \t]{0,20}[^\s$]",
            ),
            holds(
                "an index of Python",
                r"^\[(?:distutils|pypi|testpypi)\]",
                r"^[ \t]{0,20}password[ \t]{0,20}[=:][ \t]{0,20}\S",
            ),
        ),
        ("/.npmrc", "/.pypirc"),
    ),
    Row(
        _KEY,
        "credentials of git",
        _CRITICAL,
        lines("entries", r"https?://[^\s:@/]{1,300}:[^\s@]{1,500}@\S{1,300}"),
        ("/.git-credentials",),
    ),
    Row(
        _KEY,
        "credentials of a container registry",
        _CRITICAL,
        keys("accounts", ("auths", "credHelpers", "credsStore")),
        ("/.docker/config.json",),
    ),
    Row(
        _KEY,
        "the configuration of WordPress",
        _CRITICAL,
        markup(
            "constants", r"\A\s{0,40}<\?php", r"^\s{0,20}define\(\s{0,20}['\"](?:DB_PASSWORD|AUTH_KEY)['\"]\s{0,20},"
        ),
        ("/wp-config.php.bak",),
    ),
    Row(
        _KEY,
        "hashes of passwords",
        _HIGH,
        lines(
            "entries",
            r"[^\s:]{1,255}:(?:\$(?:apr1|2[abxy]|[156y])\$\S{8,200}|\{SHA\}[A-Za-z0-9+/=]{20,40}|[./0-9A-Za-z]{13})",
        ),
        ("/.htpasswd",),
    ),
    Row(
        _KEY,
        "credentials of AWS",
        _CRITICAL,
        holds(
            "an access key",
            r"^[ \t]{0,20}aws_(?:access_key_id|secret_access_key|session_token)[ \t]{0,20}=[ \t]{0,20}\S",
        ),
        ("/.aws/credentials",),
    ),
    Row(
        _KEY,
        "a private key",
        _CRITICAL,
        private_key,
        ("/.ssh/id_rsa", "/id_rsa", "/.ssh/id_ed25519", "/server.key", "/private.pem"),
    ),
    Row(
        _KEY,
        "the key of a Google service account",
        _CRITICAL,
        keys("a service account", ("private_key", "private_key_id"), ("client_email", "project_id")),
        ("/service-account.json", "/serviceAccountKey.json", "/firebase-adminsdk.json"),
    ),
    Row(
        _KEY,
        "credentials of a server for uploads",
        _CRITICAL,
        keys("a host and a user", ("host", "profiles"), ("username", "user", "password", "privateKeyPath", "profiles")),
        ("/.vscode/sftp.json",),
    ),
    Row(
        _KEY,
        "the state of Terraform",
        _CRITICAL,
        keys("resources", ("terraform_version",), ("resources", "modules")),
        ("/terraform.tfstate",),
    ),
    Row(
        _DUMP,
        "a dump of a database",
        _CRITICAL,
        sql_dump,
        ("/backup.sql", "/dump.sql", "/backup.sql.gz", "/dump.sql.gz"),
    ),
    Row(_DUMP, "a SQLite database", _CRITICAL, start("SQLite", b"SQLite format 3\0"), ("/db.sqlite3",)),
    Row(
        _DUMP,
        "an archive",
        _CRITICAL,
        either(start("a ZIP archive", b"PK\x03\x04"), packed),
        ("/backup.zip", "/backup.tar.gz"),
    ),
    Row(_DUMP, "the memory of a process", _CRITICAL, core_dump, ("/core",)),
    Row(
        _CONFIGURATION,
        "a compose file",
        _HIGH,
        holds("services", r"^services:[ \t]{0,40}(?:#.*)?\r?$", r"^[ \t]{1,40}(?:image|build|container_name|extends):"),
        ("/docker-compose.yml", "/docker-compose.yaml", "/docker-compose.prod.yml", "/compose.yaml"),
    ),
    Row(_CONFIGURATION, "a Dockerfile", _MEDIUM, dockerfile, ("/Dockerfile",)),
    Row(
        _CONFIGURATION,
        "the configuration of Supabase",
        _MEDIUM,
        holds("sections", r"^\[(?:api|auth)\]", r"^\[(?:db|studio|storage|realtime|auth\.[\w.]{1,60})\]"),
        ("/supabase/config.toml",),
    ),
    Row(
        _CONFIGURATION,
        "the address of the database",
        _MEDIUM,
        holds("a URL of PostgreSQL", r"\Apostgres(?:ql)?://\S{1,400}\s*\Z"),
        ("/supabase/.temp/pooler-url",),
    ),
    Row(
        _CONFIGURATION,
        "the configuration of Next.js",
        _MEDIUM,
        holds(
            "a module",
            r"(?:module\.exports|export default|exports\.default)\b",
            r"\b(?:[nN]extConfig|reactStrictMode|rewrites|remotePatterns|experimental|basePath|env\s{0,9}:)",
        ),
        ("/next.config.js",),
    ),
    Row(
        _CONFIGURATION,
        "what a build of Next.js writes for its server",
        _HIGH,
        keys("the whole configuration", ("config",), ("files", "appDir", "relativeAppDir")),
        ("/.next/required-server-files.json",),
    ),
    Row(
        _CONFIGURATION,
        "the source of the server",
        _HIGH,
        holds(
            "Python",
            r"^(?:from [\w.]{1,100} import |import \w)",
            r"^(?:app\b.{0,200}=|(?:async )?def \w|class \w|@\w|\w{1,40} = (?:FastAPI|APIRouter|Flask)\()",
        ),
        ("/main.py",),
    ),
    Row(
        _CONFIGURATION,
        "the configuration of migrations",
        _HIGH,
        holds("an [alembic] section", r"^\[alembic\]", r"^\s{0,20}(?:script_location|sqlalchemy\.url)\s{0,20}="),
        ("/alembic.ini",),
    ),
    Row(
        _CONFIGURATION,
        "the link to a project of Vercel",
        _LOW,
        keys("its ids", ("projectId",), ("orgId", "projectName", "settings")),
        ("/.vercel/project.json",),
    ),
    Row(
        _CONFIGURATION,
        "a list of a folder's files by macOS",
        _LOW,
        start("its signature", b"\0\0\0\1Bud1"),
        ("/.DS_Store",),
    ),
    Row(
        _CONFIGURATION,
        "the settings of an editor",
        _LOW,
        markup(
            "a project of JetBrains", r"\A\s{0,40}(?:<\?xml[^>]{0,200}>\s{0,40})?<project version=", r"<component name="
        ),
        ("/.idea/workspace.xml",),
    ),
    Row(
        _CONFIGURATION,
        "the status page of Apache",
        _MEDIUM,
        markup(
            "requests of others",
            r"<title>Apache Status</title>|<h1>Apache Server Status for",
            r"Server uptime:|Server Version:",
        ),
        ("/server-status",),
    ),
    Row(
        _CONFIGURATION,
        "the list of a package's dependencies",
        _INFO,
        either(
            keys(
                "a package", ("name", "version", "private", "scripts"), ("dependencies", "devDependencies", "scripts")
            ),
            holds(
                "a project of Python",
                r"^\[(?:project|build-system|tool\.[\w.-]{1,60})\]",
                r"^\s{0,20}[\w-]{1,60}\s{0,9}=",
            ),
            lines(
                "requirements",
                r"(?:-\S.*|[A-Za-z0-9][\w.-]{0,100}(?:\[[\w, .-]{0,200}\])?\s{0,20}(?:(?:[=~!<>]=?=?|@).{1,500})?)",
                least=r"^[A-Za-z0-9][\w.-]{0,100}(?:\[[\w, .-]{0,200}\])?\s{0,20}(?:==|>=|~=|<=|!=|<|>|@ )",
            ),
        ),
        ("/package.json", "/pyproject.toml", "/requirements.txt"),
    ),
    Row(
        _LOG,
        "a log",
        _HIGH,
        either(
            lines(
                "requests", r"\S{1,100} \S{1,200} .{1,200}\[\d{2}/[A-Z][a-z]{2}/\d{4}:.{1,20}\] .{1,9000}", share=0.5
            ),
            lines("requests", r"INFO:\s{1,9}\S{3,60}:\d{1,5} - \"[A-Z]{3,7} .{1,9000}", share=0.3),
            lines(
                "lines of nginx", r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\w{4,6}\] \d{1,9}#\d{1,9}: .{1,9000}", share=0.5
            ),
            lines(
                "lines of Apache", r"\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d.{1,20}\] \[.{1,9000}", share=0.5
            ),
            lines(
                "lines of npm",
                r"\d{1,6} (?:info|verbose|silly|warn|error|http|timing)\b.{0,9000}",
                share=0.5,
                least="^0 ",
            ),
            lines(
                "lines with a time",
                r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.{0,40}\b"
                r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE)\b.{0,9000}",
                share=0.3,
            ),
            lines("lines of JSON", r"\{.{0,2000}\"(?:level|severity|levelname)\"\s{0,9}:.{0,9000}", share=0.5),
        ),
        ("/access.log", "/error.log", "/npm-debug.log"),
    ),
)

DIRECTORIES = ("/", "/static/", "/assets/", "/uploads/", "/backup/", "/.git/", "/_next/static/")
"""Where a list of files would tell most."""


def listing_row(path: str) -> Row:
    """The row of a directory: what lies in some, nobody should know of."""
    severity = _HIGH if path in ("/backup/", "/.git/") else _MEDIUM
    return Row(ExposureKind.LISTING, "a directory listing", severity, listing, (path,))


def rows(directories: tuple[str, ...] = ()) -> Iterator[tuple[str, Row]]:
    """Each path with its row.

    Args:
        directories: to try besides those of the table.
    """
    for row in TABLE:
        yield from ((path, row) for path in row.paths)
    for path in dict.fromkeys((*DIRECTORIES, *directories)):
        yield path, listing_row(path)
