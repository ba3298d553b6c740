"""A second set of secrets and look-alikes, made apart from the first: what sites serve, as their builds write it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

from tests.corpus.planted import token
from tests.probes.secrets.recipes import made

SECRETS: dict[str, tuple[str, str]] = {
    # kind: the name that it is given to, and a recipe
    "OpenAI project": ("apiKey", "sk-proj-{124:b}"),
    "OpenAI service account": ("key", "sk-svcacct-{74:b}T3BlbkFJ{74:b}"),
    "OpenAI admin": ("key", "sk-admin-{58:b}T3BlbkFJ{58:b}"),
    "Anthropic API": ("apiKey", "sk-ant-api03-{93:b}AA"),
    "Anthropic admin": ("k", "sk-ant-admin01-{93:b}AA"),
    "GitHub classic": ("t", "ghp_{30:w}{crc}"),
    "GitHub fine-grained": ("t", "github_pat_{22:w}_{59:w}"),
    "GitHub app": ("t", "ghs_{30:w}{crc}"),
    "GitHub refresh": ("t", "ghr_{30:w}{crc}"),
    "GitLab personal": ("t", "glpat-{20:b}"),
    "GitLab deploy": ("t", "gldt-{20:b}"),
    "GitLab runner": ("t", "glrt-{20:b}"),
    "Slack bot": ("t", "xoxb-{12:d}-{13:d}-{24:w}"),
    "Slack user": ("t", "xoxp-{12:d}-{12:d}-{13:d}-{32:h}"),
    "Slack webhook": ("u", "https://hooks.slack.com/services/T{8:u}/B{10:u}/{24:w}"),
    "Slack app": ("t", "xapp-1-A{10:u}-{13:d}-{64:h}"),
    "Stripe secret": ("s", "sk_live_{24:w}"),
    "Stripe, long": ("s", "sk_live_51{97:w}"),
    "Stripe restricted": ("s", "rk_live_{24:w}"),
    "Stripe webhook": ("s", "whsec_{32:w}"),
    "Twilio auth token": ("TWILIO_AUTH_TOKEN", "{32:h}"),
    "twilioAuthToken": ("twilioAuthToken", "{32:h}"),
    "SendGrid": ("k", "SG.{22:b}.{43:b}"),
    "Mailgun": ("k", "key-{32:h}"),
    "Mailgun, new": ("MAILGUN_API_KEY", "{32:h}-{8:h}-{8:h}"),
    "Mailchimp": ("k", "{32:h}-us{1:n}"),
    "Postmark": ("POSTMARK_SERVER_TOKEN", "{uuid}"),
    "Resend": ("k", "re_{8:c}_{24:c}"),
    "Brevo": ("k", "xkeysib-{64:h}-{16:w}"),
    "AWS secret by name": ("AWS_SECRET_ACCESS_KEY", "{40:w}"),
    "awsSecretAccessKey": ("awsSecretAccessKey", "{40:w}"),
    "Azure storage": (
        "c",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={86:B}==;EndpointSuffix=core.windows.net",
    ),
    "Azure SAS": (
        "u",
        "https://acme.blob.core.windows.net/files?sv=2022-11-02&ss=b&srt=o&sp=r&se=2030-01-01&sig={43:w}%3D",
    ),
    "Azure AD": ("AZURE_CLIENT_SECRET", "{3:w}8Q~{34:w}"),
    "Azure service bus": (
        "c",
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={43:B}=",
    ),
    "Supabase secret": ("k", "sb_secret_{22:b}_{8:b}"),
    "Supabase management": ("k", "sbp_{40:h}"),
    "Postgres URL": (
        "DATABASE_URL",
        "postgresql://app:{20:w}@ep-cool-{8:l}.eu-central-1.aws.neon.tech/app?sslmode=require",
    ),
    "Postgres pooler": ("u", "postgres://postgres.{20:z}:{16:w}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"),
    "Redis URL": ("u", "redis://default:{32:w}@redis-{5:d}.c1.eu-west-1-3.ec2.cloud.redislabs.com:16379"),
    "Mongo URL": ("u", "mongodb+srv://admin:{16:w}@prod.{6:l}.mongodb.net/?retryWrites=true"),
    "AMQP URL": ("u", "amqps://{8:z}:{32:b}@goose.rmq2.cloudamqp.com/{8:z}"),
    "MySQL URL": ("u", "mysql://{20:l}:pscale_pw_{43:b}@aws.connect.psdb.cloud/app"),
    "SMTP URL": ("u", "smtps://mailer:{16:w}@smtp.acme-mail.io:465"),
    "Basic auth URL": ("u", "https://deploy:{24:w}@registry.acme-prod.io/v2"),
    "Clerk": ("k", "sk_live_{42:w}"),
    "Clerk, test": ("k", "sk_test_{42:w}"),
    "Auth0": ("AUTH0_CLIENT_SECRET", "{64:b}"),
    "Vercel blob": ("t", "vercel_blob_rw_{16:w}_{30:w}"),
    "Vercel": ("VERCEL_TOKEN", "{24:w}"),
    "Upstash REST": ("UPSTASH_REDIS_REST_TOKEN", "AX{50:w}=="),
    "Neon": ("k", "napi_{64:l}"),
    "PlanetScale": ("p", "pscale_tkn_{43:b}"),
    "Sentry org": ("t", "sntrys_eyJpYXQi{120:w}=_{43:w}"),
    "Sentry user": ("t", "sntryu_{64:h}"),
    "Datadog API": ("DATADOG_API_KEY", "{32:h}"),
    "Datadog app": ("DD_APP_KEY", "{40:h}"),
    "New Relic": ("k", "NRAK-{27:u}"),
    "Linear": ("k", "lin_api_{40:w}"),
    "Notion": ("k", "ntn_{11:d}{35:w}"),
    "Notion, old": ("k", "secret_{43:w}"),
    "Airtable": ("k", "pat{14:w}.{64:h}"),
    "Algolia": ("ALGOLIA_ADMIN_API_KEY", "{32:h}"),
    "algoliaAdminKey": ("algoliaAdminKey", "{32:h}"),
    "Mapbox": ("t", "sk.eyJ1Ijoi{70:w}.{22:b}"),
    "Cloudflare": ("CLOUDFLARE_API_TOKEN", "{40:b}"),
    "Cloudflare, global": ("CLOUDFLARE_API_KEY", "{37:h}"),
    "DigitalOcean": ("t", "dop_v1_{64:h}"),
    "npm": ("t", "npm_{30:w}{crc}"),
    "PyPI": ("t", "pypi-AgEIcHlwaS5vcmc{150:b}"),
    "Docker Hub": ("t", "dckr_pat_{27:b}"),
    "Hugging Face": ("t", "hf_{34:a}"),
    "Groq": ("k", "gsk_{52:w}"),
    "Replicate": ("k", "r8_{37:w}"),
    "Pinecone": ("k", "pcsk_{6:w}_{63:w}"),
    "Perplexity": ("k", "pplx-{48:w}"),
    "xAI": ("k", "xai-{80:w}"),
    "OpenRouter": ("k", "sk-or-v1-{64:h}"),
    "Firebase server": ("k", "AAAA{7:w}:APA91b{134:b}"),
    "Google OAuth secret": ("k", "GOCSPX-{28:b}"),
    "Google refresh": ("k", "1//0{80:b}"),
    "Shopify": ("k", "shpat_{32:h}"),
    "Shopify app": ("k", "shpss_{32:h}"),
    "Square": ("k", "sq0csp-{43:b}"),
    "Square token": ("k", "EAAAl{59:b}"),
    "PayPal": ("PAYPAL_CLIENT_SECRET", "E{79:b}"),
    "Discord bot": ("DISCORD_BOT_TOKEN", "MTA{23:w}.{6:b}.{38:b}"),
    "Discord webhook": ("u", "https://discord.com/api/webhooks/{19:d}/{68:b}"),
    "Telegram bot": ("botToken", "{10:d}:AA{33:b}"),
    "Figma": ("k", "figd_{40:b}"),
    "HubSpot": ("k", "pat-eu1-{uuid}"),
    "Doppler": ("k", "dp.st.prd.{43:w}"),
    "Vault": ("k", "hvs.{95:b}"),
    "Grafana": ("k", "glsa_{32:w}_{8:h}"),
    "Databricks": ("k", "dapi{32:h}"),
    "Tailscale": ("k", "tskey-api-{12:w}CNTRL-{32:w}"),
    "LaunchDarkly": ("k", "sdk-{uuid}"),
    "PostHog": ("k", "phx_{43:w}"),
    "Contentful management": ("k", "CFPAT-{43:b}"),
    "JWT_SECRET": ("JWT_SECRET", "{43:B}="),
    "clientSecret": ("clientSecret", "{32:w}"),
    "NEXTAUTH_SECRET": ("NEXTAUTH_SECRET", "{43:w}"),
    "adminPassword": ("adminPassword", "Zx9{11:w}"),
    "encryptionKey": ("encryptionKey", "{64:h}"),
    "SESSION_SECRET": ("SESSION_SECRET", "{40:h}"),
    "webhookSecret": ("webhookSecret", "{28:w}"),
}
"""Of all kinds; those that have a shape of their own are given names that say nothing."""


def _jwt(role: str, seed: object) -> str:
    return token(
        {"iss": "supabase", "ref": made("{20:z}", seed), "role": role, "iat": 1710000000, "exp": 2025000000}, seed
    )


def _pem(kind: str, seed: object) -> str:
    lines = "\n".join(made("{64:B}", f"{seed} {line}") for line in range(14))
    return f"-----BEGIN {kind}PRIVATE" + f" KEY-----\n{lines}\n-----END {kind}PRIVATE" + " KEY-----\n"


def secrets(seed: object) -> dict[str, tuple[str, str]]:
    """Name and value of each."""
    found = {kind: (name, made(recipe, f"{kind}/{seed}")) for kind, (name, recipe) in SECRETS.items()}
    found["service_role"] = ("k", _jwt("service_role", seed))
    found["supabase_admin"] = ("k", _jwt("supabase_admin", seed))
    for kind in ("", "RSA ", "EC ", "OPENSSH ", "DSA "):
        found[f"{kind}PEM"] = ("k", _pem(kind, seed))
    account = {"type": "service_account", "private_key_id": made("{40:h}", seed), "private_key": _pem("", f"g{seed}")}
    found["GCP service account"] = ("c", json.dumps({**account, "client_email": "a@b.iam.gserviceaccount.com"}))
    return found


def _js(value: str, quote_: str = '"') -> str:
    text = json.dumps(value)[1:-1]
    return quote_ + (text if quote_ == '"' else text.replace('\\"', '"').replace(quote_, "\\" + quote_)) + quote_


def _json(name: str, value: str) -> str:
    return json.dumps({"a": 1, name: value, "z": [True]}, separators=(",", ":"))


def _flight(name: str, value: str) -> str:
    row = '2:["$","$L5",null,' + _json(name, value) + "]\n"
    return f"<script>self.__next_f.push({json.dumps([1, row])})</script>"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _map(name: str, value: str) -> str:
    source = f"import x from 'y';\n\nexport const {name} = {_js(value, chr(39))};\n"
    return json.dumps(
        {"version": 3, "sources": ["webpack://_N_E/./lib/a.ts"], "sourcesContent": [source], "mappings": "AAAA,SAASA"}
    )


def _hex(value: str, form: str) -> str:
    return "".join(form.format(ord(character)) for character in value)


def _halves(value: str) -> tuple[str, str]:
    at = len(value) * 2 // 3
    return json.dumps(value[:at]), json.dumps(value[at:])


ENCODINGS: dict[str, Callable[[str, str], str]] = {
    "minified object": lambda n, v: f"e.exports={{{n}:{_js(v)},b:!0}}",
    "JSON": _json,
    "flight": _flight,
    "flight, nested": lambda n, v: _flight("props", _json(n, v)),
    "entities": lambda n, v: f'<div data-page="{html.escape(_json(n, v))}"></div>',
    "decimal entities": lambda n, v: (
        f"<div data-page='{_json(n, v).replace(chr(34), '&#34;').replace(chr(39), '&#39;')}'></div>"
    ),
    "percent": lambda n, v: f'"?state={quote(_json(n, v), safe="")}"',
    "unicode": lambda n, v: "JSON.parse('" + _json(n, v).replace("\\", "\\\\").replace('"', "\\u0022") + "')",
    "hexadecimal quotes": lambda n, v: "'" + _json(n, v).replace("\\", "\\\\").replace('"', "\\x22") + "'",
    "template": lambda n, v: f"const {n}=`{v}`;",
    "template, then more": lambda n, v: f"const u={{{n}:`{v}`}},w=`${{u}}`;",
    "put together": lambda n, v: f"{n}={' + '.join(_halves(v))};",
    "put together, minified": lambda n, v: f"{n}:{'+'.join(_halves(v))},",
    "base64": lambda n, v: f'JSON.parse(atob("{_base64(_json(n, v))}"))',
    "base64url": lambda n, v: f'"{base64.urlsafe_b64encode(_json(n, v).encode()).decode().rstrip("=")}"',
    "base64, only the value": lambda n, v: f"{n}=atob({_js(_base64(v), chr(39))})",
    "all hexadecimal": lambda n, v: f'{n}="{_hex(v, chr(92) + "x{:02x}")}"',
    "all unicode": lambda n, v: f'{n}="{_hex(v, chr(92) + "u{:04x}")}"',
    "source map": _map,
    "inline source map": lambda n, v: (
        f"//# sourceMappingURL=data:application/json;charset=utf-8;base64,{_base64(_map(n, v))}"
    ),
    "comment": lambda n, v: f"/* TODO remove: {n}={v} */",
    "line comment": lambda n, v: f"// {n}: {_js(v)}\n",
    "HTML comment": lambda n, v: f"<!-- {n}={v} -->",
    "query": lambda n, v: f'fetch("/api?x=1&{n}={quote(v, safe="")}&y=2")',
    "header": lambda n, v: f'fetch(u,{{headers:{{Authorization:"Bearer {json.dumps(v)[1:-1]}","x-{n}":1}}}})',
    "attribute": lambda n, v: f'<meta name="{n}" content="{html.escape(v)}">',
    "single quotes": lambda n, v: f"window.__ENV={{{n}:{_js(v, chr(39))}}}",
    "settings": lambda n, v: f"\nexport {n}={_js(v)}\nA=b\n",
    "slashes escaped": lambda n, v: _json(n, v).replace("/", "\\/"),
    "default": lambda n, v: f"let {n}=process.env.X||{_js(v)};",
}
"""As bundlers, frameworks and people write values."""

NAMELESS = {
    "base64, only the value", "header", "put together", "put together, minified", "all hexadecimal", "all unicode",
    "comment", "HTML comment", "line comment", "attribute", "query", "template", "template, then more",
}  # fmt: skip
"""Where a value that only its name tells is not looked for: nothing that is sure stands between the two."""

PUBLIC: dict[str, str] = {
    "uuid": 'id:"{uuid}"', "request id": '"x-request-id":"{uuid}"', "MD5": 'hash:"{32:h}"', "SHA-1": 'sha:"{40:h}"',
    "SHA-256": 'digest:"{64:h}"', "SHA-512": '"{128:h}"', "integrity": '<script integrity="sha384-{64:B}"></script>',
    "integrity, 512": '"integrity":"sha512-{86:B}=="', "commit": 'VERCEL_GIT_COMMIT_SHA:"{40:h}"',
    "short commit": 'release:"app@{7:h}"', "build id": '"buildId":"{21:b}"', "chunk": '"static/chunks/{4:d}-{16:h}.js"',
    "chunk map": '{{123:"{16:h}",456:"{16:h}",789:"{16:h}"}}', "CSS module": '"page_container__{5:w}"',
    "styled component": 'componentId:"sc-{8:h}-0"', "nonce": '<script nonce="{22:B}=="></script>',
    "CSRF": 'csrfToken:"{64:h}"', "CSRF meta": '<meta name="csrf-token" content="{86:B}==">',
    "reCAPTCHA": 'siteKey:"6L{38:b}"', "reCAPTCHA, variable": 'NEXT_PUBLIC_RECAPTCHA_SITE_KEY:"6L{38:b}"',
    "Turnstile": '"data-sitekey":"0x4AAAAAAA{14:w}"', "hCaptcha": 'sitekey="{uuid}"',
    "Stripe": 'loadStripe("pk_live_51{97:w}")', "Stripe, test": 'key:"pk_test_{24:w}"',
    "Stripe price": 'price:"price_1{23:w}"', "Stripe customer": '"cus_{14:w}"', "Stripe client": '"pi_{24:w}"',
    "Clerk": 'publishableKey:"pk_test_{38:w}$"', "PostHog": 'posthog.init("phc_{43:w}")',
    "VAPID": 'applicationServerKey:"B{86:b}"', "VAPID, variable": 'VAPID_PUBLIC_KEY="B{86:b}"',
    "WebAuthn": 'challenge:"{43:b}"', "credential id": 'credentialId:"{86:b}"',
    "Firebase": '{{apiKey:"AIza{35:b}",authDomain:"a.firebaseapp.com",messagingSenderId:"{12:d}",appId:"1:{12:d}:web:{22:h}"}}',  # noqa: E501
    "Maps": '<script src="https://maps.googleapis.com/maps/api/js?key=AIza{35:b}&libraries=places">',
    "Algolia": '{{appId:"{10:u}",searchApiKey:"{32:h}"}}', "Algolia, search": 'ALGOLIA_SEARCH_KEY:"{32:h}"',
    "Sentry": 'dsn:"https://{32:h}@o{6:d}.ingest.de.sentry.io/{16:d}"', "Sentry trace": '"sentry-trace":"{32:h}-{16:h}-1"',  # noqa: E501
    "Mapbox": 'accessToken="pk.eyJ1Ijoi{60:w}.{22:b}"', "Supabase": 'key="sb_publishable_{22:b}_{8:w}"',
    "Analytics": 'gtag("config","G-{10:u}")', "Ads": '"AW-{10:d}/{19:b}"', "Pixel": 'fbq("init","{16:d}")',
    "Segment": 'analytics.load("{32:w}")', "Amplitude": 'amplitude.init("{32:h}")', "Mixpanel": 'mixpanel.init("{32:h}")',  # noqa: E501
    "Datadog": 'clientToken:"pub{32:h}"', "New Relic": 'licenseKey:"NRJS-{19:h}"', "Intercom": 'app_id:"{8:l}"',
    "OAuth client": 'client_id:"{12:d}-{32:l}.apps.googleusercontent.com"', "Auth0 client": 'clientId:"{32:w}"',
    "image": 'src="data:image/png;base64,iVBORw0KGgo{600:B}"', "font": 'url(data:font/woff2;base64,d09GMgAB{600:B})',
    "WASM": 'i("AGFzbQEAAAAB{600:B}")', "mappings": '"mappings":"AAAA,SAASA,EAAE,IAAI,CAACC,GAAG,{1:A}AAA,QAAQC,KAAKC"',
    "public key": '"-----BEGIN PUBLIC KEY-----\\n{64:B}\\n{64:B}\\n-----END PUBLIC KEY-----"',
    "certificate": '"-----BEGIN CERTIFICATE-----\\n{64:B}\\n{64:B}\\n-----END CERTIFICATE-----"',
    "SSH public": '"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{43:B} a@b"', "address": 'token:"0x{40:h}"',
    "contract": 'TOKEN_ADDRESS:"0x{40:h}"', "IPFS": '"ipfs://Qm{44:c}"', "S3": '"https://a.s3.amazonaws.com/{64:h}.png"',
    "signed GET": '"/_next/image?url=%2Fa.png&w=64&q=75&dpl=dpl_{28:w}"', "deployment": '"dpl_{28:w}"',
    "input": '{{type:"password",name:"password2",autoComplete:"new-password"}}', "label": 'password:"Passwort123 eingeben"',  # noqa: E501
    "translation": '"forgot.password.token":"Token2 ist abgelaufen"', "enum": 'TOKEN_EXPIRED="TOKEN_EXPIRED_ERROR_1"',
    "cache key": 'cacheKey:"{32:h}"', "idempotency": 'idempotencyKey:"{uuid}"', "sort key": 'sortKey:"createdAt_2_desc"',  # noqa: E501
    "React key": 'key:"item-{8:h}"', "DOM": 'publicKey:"{43:B}="', "placeholder": 'STRIPE_SECRET_KEY="sk_test_xxxxxxxxxxxxxxxxxxxxxxxx"',  # noqa: E501
    "docs": '"postgres://user:password@localhost:5432/db"', "env read": "process.env.STRIPE_SECRET_KEY",
    "AWS docs": 'secretAccessKey:"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
}  # fmt: skip
"""Public by design, or none: doubled braces are braces."""


def look_alikes(seed: object) -> dict[str, str]:
    """What must not fail."""
    found = {kind: made(r, f"{kind}/{seed}").replace("{{", "{").replace("}}", "}") for kind, r in PUBLIC.items()}
    found["anon"] = f'createClient(u,"{_jwt("anon", seed)}")'
    return found
