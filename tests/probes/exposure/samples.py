"""What tools and servers answer, by the name that the table gives them: written by hand after their own templates."""

# ruff: noqa: E501  bodies as servers send them
from __future__ import annotations

from tests.probes.stand import answer, page


def data(body: str) -> bytes:
    return answer(200, body, Content_Type="application/json")


def text(body: str) -> bytes:
    return answer(200, body, Content_Type="text/plain; charset=utf-8")


SHOWN: tuple[tuple[str, str, bytes], ...] = (
    ("Flower, which runs and ends tasks of Celery", "/flower/", page('<!DOCTYPE html><html lang="en"><head><title>Flower</title></head><body><a class="navbar-brand" href="/flower/">Flower</a>')),
    ("the dashboard of RQ", "/rq", page("<!doctype html><html><head>\n  <title>\n RQ dashboard\n</title></head>")),
    ("the board of Bull", "/admin/queues", page('<!DOCTYPE html><html><head><base href="/admin/queues/" /><title>Bull Dashboard</title>')),
    ("Jupyter, which runs any code", "/lab", page('<!doctype html><html><head><title>JupyterLab</title></head><body><script id="jupyter-config-data" type="application/json">{"token": ""}</script>')),
    ("Jupyter, which runs any code", "/api/status", data('{"connections": 0, "kernels": 1, "last_activity": "2026-11-25T10:00:00Z", "started": "2026-11-25T09:00:00Z"}')),
    ("Adminer, a way into the database", "/adminer", page('<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Login - Adminer</title><link rel="stylesheet" href="?file=default.css"><a href="https://www.adminer.org/">Adminer</a>')),
    ("Adminer, a way into the database", "/adminer.php", page('<!DOCTYPE html><title>db: postgres - Adminer</title>')),
    ("phpMyAdmin, a way into the database", "/phpmyadmin/", page('<!doctype html><html><head><title>phpMyAdmin</title><link href="./themes/pmahomme/css/theme.css"></head>')),
    ("pgAdmin, a way into the database", "/pgadmin4/login", page("<!DOCTYPE html><html><head><title>pgAdmin 4</title></head><body><input type='password'>")),
    ("Grafana", "/grafana/login", page('<!DOCTYPE html><html lang="en-US"><head><title>Grafana</title></head><script>window.grafanaBootData = {user: {}}</script>')),
    ("Grafana", "/grafana/api/health", data('{"commit":"abc","database":"ok","version":"11.1.0"}')),
    ("Prometheus", "/graph", page("<!doctype html><html><head><title>Prometheus Time Series Collection and Processing Server</title>")),
    ("Prometheus", "/prometheus/api/v1/status/buildinfo", data('{"status":"success","data":{"version":"2.53.0","revision":"x","branch":"HEAD","buildUser":"u","buildDate":"d","goVersion":"go1.22"}}')),
    ("Alertmanager, which silences alerts", "/alertmanager/", page("<!DOCTYPE html><html><head><title>Alertmanager</title>")),
    ("the dashboard of Traefik", "/dashboard/", page("<!DOCTYPE html><html><head><title>Traefik</title>")),
    ("the dashboard of Traefik", "/api/rawdata", data('{"routers":{"a@docker":{}},"services":{}}')),
    ("the dashboard of Traefik", "/api/overview", data('{"http":{"routers":{"total":1}},"tcp":{},"features":{},"providers":["Docker"]}')),
    ("the console of MinIO", "/minio/login", page("<!doctype html><html><head><title>MinIO Console</title>")),
    ("the management of RabbitMQ", "/rabbitmq/", page("<!DOCTYPE html><html><head><title>RabbitMQ Management</title>")),
    ("mongo-express, a way into the database", "/mongo-express/", page("<!DOCTYPE html><title>Home - Mongo Express</title>")),
    ("Supabase Studio, which runs any SQL", "/api/platform/projects/default", data('{"id":1,"ref":"default","name":"Default Project","cloud_provider":"localhost","restUrl":"http://x/rest/v1/"}')),
    ("Supabase Studio, which runs any SQL", "/project/default", page('<!DOCTYPE html><html><head><title>Supabase</title><script src="/_next/static/chunks/main.js"></script>')),
    ("the tables of the application, in an admin without login", "/admin/", page('<!DOCTYPE html><html><head><link rel="stylesheet" href="http://x/admin/statics/css/tabler.min.css"><title>Admin</title>')),
    ("the dashboard of Kubernetes", "/k8s/", page("<!doctype html><html><head><title>Kubernetes Dashboard</title>")),
    ("the console of Werkzeug, which runs any code", "/console", page("<!doctype html><html><head><title>Console // Werkzeug Debugger</title><script>var CONSOLE_MODE = true,\n EVALEX = true,</script>")),
    ("profiles of Go", "/debug/pprof/", page("<html><head><title>/debug/pprof/</title></head><body>")),
    ("variables of Go", "/debug/vars", data('{"cmdline": ["/app"],"memstats": {"Alloc":1}}')),
    ("the profiler of Symfony", "/_profiler/", page("<!DOCTYPE html><html><head><title>Symfony Profiler</title>")),
    ("the environment of Spring", "/actuator/env", data('{"activeProfiles":["prod"],"propertySources":[{"name":"server.ports"}]}')),
    ("the actuators of Spring, heap dumps among them", "/actuator", data('{"_links":{"self":{"href":"http://x/actuator"},"heapdump":{"href":"http://x/actuator/heapdump"}}}')),
    ("the actuators of Spring", "/actuator/", data('{"_links":{"self":{"href":"http://x/actuator"},"beans":{"href":"http://x/actuator/beans"}}}')),
    ("the beans of Spring", "/actuator/beans", data('{"contexts":{"app":{"beans":{"x":{}}}}}')),
    ("Telescope of Laravel", "/telescope", page("<!DOCTYPE html><html><head><title>Telescope - App</title><script>window.Telescope = {};</script>")),
    ("Ignition of Laravel, which runs solutions", "/_ignition/health-check", data('{"can_execute_commands":true}')),
    ("phpinfo()", "/info.php", page('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html><head><title>PHP 8.3.1 - phpinfo()</title>')),
    ("the properties of Rails", "/rails/info/properties", page("<!DOCTYPE html><html><table><tr><td>Rails version</td><td>7</td></tr><tr><td>Ruby version</td></tr>")),
    ("the debug toolbar of Django", "/", page('<!doctype html><html><body><p>Shop</p><div id="djDebug" class="djdt-hidden">')),
    ("the variables of a process", "/debug/env", data('{"PATH":"/usr/bin","HOME":"/root"}')),
    ("the status of nginx", "/nginx_status", text("Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n")),
    ("the configuration of Apache", "/server-info", page('<!DOCTYPE html><html><head><title>Server Information</title></head><a href="#server">Server Settings</a>')),
    ("the status of PHP-FPM", "/fpm-status", text("pool:                 www\nprocess manager:      dynamic\n")),
    ("the statistics of HAProxy", "/stats", page("<html><head><title>Statistics Report for HAProxy</title>")),
    ("what was built, and from which commit", "/info", data('{"git":{"branch":"main","commit":{"id":"abc"}}}')),
    ("a development server of Next.js", "/", page('<!DOCTYPE html><html><head><script src="/_next/static/chunks/webpack.js?v=1732586000000" async=""></script>')),
    ("a development server of Next.js", "/__nextjs_font/geist-latin.woff2", answer(200, b"wOF2\0\1\0\0", Content_Type="font/woff2")),
    ("a development server of Vite", "/@vite/client", answer(200, 'import "/node_modules/vite/dist/client/env.mjs";\nfunction createHotContext(ownerPath) {}', Content_Type="text/javascript")),
    ("a development server of webpack", "/sockjs-node/info", data('{"websocket":true,"origins":["*:*"],"cookie_needed":false,"entropy":123}')),
    ("the welcome page of a server", "/", page("<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>")),
    ("the welcome page of a server", "/", page("<html><body><h1>It works!</h1></body></html>\n")),
    ("the welcome page of a server", "/", page("<!DOCTYPE html><html><head><title>Apache2 Debian Default Page: It works</title>")),
    ("the welcome page of a server", "/", page("<!DOCTYPE html><html><head><title>IIS Windows Server</title>")),
    ("the page that a new project begins with", "/", page("<!DOCTYPE html><html><head><title>Create Next App</title></head><p>Get started by editing</p>")),
    ("the page that a new project begins with", "/", page('<!doctype html><html><head><title>Vite + React</title><script type="module" src="/x.js"></script>')),
    ("the tables of the schema cache", "/rest-admin/v1/schema_cache", data('{"dbTables":[],"dbRelationships":[]}')),
    ("postgres-meta, which runs any SQL", "/pg/schemas", data('[{"id":2200,"name":"public","owner":"pg_database_owner"}]')),
    ("postgres-meta, which runs any SQL", "/pg/", data('{"status":200,"name":"@supabase/postgres-meta","version":"0.84.2"}')),
    ("Logflare, which has the logs of all services", "/analytics/v1/", page("<!DOCTYPE html><html><head><title>Logflare | Cloud Logging</title>")),
)  # fmt: skip
"""What, where, and the answer."""

NOT_SHOWN: tuple[tuple[str, bytes], ...] = (
    ("/flower/", page("<!doctype html><title>Flowers by Ann</title>")),
    ("/flower/", page("<!doctype html><title>Flower delivery</title>")),
    ("/telescope", page("<!doctype html><title>Telescope - Shop</title>")),
    ("/phpmyadmin/", page("<!doctype html><title>How to install phpMyAdmin</title>")),
    ("/alertmanager/", page("<!doctype html><title>Alertmanager in practice</title>")),
    ("/", page("<!doctype html><title>Vite + React</title><p>an article")),
    ("/", page("<!doctype html><title>Notes</title><p>next dev serves /_next/webpack-hmr and /_next/static/development/")),
    ("/dashboard/", page("<!doctype html><title>Dashboard</title><p>traefik</p>")),
    ("/admin/", page('<!doctype html><title>Admin</title><link href="/admin/statics/css/tabler.css"><input type="password">')),
    ("/lab", page('<!doctype html><title>Jupyter Server</title><div id="jupyter-config-data"><input type="password">')),
    ("/stats", data('{"players": 3}')),
    ("/status", data('{"status": "ok"}')),
    ("/info", data('{"name": "api", "version": "1.0"}')),
    ("/debug", data('{"path": "/debug", "home": true}')),
    ("/env", data('{"env": "production"}')),
    ("/console", page("<!doctype html><title>Console</title><p>our game console</p>")),
    ("/graph", page("<!doctype html><title>Graphs</title><p>Prometheus</p>")),
    ("/api/overview", data('{"http": 3}')),
    ("/api/status", data('{"status": "up"}')),
    ("/actuator", data('{"_links":{"self":{"href":"http://x/actuator"},"health":{"href":"http://x/actuator/health"}}}')),
    ("/actuator/", data('{"_links":{"self":{"href":"http://x/actuator"},"health":{"href":"http://x/actuator/health"}}}')),
    ("/actuator/env", answer(401, '{"activeProfiles":[],"propertySources":[]}')),
    ("/metrics", text("# TYPE up gauge\nup 1\n")),
    ("/", page("<!doctype html><title>Shop</title><p>Welcome to nginx! we wrote about it</p>")),
    ("/", page('<!doctype html><title>Docs</title><script src="/_next/static/chunks/main-app-abc123.js"></script><script src="/_next/static/chunks/webpack-1.js?dpl=dpl_1"></script>')),
    ("/", page("<!doctype html><title>Vite 6 is out</title><p>Vite + React</p>")),
    ("/@vite/client", page("<!doctype html><div id=root>")),
    ("/project/default", page("<!doctype html><title>How we use Supabase</title><script src='/_next/static/x.js'></script>")),
    ("/pg/schemas", answer(401, '{"message":"No API key found in request"}')),
    ("/adminer", page("<!doctype html><title>Not found</title><p>/adminer</p>")),
)  # fmt: skip
"""What is at an address of the table and is something else."""
