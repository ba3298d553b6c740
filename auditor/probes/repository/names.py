"""What the name of a variable says about its value."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.redact import secret_shape

_SECRET = re.compile(
    r"PASSW|PWD$|PASSPHRASE|(?:^|_)PASS$|SECRET|TOKEN|PRIVATE_?(?:KEY|PEM)|_PRIVATE$|CREDENTIAL|SERVICE_?(?:ROLE_?)?KEY|API_?KEY|ACCESS_?KEY|SIGNING_?KEY"
    r"|ENCRYPTION_?(?:\w{1,20}_)?KEY|MASTER_?KEY|ADMIN_?KEY|AUTH_?KEY|ACCOUNT_?KEY|SHARED_?KEY|SESSION_?KEY|COOKIE_?KEY|JWT_?KEY|HMAC_?KEY|(?:^|_)APP_KEY$"
    r"|CONNECTION_?STRING|_DSN$|DATABASE_URL|DB_URL|POSTGRES_URL|REDIS_URL|MONGO|AUTHORIZATION|(?:^|_)_?AUTH$|REQUIREPASS|MASTERAUTH"
    r"|(?:^|_)(?:PAT|SALT|PEPPER)$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"ANON|PUBLISHABLE|PUBLIC_?KEY|SITE_?KEY|EXPIRE|EXPIRATION|EXPIRY|LENGTH|SENTRY_DSN|CLIENT_?TOKEN|TOKENIZ|(?:^|_)(?:MAX|NUM|N|MIN|TOTAL|INPUT|OUTPUT)_?TOKENS?"
    r"|TOKENS$|TOKEN_?(?:ADDRESS|CONTRACT|SYMBOL|DECIMALS|COUNT)|SECRET_?(?:KEY_?)?REF|SECRET_?KEY_?NAME|PASSWORDLESS|CSRF_?(?:COOKIE|HEADER)"
    r"|PASSWORD_?(?:MIN|MAX|RESET|RESETS?|HASHERS?|VALIDATORS?|AUTHENTICATION|POLICY|STRENGTH|CHANGE|CHANGED|FORGOT|INCORRECT|INVALID|REQUIRED|MISMATCH)"
    r"|(?:^|_)(?:RESET|FORGOT|CHANGE|UPDATE|CONFIRM|INVALID|WRONG|MISSING|EXPIRED|HIDE|SHOW|NO|USE|HAS|IS)_?(?:PASSWORD|TOKEN|SECRET)(?!\w*SECRET)|IMAGE_?PULL_?SECRETS?|EXISTING_?SECRET"
    r"|(?:^|_)(?:ENABLE|DISABLE|ALLOW|USE|SKIP|REQUIRE|FORCE)_(?:\w+_)?(?:PASSWORD|TOKEN|SECRET|CREDENTIALS?|AUTH|PRIVATE)\w*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"_(?:FILES?|PATHS?|DIR|FOLDER|NAMES?|URLS?|URI|ENDPOINT|HOST|PORT|ID|IDS|ARN|TTL|AGE|MINUTES|SECONDS|HOURS|DAYS|LIFETIME|LEN|MIN|MAX|SIZE|TYPES?|KIND|CLASS"
    r"|ALGORITHM|ALG|HEADERS?|FIELDS?|LABEL|PLACEHOLDER|HINT|REGEX|PATTERN|POLICY|COUNT|LIMIT|ISSUER|AUDIENCE|ENABLED|REQUIRED|PREFIX|SUFFIX|COLUMN|MESSAGE|ERROR"
    r"|TITLE|TEXT|DESCRIPTION|DESC|VERSION|BACKEND|MANAGER|STORE|STORAGE|PROVIDER|REF|INPUT|ROUTE|PAGE|PARAM|PARAMETER|SCHEME|SCOPES?|STRATEGY|FORMAT|MODE|ENV"
    r"|TEMPLATE|SUBJECT|SELECTOR|TESTID|VAR|VARIABLE|USER|USERNAME|STATUS|COMMAND|PLUGIN|METHOD|LOCATION|AUTOCOMPLETE|CONFIG|CONFIG_KEY|KWARG|GRANT"
    r"|TRANSPORT|ADDRESS|DOMAIN|REGION|SENDER|EMAIL|CHARS|ROUNDS|BUCKET|RATE|WINDOW|DELAY|TIMEOUT|INTERVAL|RETRIES)$",
    re.IGNORECASE,
)
_URLS = re.compile(r"(?:DATABASE|DB|POSTGRES|REDIS)_URL$|MONGO\w*_UR[IL]$", re.IGNORECASE)
_BROWSER = re.compile(
    r"(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|VITE|REACT_APP|GATSBY|PUBLIC|VUE_APP|NG_APP|STORYBOOK)_", re.IGNORECASE
)
_NEVER = re.compile(
    r"SECRET|PASSW|PWD$|SERVICE_?(?:ROLE_?)?KEY|PRIVATE|DATABASE_URL|POSTGRES_URL|CONNECTION_?STRING|MASTER_?KEY|ADMIN_?(?:KEY|TOKEN)|ENCRYPTION_?KEY"
    r"|SIGNING_?KEY|AUTH_TOKEN|PERSONAL_ACCESS_TOKEN",
    re.IGNORECASE,
)
_CONNECTIONS = re.compile(
    r"(?:^|_)(?:DIRECT|BROKER|AMQP|RABBITMQ|WEBHOOK|DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL|MONGO\w*|REDIS|VALKEY|CELERY)_?UR[IL]$"
    r"|(?:^|_)DSN$",
    re.IGNORECASE,
)
_OF_MACHINES = frozenset({"GITHUB_TOKEN", "CI_JOB_TOKEN", "PWD", "OLDPWD"})
"""Made anew for each job, or no secret at all."""
_PLAIN = re.compile(r"[$@]?[A-Za-z_][A-Za-z_.:/-]{0,80}[0-9]{0,3}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]*+(?:[0-9]{1,3}[A-Za-z_.-]*+){0,2}")
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_IN_CODE = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRETS?|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|SIGNING_KEY|ENCRYPTION_KEY"
    r"|MASTER_KEY|ADMIN_KEY|SERVICE_KEY|SERVICE_ROLE_KEY|AUTH_KEY|APP_KEY|JWT_KEY|AUTHORIZATION|CONNECTION_STRING|SALT|PASS|SECRET_KEY_BASE|DSN)$"
)


@lru_cache(4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in capitals: ``clientSecret`` and ``client-secret`` are the same two."""
    return tuple(part.upper() for part in _JOINT.split(name[:200]) if part)


def is_public_name(key: str) -> bool:
    """Whether the name says that everybody may see the value, or that it only is about a secret."""
    joined = "_".join(words(key))
    if _PUBLIC.search(joined):
        return True
    return _ABOUT.search(joined) is not None and _URLS.search(joined) is None


def is_secret_name(key: str, *, code: bool = False) -> bool:
    """Whether the name says that its value is a secret.

    Args:
        key: ``DB_PASSWORD``, ``clientSecret``, ``spring.datasource.password``.
        code: a name of a program, which has to end in what it is.
    """
    if not key or len(key) > 200 or is_public_name(key):
        return False
    # labels of Kubernetes have the domain of who made them before their name
    joined = "_".join(words(key.rpartition("/")[2]))
    if _BROWSER.match(key):
        return _NEVER.search(joined) is not None
    return (_IN_CODE if code else _SECRET).search(joined) is not None


def is_secret_variable(name: str) -> bool:
    """Whether a variable of the environment has to come from a secrets manager.

    Args:
        name: of the variable. ``X_FILE`` holds the path of a secret, and what a build makes public is none.
    """
    name = name[:200].rpartition(".")[2]
    if _BROWSER.match(name) or name.upper() in _OF_MACHINES:
        return False
    joined = "_".join(words(name))
    return is_secret_name(name) or (_CONNECTIONS.search(joined) is not None and "SENTRY" not in joined)


def shown_key(key: str) -> str:
    """The name as a report may hold it; empty when it may be no name: what stands left of a value may be a secret too.

    Args:
        key: what a reader took for the name.
    """
    plain = _PLAIN.fullmatch(key) is not None
    named = len(key) <= 100 and _SECRET.search(key) is not None and _NAME.fullmatch(key) is not None
    return key if (plain or named) and not secret_shape(key) else ""
