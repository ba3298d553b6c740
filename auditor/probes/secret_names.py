"""Tells variables by their names: which hold secrets, and which values stand for nothing."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"PASSW(?:OR)?D|PASSPHRASE|(?:^|_)PASS$|PWD$|SECRET|TOKEN|PRIVATE|CREDENTIAL|SERVICE_?(?:ROLE_?)?KEY|API_?KEY|ACCESS_?KEY"
    r"|SIGNING_?KEY|ENCRYPTION_?KEY|MASTER_?KEY|ADMIN_?KEY|DATABASE_URL|(?:^|_)DB_URL|POSTGRES(?:QL)?_UR[LI]|REDIS_UR[LI]"
    r"|MONGO\w*UR[LI]|DIRECT_URL|BROKER_URL|AMQP_URL|CONNECTION_STRING|WEBHOOK_URL|(?:^|_)DSN$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"ANON|PUBLISHABLE|PUBLIC_?KEY|SITE_?KEY|CLIENT_?ID|EXPIR|_TTL$|LENGTH|LIFETIME|SENTRY_DSN|TOKEN_(?:URL|TYPE|NAME|LIMIT|ALGORITHM|ISSUER|AUDIENCE)"
    r"|MAX_TOKENS|TOKENS?_(?:PER|MAX|COUNT)|^GITHUB_TOKEN$|SECRET_?NAME|SECRETS?_(?:DIR|PATH|ARN|ID)$|PASSWORD_(?:MIN|MAX|HASH|RESET|POLICY)"
    r"|^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|NG_APP)_|^PWD$|^OLDPWD$|TOKENIZ",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:<.*>|\*+|x{3,}|\.{3}|todo|none|null|nil|true|false|undefined|(?:your|my|replace|insert|put)[-_ ].*"
    r"|(?:example|dummy|placeholder|redacted)\b.*|\$\{?[A-Za-z_]\w*(?:[:?+-][^}]*)?\}?|)",
    re.IGNORECASE | re.DOTALL,
)


def looks_secret(name: str) -> bool:
    """Whether a variable of that name should hold a secret. ``X_FILE`` holds the path of one."""
    name = name[:200].rpartition(".")[2]
    return bool(_SECRET.search(name)) and not _PUBLIC.search(name) and not name.upper().endswith("_FILE")


def stands_for_nothing(value: str) -> bool:
    """Whether a value is empty, a reference, or a word where somebody has to write one."""
    return bool(_NOTHING.fullmatch(value[:500].strip()))
