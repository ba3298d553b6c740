"""The table: pages for those who run the stack, where they usually are, and what each is recognised by.

Only what reading does not change is asked for: no heap dump, no profile that takes seconds, no stream that never ends.
A login page of a tool counts where the tool itself should not be on the internet (Adminer, pgAdmin), and does not where
it is what protects (sqladmin, Jupyter).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.exposed_pages import PageKind
from auditor.model import Severity
from auditor.probes.exposure.contents import wants_password
from auditor.probes.paths.matching import Signature, either, holds, keys, markup, start

_CONSOLE, _DEBUG, _STATUS = PageKind.CONSOLE, PageKind.DEBUG, PageKind.STATUS
_DEVELOPMENT, _DEFAULT, _SUPABASE = PageKind.DEVELOPMENT, PageKind.DEFAULT, PageKind.SUPABASE
_CRITICAL, _HIGH, _MEDIUM, _LOW, _INFO = Severity


_END = r"\s{0,40}</title>"


@dataclass(frozen=True, slots=True)
class Row:
    """Addresses of one sort of page."""

    kind: PageKind
    what: str
    severity: Severity
    recognise: Signature
    paths: tuple[str, ...]


def title(name: str, *others: str) -> Signature:
    """A page whose title begins with one of the names (a pattern), in any case."""
    return markup("its title", rf"(?i:<title[^>]{{0,100}}>\s{{0,40}}{name})", *others)


def without_login(signature: Signature) -> Signature:
    """The same, but for pages that ask for a password."""
    return lambda seen: "" if wants_password(seen.text) else signature(seen)


CONSOLES = (
    Row(
        _CONSOLE,
        "Flower, which runs and ends tasks of Celery",
        _HIGH,
        title(rf"(?:Celery )?Flower{_END}"),
        ("/flower/",),
    ),
    Row(_CONSOLE, "the dashboard of RQ", _HIGH, title("RQ[ -]dashboard"), ("/rq",)),
    Row(_CONSOLE, "the board of Bull", _HIGH, title("Bull[ -]?(?:board|dashboard|MQ)"), ("/admin/queues",)),
    Row(
        _CONSOLE,
        "Jupyter, which runs any code",
        _CRITICAL,
        without_login(
            either(title("(?:Jupyter|Home)", "jupyter-config-data"), keys("kernels", ("kernels",), ("started",)))
        ),
        ("/jupyter/lab", "/lab", "/tree", "/api/status"),
    ),
    Row(
        _CONSOLE,
        "Adminer, a way into the database",
        _HIGH,
        markup("its name", r"(?i:adminer)", r"(?i:<title[^>]{0,100}>[^<]{0,100}adminer|adminer\.org)"),
        ("/adminer", "/adminer.php"),
    ),
    Row(
        _CONSOLE,
        "phpMyAdmin, a way into the database",
        _HIGH,
        title("[^<]{0,100}phpMyAdmin", r"(?i:pmahomme|pma_|phpmyadmin\.css)"),
        ("/phpmyadmin/",),
    ),
    Row(
        _CONSOLE,
        "pgAdmin, a way into the database",
        _HIGH,
        title("pgAdmin"),
        ("/pgadmin/", "/pgadmin4/login"),
    ),
    Row(
        _CONSOLE,
        "Grafana",
        _MEDIUM,
        either(title("Grafana", "grafanaBootData"), keys("its version", ("database",), ("commit",), ("version",))),
        ("/grafana/login", "/grafana/api/health"),
    ),
    Row(
        _CONSOLE,
        "Prometheus",
        _HIGH,
        either(
            title(
                "Prometheus Time Series",
            ),
            holds("its build", r'\A\s{0,20}\{"status":"success","data":\{"version":', r'"goVersion":'),
        ),
        ("/prometheus/graph", "/prometheus/api/v1/status/buildinfo", "/graph"),
    ),
    Row(_CONSOLE, "Alertmanager, which silences alerts", _HIGH, title(rf"Alertmanager{_END}"), ("/alertmanager/",)),
    Row(
        _CONSOLE,
        "the dashboard of Traefik",
        _HIGH,
        either(
            title(rf"Traefik(?: Proxy)?{_END}"),
            keys("its routes", ("routers",), ("services",)),
            keys("its overview", ("http",), ("providers", "features")),
        ),
        ("/dashboard/", "/api/rawdata", "/api/overview"),
    ),
    Row(_CONSOLE, "the console of MinIO", _MEDIUM, title("MinIO (?:Console|Browser)"), ("/minio/login",)),
    Row(_CONSOLE, "the management of RabbitMQ", _HIGH, title("RabbitMQ Management"), ("/rabbitmq/",)),
    Row(
        _CONSOLE,
        "mongo-express, a way into the database",
        _CRITICAL,
        title("[^<]{0,60}Mongo Express"),
        ("/mongo-express/",),
    ),
    Row(
        _CONSOLE,
        "Supabase Studio, which runs any SQL",
        _CRITICAL,
        either(
            keys("the project", ("cloud_provider",), ("connectionString", "ref", "restUrl")),
            title("(?:[^<]{0,60}\\| )?Supabase(?: Studio)?\\s{0,20}</title>", "__NEXT_DATA__|/_next/static/"),
        ),
        ("/api/platform/projects/default", "/project/default"),
    ),
    Row(
        _CONSOLE,
        "the tables of the application, in an admin without login",
        _CRITICAL,
        without_login(
            markup("sqladmin or starlette-admin", r"/statics/(?:css|js)/", r"(?i:tabler|sqladmin|starlette.admin)")
        ),
        ("/admin/",),
    ),
    Row(_CONSOLE, "the dashboard of Kubernetes", _HIGH, title("Kubernetes Dashboard"), ("/k8s/",)),
)

DEBUG_TOOLS = (
    Row(
        _DEBUG,
        "the console of Werkzeug, which runs any code",
        _CRITICAL,
        markup(
            "a console",
            r"Werkzeug (?:powered )?(?:Debugger|traceback)|// Werkzeug Debugger",
            r"EVALEX\s{0,5}=\s{0,5}true",
        ),
        ("/console",),
    ),
    Row(_DEBUG, "profiles of Go", _HIGH, title("/debug/pprof/"), ("/debug/pprof/",)),
    Row(
        _DEBUG,
        "variables of Go",
        _MEDIUM,
        keys("memory and command line", ("memstats",), ("cmdline",)),
        ("/debug/vars",),
    ),
    Row(_DEBUG, "the profiler of Symfony", _HIGH, title("Symfony (?:Web )?Profiler"), ("/_profiler/",)),
    Row(
        _DEBUG,
        "the environment of Spring",
        _CRITICAL,
        keys("property sources", ("propertySources",), ("activeProfiles", "profiles")),
        ("/actuator/env", "/env"),
    ),
    Row(
        _DEBUG,
        "the actuators of Spring, heap dumps among them",
        _CRITICAL,
        holds("links", r'\A\s{0,20}\{\s{0,20}"_links"', r'"heapdump"'),
        ("/actuator",),
    ),
    Row(
        _DEBUG,
        "the actuators of Spring",
        _MEDIUM,
        holds(
            "links", r'\A\s{0,20}\{\s{0,20}"_links"', r"/actuator/(?:env|beans|mappings|configprops|loggers|threaddump)"
        ),
        ("/actuator/",),
    ),
    Row(
        _DEBUG,
        "the beans of Spring",
        _HIGH,
        holds("beans", r'\A\s{0,20}\{"contexts":', r'"beans":'),
        ("/actuator/beans",),
    ),
    Row(
        _DEBUG,
        "Telescope of Laravel",
        _HIGH,
        title("(?:Telescope|[^<]{0,80}- Telescope)", r"window\.Telescope\b|vendor/telescope/"),
        ("/telescope",),
    ),
    Row(
        _DEBUG,
        "Ignition of Laravel, which runs solutions",
        _CRITICAL,
        keys("its health", ("can_execute_commands",)),
        ("/_ignition/health-check",),
    ),
    Row(
        _DEBUG,
        "phpinfo()",
        _HIGH,
        title("(?:PHP [\\d.]{1,20} - )?phpinfo\\(\\)"),
        ("/phpinfo.php", "/info.php"),
    ),
    Row(
        _DEBUG,
        "the properties of Rails",
        _HIGH,
        markup("versions", r"Rails version", r"Ruby version"),
        ("/rails/info/properties",),
    ),
    Row(_DEBUG, "the debug toolbar of Django", _HIGH, markup("its handle", r'id="djDebug"'), ("/",)),
    Row(
        _DEBUG,
        "the variables of a process",
        _CRITICAL,
        keys("PATH and others", ("PATH",), ("HOME", "PWD", "HOSTNAME", "LANG")),
        ("/debug", "/debug/env", "/api/debug", "/api/env"),
    ),
)

STATUS_PAGES = (
    Row(
        _STATUS,
        "the status of nginx",
        _LOW,
        holds("connections", r"^Active connections: \d", r"^server accepts handled requests"),
        ("/nginx_status", "/stub_status"),
    ),
    Row(
        _STATUS,
        "the configuration of Apache",
        _MEDIUM,
        title("(?:Apache )?Server Information", "Server Settings"),
        ("/server-info",),
    ),
    Row(
        _STATUS,
        "the status of PHP-FPM",
        _LOW,
        holds("a pool", r"^pool:\s{1,40}\S", r"^process manager:"),
        ("/fpm-status", "/status"),
    ),
    Row(
        _STATUS,
        "the statistics of HAProxy",
        _MEDIUM,
        markup("its title", "Statistics Report for HAProxy"),
        ("/haproxy?stats", "/stats"),
    ),
    Row(
        _STATUS,
        "what was built, and from which commit",
        _LOW,
        holds(
            "git and build",
            r'\A\s{0,20}\{\s{0,20}"(?:git|build|app)"\s{0,9}:\s{0,9}\{',
            r'"(?:commit|artifact|branch)"',
        ),
        ("/info", "/actuator/info"),
    ),
)

DEVELOPMENT = (
    Row(
        _DEVELOPMENT,
        "a development server of Next.js",
        _HIGH,
        markup(
            "its client for hot updates",
            r"<(?:script|link)[^>]{1,400}?(?:src|href)=[\"'][^\"']{0,200}(?:"
            r"/_next/static/chunks/(?:main-app|webpack|main|react-refresh)\.js\?(?:v|ts)="
            r"|/_next/static/chunks/react-refresh\.js|/_next/static/development/"
            r"|_browser_dev_hmr-client)",
        ),
        ("/",),
    ),
    Row(
        _DEVELOPMENT,
        "a development server of Next.js",
        _HIGH,
        start("the font of its overlay", b"wOF2"),
        ("/__nextjs_font/geist-latin.woff2",),
    ),
    Row(
        _DEVELOPMENT,
        "a development server of Vite",
        _HIGH,
        holds("its client for hot updates", r"createHotContext|vite-hmr|\bHMRContext\b", r"\bvite\b"),
        ("/@vite/client",),
    ),
    Row(
        _DEVELOPMENT,
        "a development server of webpack",
        _HIGH,
        either(
            keys("its socket", ("websocket",), ("cookie_needed",), ("entropy",)),
            markup("its report", r"<h1>Assets Report:</h1>|webpack-dev-server"),
        ),
        ("/sockjs-node/info", "/webpack-dev-server"),
    ),
)

DEFAULTS = (
    Row(
        _DEFAULT,
        "the welcome page of a server",
        _LOW,
        either(
            title(
                "Welcome to (?:nginx|OpenResty|CentOS|Caddy|tengine)",
            ),
            title("(?:Apache2? (?:Ubuntu |Debian )?Default Page|Test Page for the (?:Apache|Nginx|HTTP))"),
            markup(
                "It works!",
                r"\A\s{0,40}<html>\s{0,20}(?:<head>.{0,200}</head>)?\s{0,20}<body>\s{0,20}<h1>It works!</h1>",
            ),
            title("(?:IIS (?:Windows|7|8|10)|Apache Tomcat/|Caddy works|Welcome to JBoss|Welcome to XAMPP)"),
            title("The install worked successfully! Congratulations!"),
        ),
        ("/",),
    ),
    Row(
        _DEFAULT,
        "the page that a new project begins with",
        _LOW,
        either(
            markup(
                "create-next-app",
                r"<title>Create Next App</title>",
                r"(?i:get started by editing|to get started, edit)",
            ),
            title(rf"Vite \+ (?:React|Vue|Svelte|TS|Preact)(?: \+ TS)?{_END}", r"<script type=\"module\""),
            title(rf"Welcome to (?:SvelteKit|Nuxt|Remix|Astro)!?{_END}"),
        ),
        ("/",),
    ),
)

SUPABASE = (
    Row(
        _SUPABASE,
        "the tables of the schema cache",
        _HIGH,
        keys("its tables", ("dbTables", "dbRelationships", "dbRoutines")),
        ("/rest-admin/v1/schema_cache",),
    ),
    Row(
        _SUPABASE,
        "postgres-meta, which runs any SQL",
        _CRITICAL,
        either(
            holds("schemas", r'\A\s{0,20}\[\s{0,20}\{\s{0,20}"id":\s{0,5}\d', r'"owner":'),
            holds(
                "its version",
                r'\A\s{0,20}\{\s{0,20}"status":\s{0,5}\d{1,3},\s{0,5}"name":\s{0,5}"@supabase/postgres-meta"',
            ),
        ),
        ("/pg/schemas", "/pg/"),
    ),
    Row(
        _SUPABASE,
        "Logflare, which has the logs of all services",
        _HIGH,
        either(title("[^<]{0,60}Logflare"), keys("its health", ("nodes", "proc_count"), ("status",))),
        ("/analytics/v1/", "/analytics/v1/health"),
    ),
)

TABLE = (*CONSOLES, *DEBUG_TOOLS, *STATUS_PAGES, *DEVELOPMENT, *DEFAULTS, *SUPABASE)


def rows(surfaces: frozenset[str]) -> Iterator[tuple[str, Row]]:
    """Each address with its row, for an origin that is these surfaces.

    Args:
        surfaces: ``frontend``, ``api``, ``supabase``.
    """
    for row in TABLE:
        if row.kind is _SUPABASE and "supabase" not in surfaces:
            continue
        yield from ((path, row) for path in row.paths)
