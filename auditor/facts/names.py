"""Judges the names of variables that a front-end build makes public: what the name says, before any value is seen.

A name is read as words: ``NEXT_PUBLIC_STRIPE_SECRET_KEY`` and ``stripeSecretKey`` are both *stripe, secret, key*. What
its last word says that the value is (a URL, a length, an address) counts before what the words before it are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from auditor.facts.variables import NameClass

PUBLIC_PREFIXES = (
    "NEXT_PUBLIC_",  # Next.js
    "VITE_",  # Vite, and what is built on it
    "REACT_APP_",  # Create React App
    "NUXT_PUBLIC_", "NUXT_ENV_",  # Nuxt 3 and later, Nuxt 2
    "PUBLIC_",  # SvelteKit, Astro, Rsbuild, Hydrogen
    "EXPO_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",  # Vue CLI
    "NG_APP_",  # Angular, by @ngx-env/builder
    "STORYBOOK_",
    "REDWOOD_ENV_",
    "SANITY_STUDIO_",
    "PLASMO_PUBLIC_", "WXT_",  # browser extensions
    "BUN_PUBLIC_", "WAKU_PUBLIC_", "NX_PUBLIC_", "BLITZ_PUBLIC_", "SNOWPACK_PUBLIC_",
    "GRIDSOME_", "PREACT_APP_", "RAZZLE_", "UMI_APP_", "TARO_APP_", "POI_APP_",
    "MIX_",  # Laravel Mix
    "RENDERER_VITE_",  # electron-vite
)  # fmt: skip
"""What a variable's name starts with when a framework writes its value into what browsers download."""

NEEDLES = (
    "PUBLIC_", "VITE_", "_APP_", "NUXT_ENV_", "GATSBY_", "STORYBOOK_", "REDWOOD_ENV_", "SANITY_STUDIO_", "WXT_",
    "GRIDSOME_", "RAZZLE_", "MIX_",
)  # fmt: skip
"""One of them is in every public prefix: looking for these first is quick."""

LONGEST = 200
"""Characters of a name that are read. The words that tell stand in names that people can type."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMPOUNDS = {
    "ACCESSKEY": "ACCESS_KEY", "ACCESSTOKEN": "ACCESS_TOKEN", "ADMINKEY": "ADMIN_KEY", "ADMINPASS": "ADMIN_PASS",
    "APIKEY": "API_KEY", "APITOKEN": "API_TOKEN", "AUTHKEY": "AUTH_KEY", "AUTHTOKEN": "AUTH_TOKEN",
    "BEARERTOKEN": "BEARER_TOKEN", "BOTTOKEN": "BOT_TOKEN", "CLIENTID": "CLIENT_ID",
    "CONNECTIONSTRING": "CONNECTION_STRING", "DATABASEURL": "DATABASE_URL", "DBPASS": "DB_PASS",
    "DBURL": "DB_URL", "ENCRYPTIONKEY": "ENCRYPTION_KEY", "MASTERKEY": "MASTER_KEY", "MONGODBURI": "MONGODB_URI",
    "MONGOURI": "MONGO_URI", "MONGOURL": "MONGO_URL", "PRIVATEKEY": "PRIVATE_KEY", "PUBLICKEY": "PUBLIC_KEY",
    "REFRESHTOKEN": "REFRESH_TOKEN", "ROLEKEY": "ROLE_KEY", "SECRETKEY": "SECRET_KEY",
    "SERVICEACCOUNT": "SERVICE_ACCOUNT", "SERVICEKEY": "SERVICE_KEY", "SERVICEROLE": "SERVICE_ROLE",
    "SERVICEROLEKEY": "SERVICE_ROLE_KEY", "SIGNINGKEY": "SIGNING_KEY", "SITEKEY": "SITE_KEY",
    "SMTPPASS": "SMTP_PASS", "WEBHOOKURL": "WEBHOOK_URL", "CHATGPT": "OPENAI", "GPT": "OPENAI", "GENAI": "GEMINI",
    "PASSWD": "PASSWORD", "PWD": "PASSWORD", "PSWD": "PASSWORD", "PASSWRD": "PASSWORD", "PASSPHRASE": "PASSWORD",
    "PASSCODE": "PASSWORD", "HTPASSWD": "PASSWORD", "PW": "PASSWORD", "PASSWORDS": "PASSWORD",
    "SECRETS": "SECRET", "SECRT": "SECRET", "PRIV": "PRIVATE", "CREDS": "CREDENTIALS",
    "CREDENTIAL": "CREDENTIALS", "PAT": "PERSONAL_ACCESS_TOKEN", "KEYS": "KEY", "SUPERUSER": "ADMIN",
    "ROOT": "ADMIN", "POSTGRESQL": "POSTGRES", "PG": "POSTGRES", "MONGODB": "MONGO", "MARIADB": "MYSQL",
    "RABBITMQ": "AMQP", "JDBC": "DATABASE",
}  # fmt: skip
"""Words written as one, and other words for the same."""

_ABOUT = _set(
    """
    PATH PATHNAME ROUTE PAGE LINK HREF ENDPOINT HOST HOSTNAME DOMAIN PORT REGION ENABLED ENABLE DISABLED REQUIRED
    OPTIONAL ACTIVE VISIBLE ALLOWED SUPPORTED FLAG LENGTH LEN MIN MAX MINLENGTH MAXLENGTH SIZE REGEX REGEXP PATTERN
    POLICY RULES STRENGTH HINT LABEL TEXT TITLE MESSAGE PLACEHOLDER DESCRIPTION HELP ERROR EXPIRY EXPIRES EXPIRATION
    EXP TTL TIMEOUT LIFETIME AGE SECONDS MINUTES HOURS DAYS MS INTERVAL DURATION NAME HEADER FIELD COLUMN PARAM
    PARAMETER PREFIX SUFFIX ADDRESS SYMBOL DECIMALS CONTRACT SUPPLY STANDARD COUNT LIMIT LIMITS QUOTA TYPE KIND
    VERSION ALGORITHM ALG ISSUER AUDIENCE SCOPE SCOPES COOKIE FORMAT ICON COLOR COLOUR IMAGE LOGO MODE LEVEL EMAIL
    USER USERNAME LOGIN METHOD FLOW RESET RECOVERY FORGOT PROVIDER STRATEGY TEMPLATE ATTEMPTS RETRIES HISTORY
    ROTATION FINGERPRINT TOKENS
    """
)
"""As a last word: the value tells something about a secret, and is none."""
_ADDRESSES = frozenset({"URL", "URI", "DSN"})
_FLAGS = frozenset(
    {"ENABLE", "DISABLE", "SHOW", "HIDE", "HAS", "IS", "USE", "ALLOW", "REQUIRE", "REQUIRES", "WITH", "MIN", "MAX"}
)
"""As a first word: the value is a switch or a number."""
_STORES = _set(
    """
    DATABASE DB POSTGRES MYSQL MONGO REDIS AMQP CLICKHOUSE COCKROACH COCKROACHDB NEON KV MSSQL SQLSERVER ORACLE
    CLOUDINARY ELASTIC CASSANDRA SHADOW DIRECT POOLER
    """
)
"""What is addressed by a URL with a password in it."""
_OPEN_STORES = frozenset({"FIREBASE", "RTDB", "REST", "API", "CONVEX", "HTTP", "DOCS"})
"""What makes such a URL one that browsers use: Firebase calls its own one ``databaseURL``."""
_CHATS = frozenset({"SLACK", "DISCORD", "TEAMS", "MATTERMOST", "ZAPIER", "N8N", "GOOGLE_CHAT"})
_ACCOUNTS = _set(
    """
    DB DATABASE SMTP MAIL MAILER EMAIL ADMIN USER FTP SFTP SSH AUTH BASIC LOGIN REDIS MONGO MYSQL POSTGRES SQL IMAP
    POP LDAP PROXY API APP ACCOUNT TEST SERVER KEYSTORE
    """
)
"""What stands before PASS when that is a password."""
_PROVIDERS = _set(
    """
    OPENAI ANTHROPIC CLAUDE GEMINI MISTRAL COHERE GROQ DEEPSEEK PERPLEXITY OPENROUTER TOGETHER REPLICATE HUGGINGFACE
    HF ELEVENLABS XAI GROK FIREWORKS VOYAGE PINECONE STABILITY FAL SENDGRID RESEND MAILGUN POSTMARK BREVO SENDINBLUE
    MAILCHIMP MANDRILL SPARKPOST MAILJET LOOPS TWILIO VONAGE NEXMO PLIVO MESSAGEBIRD LANGCHAIN LANGSMITH SERPAPI
    SERPER TAVILY FIRECRAWL GITHUB GITLAB BITBUCKET NPM VERCEL NETLIFY CLOUDFLARE DIGITALOCEAN HEROKU RAILWAY FLY
    LINEAR NOTION AIRTABLE SLACK DISCORD TELEGRAM JIRA CONFLUENCE ASANA TRELLO HUBSPOT SALESFORCE ZENDESK UPSTASH KV
    QSTASH BLOB DOPPLER SNYK DEEPGRAM ASSEMBLYAI RUNWAY DEEPL CLERK_API WORKOS TRIGGER INNGEST LEMONSQUEEZY LEMON
    SQUARE_ACCESS PLAID BROWSERLESS SCRAPINGBEE AZURE_OPENAI NVIDIA CEREBRAS WEAVIATE QDRANT DATADOG DD PAGERDUTY
    OPSGENIE GRAFANA FASTLY SHIPPO EASYPOST
    """
)
"""Whose API keys belong on servers only."""
_OPEN_PROVIDERS = _set(
    """
    MAPBOX MAPS MAP MAPTILER POSTHOG MIXPANEL AMPLITUDE SEGMENT RUDDERSTACK BUGSNAG FIREBASE PUSHER LOGROCKET
    FULLSTORY HEAP HOTJAR PADDLE_CLIENT GTM GA VAPID STADIA THUNDERFOREST TINYMCE CKEDITOR FONTAWESOME WEB3FORMS
    EMAILJS CRISP INTERCOM DROPIN UPLOADCARE LAUNCHDARKLY STATSIG GROWTHBOOK OPTIMIZELY SPLIT RECAPTCHA HCAPTCHA
    TURNSTILE CAPTCHA
    """
)
"""Whose keys for browsers are made to be seen."""

_FAIL = re.compile(
    r"_SERVICE_ROLE_|_SERVICE_KEY_|_SERVICE_ACCOUNT_|_SERVICE_TOKEN_|_PRIVATE_(?:\w+_)?(?:KEY|PEM|TOKEN)_|_PRIVATE_$|_PASSWORD_"
    r"|_(?:ADMIN|MASTER|MANAGEMENT|INTERNAL|BACKEND|SERVER|DEPLOY)_(?:API_|ACCESS_|AUTH_|WRITE_)*(?:KEY|TOKEN)_"
    r"|_(?:ENCRYPTION|DECRYPTION|ENCRYPT|SIGNING|SIGNATURE|HMAC|AES|RSA|SSH|CRYPTO|CIPHER|JWT|HASH|SESSION|COOKIE)_KEY_"
    r"|_(?:AUTH|BEARER|REFRESH|BOT|SESSION|PERSONAL_ACCESS|SAS|WRITE|READ_WRITE|DEVELOPER_ACCESS|MACHINE|OAUTH)_TOKEN_"
    r"|_PERSONAL_(?:API_)?(?:KEY|TOKEN)_|_(?:CONNECTION|CONN)_(?:STRING|STR)_|_BASIC_AUTH_|_MNEMONIC_|_SEED_PHRASE_"
    r"|_(?:ACCOUNT|STORAGE)_(?:ACCESS_)?KEY_$|_APP_CERTIFICATE_|_SUPABASE_ACCESS_TOKEN_|_FCM_(?:LEGACY_)?SERVER_KEY_|_PEPPER_$"
)
"""Words that say that the value is a secret. Looked for in the words, joined and framed by ``_``."""
_SECRET = re.compile(r"_SECRET_")
_NOT_A_PASSWORD = re.compile(
    r"_(?:RESET|FORGOT|FORGOTTEN|CHANGE|RECOVER|UPDATE|LOST|ENABLE|DISABLE|SHOW|SET|CREATE)_PASSWORD_"
    r"|_PASSWORD_(?:RESET|RECOVERY|LOGIN|AUTH|AUTHENTICATION|SIGNIN|SIGNUP|CHANGE|MIN|MAX|CHECK|VALIDATION|CONFIRM\w*|LESS)_"
    r"|_(?:STORAGE|CACHE|QUERY|TRANSLATION|I18N|EVENT|SORT)_KEY_$|_PRIVATE_KEY_ID_$|_SECRET_SANTA_|_ONE_TIME_PASSWORD_"
)
_MEANT_FOR_ALL = re.compile(r"_(?:ANON|ANONYMOUS|PUBLISHABLE|PUBLIC|STOREFRONT)_")
_OPEN = re.compile(
    r"_SITE_KEY_|_CLIENT_(?:ID|TOKEN|KEY)_|_SEARCH_(?:ONLY_)?(?:API_)?(?:KEY|TOKEN)_|_(?:DELIVERY|BROWSER|PUBLIC)_(?:API_)?"
    r"(?:KEY|TOKEN|ACCESS_TOKEN)_|_LICEN[SC]E_KEY_|_(?:APP|APPLICATION|PROJECT|TENANT|ORG|TEAM|MEASUREMENT)_ID_|_KEY_ID_"
)
_UNSURE = re.compile(
    r"_TOKEN_|_API_KEY_|_ACCESS_KEY_|_AUTH_KEY_|_KEY_$|_CREDENTIALS_|_PASS_|_WEBHOOK_|_JWT_$|_SALT_$|_AUTH_$|_HTTP_AUTH_"
)


def public_prefix(name: str, more: Iterable[str] = ()) -> str:
    """The framework's public prefix that a name starts with; empty when there is none.

    Args:
        name: of a variable.
        more: prefixes that a project has set up itself, as Vite's ``envPrefix``.
    """
    found = [prefix for prefix in (*PUBLIC_PREFIXES, *more) if name.startswith(prefix) and len(name) > len(prefix)]
    return max(found, key=len, default="")


def classify(name: str, *, public: bool = False, prefixes: Iterable[str] = ()) -> NameClass:
    """What the name of a public variable says about its value.

    Args:
        name: of the variable. One without a public prefix is fine: it stays on the server.
        public: the variable is public whatever it is called, as those in the ``env`` of next.config are.
        prefixes: public prefixes of this project, besides those of the frameworks.
    """
    prefix = public_prefix(name, prefixes)
    if not prefix and not public:
        return NameClass.FINE
    return _judge(_words(name[len(prefix) :][:LONGEST]))


@lru_cache(maxsize=4096)
def _judge(words: tuple[str, ...]) -> NameClass:
    if not words:
        return NameClass.FINE
    framed = f"_{'_'.join(words)}_"
    if _tells_about(words, framed):
        return NameClass.FINE
    if secret := _names_secret(words, framed):
        return secret
    if _MEANT_FOR_ALL.search(framed) or _OPEN.search(framed) or words[-1] == "ID":
        return NameClass.FINE
    if not _UNSURE.search(framed) or _OPEN_PROVIDERS & set(words):
        return NameClass.FINE
    if _for_servers(words):
        return NameClass.SECRET
    return NameClass.REVIEW


def _tells_about(words: tuple[str, ...], framed: str) -> bool:
    """Whether the value is something about a secret: where to reset a password, how long a token lives."""
    if _NOT_A_PASSWORD.search(framed) or (words[0] in _FLAGS and len(words) > 1):
        return True
    if words[-1] in _ADDRESSES:
        return not (_connects(words) or "WEBHOOK" in words)
    return words[-1] in _ABOUT and not ("BASIC" in words and words[-1] == "LOGIN")


def _names_secret(words: tuple[str, ...], framed: str) -> NameClass | None:
    known = set(words)
    if "PASSWORD" in known and known & {"DEMO", "GUEST", "SAMPLE"}:
        return NameClass.REVIEW  # logins that are shown to everybody
    if framed.endswith("_SECRET_ID_"):
        return NameClass.SECRET if known & {"VAULT", "APPROLE"} else NameClass.REVIEW
    if framed.endswith("_ACCESS_KEY_ID_"):
        return NameClass.REVIEW  # half of a pair
    if words[-1] in ("HASH", "SALT") and "PASSWORD" in known:
        return NameClass.SECRET
    if _SECRET.search(framed) or _connects(words):
        return NameClass.SECRET
    if _FAIL.search(framed) and not (_MEANT_FOR_ALL.search(framed) and not known & {"PRIVATE", "PASSWORD", "ROLE"}):
        return NameClass.SECRET
    if words[-1] == "PASS" and (len(words) == 1 or words[-2] in _ACCOUNTS):
        return NameClass.SECRET
    return NameClass.SECRET if "WEBHOOK" in known and known & _CHATS else None


def _connects(words: tuple[str, ...]) -> bool:
    """Whether the value is a connection string: the URL of a store, which holds its password."""
    known = set(words)
    if words[-1] not in (*_ADDRESSES, "PRISMA", "POOLING", "UNPOOLED", "POOLED"):
        return False
    return bool(known & _STORES) and not known & _OPEN_STORES and not _MEANT_FOR_ALL.search(f"_{'_'.join(words)}_")


def _for_servers(words: tuple[str, ...]) -> bool:
    pairs = {f"{one}_{two}" for one, two in pairwise(words)}
    return bool((set(words) | pairs) & _PROVIDERS) and words[-1] in ("KEY", "TOKEN")


_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = re.compile(r"[^A-Za-z0-9]+")
_ENDINGS = ("SECRET", "PASSWORD", "PASSWD")


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, in capitals, written out and one by one."""
    found: list[str] = []
    for word in _SPLIT.split(_BOUNDARY.sub("_", name)):
        word = word.upper()
        if not word:
            continue
        if word not in _COMPOUNDS:
            for ending in _ENDINGS:
                if word.endswith(ending) and word != ending:
                    found.append(word.removesuffix(ending))
                    word = ending
        found += _COMPOUNDS.get(word, word).split("_")
    return tuple(found)
