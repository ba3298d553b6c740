"""Secrets of the kinds that teams leak, and public values that look like them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.probes.secrets.recipes import made


@dataclass(frozen=True, slots=True)
class Value:
    """Something to plant."""

    kind: str
    name: str
    """The variable that it is given to, or empty where only a name of one letter is left."""
    text: str
    around: str = ""
    """What stands near it besides."""


def token(claims: dict[str, object], seed: object, secret: str = "", algorithm: str = "HS256") -> str:
    """A JWT, signed with a secret, or with one that nobody knows."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")

    body = part({"alg": algorithm, "typ": "JWT"}) + "." + part(claims)
    signature = hmac.new((secret or made("{64:w}", seed)).encode(), body.encode(), hashlib.sha256).digest()
    return body + "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def _supabase(role: str, seed: object) -> str:
    ref = made("{20:z}", seed)
    return token({"iss": "supabase", "ref": ref, "role": role, "iat": 1700000000, "exp": 2015000000}, seed)


def _pem(kind: str, seed: object) -> str:
    body = "\\n".join(made("{64:B}", f"{seed} {line}") for line in range(16))
    return f"-----BEGIN {kind}PRIVATE KEY-----\\n{body}\\n-----END {kind}PRIVATE KEY-----\\n"


TOKENS: dict[str, tuple[str, str]] = {
    # kind: the name that a program gives it when minifiers leave one, and a recipe
    "Supabase secret key": ("", "sb_secret_{22:b}_{8:w}"),
    "Supabase access token": ("", "sbp_{40:h}"),
    "Stripe live": ("", "sk_live_51{97:w}"),
    "Stripe live, short": ("", "sk_live_{24:w}"),
    "Stripe restricted": ("", "rk_live_51{97:w}"),
    "Stripe webhook": ("", "whsec_{32:w}"),
    "Stripe test": ("", "sk_test_51{97:w}"),
    "GitHub classic": ("", "ghp_{30:w}{crc}"),
    "GitHub OAuth": ("", "gho_{30:w}{crc}"),
    "GitHub fine-grained": ("", "github_pat_{22:w}_{59:w}"),
    "GitLab": ("", "glpat-{20:b}"),
    "npm": ("", "npm_{30:w}{crc}"),
    "PyPI": ("", "pypi-AgEIcHlwaS5vcmc{140:b}"),
    "Docker Hub": ("", "dckr_pat_{27:b}"),
    "OpenAI, old": ("", "sk-{20:w}T3BlbkFJ{20:w}"),
    "OpenAI, project": ("", "sk-proj-{74:b}T3BlbkFJ{74:b}"),
    "Anthropic": ("", "sk-ant-api03-{93:b}AA"),
    "Groq": ("", "gsk_{52:w}"),
    "Hugging Face": ("", "hf_{34:a}"),
    "Replicate": ("", "r8_{37:w}"),
    "xAI": ("", "xai-{80:w}"),
    "OpenRouter": ("", "sk-or-v1-{64:h}"),
    "SendGrid": ("", "SG.{22:b}.{43:b}"),
    "Resend": ("", "re_{8:c}_{24:c}"),
    "Brevo": ("", "xkeysib-{64:h}-{16:w}"),
    "Mailgun": ("", "key-{32:h}"),
    "Mailchimp": ("", "{32:h}-us{1:n}"),
    "Slack bot": ("", "xoxb-{12:d}-{12:d}-{24:w}"),
    "Slack app": ("", "xapp-1-A{10:u}-{13:d}-{64:h}"),
    "Slack webhook": ("", "https://hooks.slack.com/services/T{10:u}/B{10:u}/{24:w}"),
    "Discord webhook": ("", "https://discord.com/api/webhooks/{19:d}/{68:b}"),
    "Telegram": ("", "https://api.telegram.org/bot{10:d}:AA{33:b}"),
    "Shopify": ("", "shpat_{32:h}"),
    "DigitalOcean": ("", "dop_v1_{64:h}"),
    "Fly": ("", "fo1_{43:b}"),
    "Neon": ("", "napi_{64:l}"),
    "PlanetScale": ("", "pscale_pw_{43:b}"),
    "Vault": ("", "hvs.{95:b}"),
    "Terraform": ("", "{14:w}.atlasv1.{67:b}"),
    "Doppler": ("", "dp.st.prd.{43:w}"),
    "Databricks": ("", "dapi{32:h}"),
    "Grafana": ("", "glsa_{32:w}_{8:h}"),
    "Sentry": ("", "sntryu_{64:h}"),
    "PostHog personal": ("", "phx_{43:w}"),
    "New Relic": ("", "NRAK-{27:u}"),
    "Linear": ("", "lin_api_{40:w}"),
    "Notion": ("", "ntn_{11:d}{35:w}"),
    "Airtable": ("", "pat{14:w}.{64:h}"),
    "Figma": ("", "figd_{40:b}"),
    "HubSpot": ("", "pat-na1-{uuid}"),
    "Mapbox secret": ("", "sk.eyJ1Ijoi{70:w}.{22:b}"),
    "Google OAuth": ("", "GOCSPX-{28:b}"),
    "Square": ("", "sq0csp-{43:b}"),
    "Azure storage": ("", "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={86:B}=="),
    "Azure client secret": ("", "{3:w}8Q~{34:w}"),
    "Postgres": ("", "postgresql://postgres:{16:w}@db.{20:z}.supabase.co:5432/postgres"),
    "MongoDB": ("", "mongodb+srv://app:{14:w}@cluster0.{5:l}.mongodb.net/app"),
    "Redis": ("", "rediss://default:{30:w}@usw1-{8:z}.upstash.io:6379"),
    "Twilio": ("TWILIO_AUTH_TOKEN", "{32:h}"),
    "Datadog": ("DD_APP_KEY", "{40:h}"),
    "Algolia admin": ("ALGOLIA_ADMIN_KEY", "{32:h}"),
    "Cloudflare": ("CLOUDFLARE_API_TOKEN", "{40:b}"),
    "Turnstile": ("", "0x4AAAAAAA{25:w}"),
    "Tailscale": ("", "tskey-auth-{12:w}CNTRL-{32:w}"),
}
STRUCTURES: dict[str, Callable[[object], Value]] = {
    "service_role": lambda seed: Value("service_role", "", _supabase("service_role", seed)),
    "service_role again": lambda seed: Value("service_role again", "", _supabase("service_role", f"{seed} 2")),
    "supabase_admin": lambda seed: Value("supabase_admin", "", _supabase("supabase_admin", seed)),
    "PEM": lambda seed: Value("PEM", "", _pem("", seed)),
    "PEM, RSA": lambda seed: Value("PEM, RSA", "", _pem("RSA ", seed)),
    "AWS pair": lambda seed: Value(
        "AWS pair", "secretAccessKey", made("{40:w}", seed), made('accessKeyId:"AKIA{16:2}",', seed)
    ),
}

DECOYS: dict[str, str] = {
    "Supabase publishable": "sb_publishable_{22:b}_{8:w}",
    "Stripe publishable": "pk_live_51{97:w}",
    "Stripe publishable, test": "pk_test_51{97:w}",
    "Clerk publishable": "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
    "PostHog project": "phc_{43:w}",
    "Mapbox public": "pk.eyJ1Ijoi{70:w}.{22:b}",
    "Sentry DSN": "https://{32:h}@o{6:d}.ingest.us.sentry.io/{7:d}",
    "Sentry DSN, old": "https://{32:h}@sentry.io/{7:d}",
    "Google Analytics": "G-{10:u}",
    "Tag Manager": "GTM-{7:u}",
    "reCAPTCHA": 'grecaptcha.execute("6L{38:w}")',
    "Turnstile site key": "0x4AAAAAAA{14:w}",
    "hCaptcha": "{uuid}",
    "Firebase": '{apiKey:"AIza{35:w}",authDomain:"{8:z}.firebaseapp.com",projectId:"{8:z}"}',
    "Maps": "https://maps.googleapis.com/maps/api/js?key=AIza{35:w}",
    "OAuth client id": "{12:d}-{32:l}.apps.googleusercontent.com",
    "Algolia search": 'algoliasearch("{10:u}","{32:h}")',
    "New Relic browser": "NRJS-{19:h}",
    "LaunchDarkly client": 'clientSideID:"{24:h}"',
    "Datadog client": "pub{32:h}",
    "Square application": "sq0idp-{22:b}",
    "Razorpay id": "rzp_live_{14:w}",
    "VAPID public": "B{86:b}",
    "integrity": "sha512-{86:B}==",
    "git commit": "{40:h}",
    "SHA-256": "{64:h}",
    "UUID key": 'projectId:"{uuid}"',
    "build id": 'buildId:"{21:b}"',
    "chunk names": "static/chunks/{16:h}-{16:h}.js",
    "data URL": "data:image/png;base64,iVBORw0KGgo{400:B}",
    "web font": "data:font/woff2;base64,d09GMgAB{400:B}",
    "certificate": "-----BEGIN CERTIFICATE-----\\nMII{61:B}\\n{64:B}\\n-----END CERTIFICATE-----",
    "public key": "-----BEGIN PUBLIC KEY-----\\nMII{61:B}\\n{64:B}\\n-----END PUBLIC KEY-----",
    "PEM in a library": '"-----BEGIN PRIVATE KEY-----"+e.toString()+"-----END PRIVATE KEY-----"',
    "placeholder URL": "postgres://user:password@localhost:5432/app",
    "template URL": "postgres://${{user}}:${{password}}@${{host}}/app",
    "AWS example": "AKIAIOSFODNN7EXAMPLE",
    "placeholder": 'apiKey:"your-api-key-here"',
    "Stripe in the docs": "sk_live_...",
    "GitHub without checksum": "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "CSS class": "sk-loading-spinner-wrapper-container-inner-element",
    "long identifier": "re_initialize_the_whole_component_tree_again",
    "route": 'token:"/v1/accounts:signInWithPassword"',
    "message": 'password:"Passwords must have eight characters"',
    "translated": 'secret:"The secret is not right"',
    "Ethereum address": "0x{40:h}",
    "Pusher key": 'new Pusher("{20:h}",{cluster:"eu"})',
    "Facebook pixel": 'fbq("init","{15:d}")',
}
"""Public by design, or no secret at all: none of these may fail."""


def secrets(seed: object) -> list[Value]:
    """All secrets, in a fixed order."""
    simple = [Value(kind, name, made(recipe, f"{kind} {seed}")) for kind, (name, recipe) in TOKENS.items()]
    return simple + [make(seed) for make in STRUCTURES.values()]


def decoys(seed: object) -> list[Value]:
    """All public look-alikes, in a fixed order."""
    simple = [Value(kind, "", made(recipe, f"{kind} {seed}")) for kind, recipe in DECOYS.items()]
    sample = token({"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, seed)
    return [*simple, Value("anon", "", _supabase("anon", seed)), Value("a session", "", sample)]
