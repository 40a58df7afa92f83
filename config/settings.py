"""Everything that an installation can set, read from the environment and nowhere else.

`.env.example` documents each variable. A wrong or missing value stops the start with a sentence
that names it.
"""

import zoneinfo
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue
from limits import RateLimitItem
from limits import parse as parse_limit

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.prefix = ""
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()


def _secret_key() -> str:
    """SECRET_KEY from the environment, else the one that `make run` keeps in the data folder."""
    key: str = env.str("SECRET_KEY", default="")
    kept = DATA_DIR / "secret-key"
    if not key and kept.exists():
        key = kept.read_text().strip()
    if not key and DEBUG:
        key = "only-for-debugging-" + "x" * 40
    if len(key) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or shorter than 50 characters. Set it in the environment, for"
            ' example: python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return key


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- Addresses -----------------------------------------------------------------------------------
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{PORT}").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured(
        f"BASE_URL must be an http:// or https:// address, not {BASE_URL!r}."
    )
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[_base.hostname, "localhost", "127.0.0.1", "[::1]"]
)
BOOKING_ENABLED = env.bool("BOOKING_ENABLED", default=True)

# A request is HTTPS when BASE_URL is: the proxy in front of us is told to send this header.
HTTPS = _base.scheme == "https"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health(/(live|ready))?$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# Preloading binds a whole domain for years: its owner's choice, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]
CSRF_FAILURE_VIEW = "booking.web.errors.csrf_failure"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- Misuse ---
# Whose word about the client's address is taken: a proxy on this machine, unless named here.
_proxies = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1"])
try:
    TRUSTED_PROXIES = [ip_network(proxy, strict=False) for proxy in _proxies]
except ValueError as error:
    raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}.") from error


def _rate_limits(said: str) -> dict[str, RateLimitItem]:
    """RATE_LIMITS, read over the defaults: "name=number/period", or "off" for none at all."""
    if said == "off":
        return {}
    defaults = {
        "bookings": "10/hour",
        "attempts": "60/hour",
        "holds": "120/hour",
        "links": "10/hour",
    }
    pairs = [pair.strip().partition("=") for pair in said.split(",") if pair.strip()]
    given = {name: limit for name, _, limit in pairs}
    try:
        if set(given) <= set(defaults) and ";" not in said:
            return {name: parse_limit(limit) for name, limit in (defaults | given).items()}
    except ValueError:
        pass
    raise ImproperlyConfigured(
        f'RATE_LIMITS must be like "bookings=10/hour,attempts=60/hour" or "off", not {said!r}.'
    )


RATE_LIMITS = _rate_limits(env.str("RATE_LIMITS", default=""))

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.OpenslotAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "config.core",
    "accounts",
    "notifications",
    "booking",
]
MIDDLEWARE = [
    "config.core.middleware.answer_head_without_body",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.core.middleware.refuse_unreadable_requests",
    "config.core.middleware.forget_zone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
    }.items()
]

# Who guesses passwords is kept out for a while: from everywhere for one account.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_ENABLED = bool(RATE_LIMITS)
AXES_ENABLE_ADMIN = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_RESET_ON_SUCCESS = True
# Else whoever goes on trying would keep the owner out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# Django's `authenticate()` calls it so, whatever the field of the account.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.signing_in.attempted_name"
AXES_CLIENT_IP_CALLABLE = "config.core.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.signing_in.locked_out"
# Not logged. The address is: whoever watches the log can shut it out.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]

# --- Database ------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
try:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
except ValueError as error:
    raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from error
_database = DATABASES["default"]
if _database.get("ENGINE") == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        "timeout": 10,
        # A transaction that reads first and writes later fails at once under load ("database is
        # locked"), whatever the timeout, unless it asks for the write lock at its start.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Races need a file: a shared in-memory database ignores the timeout.
    _database["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
elif _database.get("ENGINE") == "django.db.backends.postgresql":
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        # What is asked often is planned once for each connection: a third of the time that free
        # times take. A pooler in between has to know prepared statements, as PgBouncer does.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=10), "timeout": 10},
        # A lock that cannot be had in time becomes `TryAgain`: see booking/locking.py.
        "options": "-c statement_timeout=15000 -c lock_timeout=3000"
        " -c idle_in_transaction_session_timeout=30000",
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must be sqlite:///… or postgres://…")

# --- Cache, queue, mail --------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "filesystem://localhost/")
# Without a broker tasks travel as files; `config.embedded` makes the folders.
QUEUE_DIR = DATA_DIR / "queue"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = (
    {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
    }
    if CELERY_BROKER_URL.startswith("filesystem://")
    # A request must never wait long for a broker that is away: kombu alone would try for 6 seconds.
    else {"socket_connect_timeout": 1, "socket_timeout": 2, "max_retries": 0}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker however long that is away; by default it ends after 100 attempts.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Nudges have a queue of their own: one that waits there makes the next one needless.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "nudges")]
# What a worker has fetched in advance can neither be merged nor taken by another.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# The scheduler answers `celery inspect ping`, as a worker does: a health check can ask it.
CELERY_BEAT_ENABLE_REMOTE_CONTROL = True
CELERY_BEAT_SCHEDULE = {
    "dispatch": {
        "task": "notifications.tasks.dispatch",
        "schedule": 60.0,
        # A nudge does not say so: this is how the scheduler is known to be alive.
        "kwargs": {"is_scheduled": True},
        "options": {"expires": 55},
    },
    "expire_pending": {
        "task": "booking.tasks.expire_pending",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "complete_past": {
        "task": "booking.tasks.complete_past",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "end_expired_holds": {
        "task": "booking.tasks.end_expired_holds",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Somebody waits for this mail with the page open.
    "send_asked_links": {
        "task": "booking.tasks.send_asked_links",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "forget_sign_ins": {
        "task": "accounts.tasks.forget_sign_ins",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
}

EMAIL_FILE_PATH = str(DATA_DIR / "mail")
_email_url = env.str("EMAIL_URL", default="")
if _email_url:
    try:
        vars().update(env.email_url_config(_email_url))
        if not urlsplit(_email_url).hostname:
            raise ValueError("it names no mail server")  # noqa: TRY301
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL must be like smtp+tls://user:password@host:587 or"
            f" smtp+ssl://user:password@host:465: {str(error).strip()}."
        ) from error
else:
    EMAIL_BACKEND = "notifications.channels.email_files.EmailBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"booking@{_base.hostname}")
DEFAULT_FROM_NAME = env.str("DEFAULT_FROM_NAME", default="Openslot")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- API -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # No view believes a cookie unless it says so: other sites can have browsers send them.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": ["config.core.json_api.Parser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.core.json_api.AlwaysTheSame",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "config.api.problem_of",
    # Errors repeat what was sent; half a surrogate pair can only be written as an escape.
    "UNICODE_JSON": False,
    "URL_FORMAT_OVERRIDE": None,
    "NON_FIELD_ERRORS_KEY": "body",
}

# --- Language and time ---------------------------------------------------------------------------
# The clocks of the pinned package tzdata, not those that a machine happens to have: data of 2025
# is an hour wrong in Morocco since September 2026, and two machines would disagree.
zoneinfo.reset_tzpath(to=())
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Static files --------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Collected files carry a hash in their names and may be cached for ever. Who collects them (`make
# run`, the image) makes the folder; without it (tests, development) they are served as they lie in
# the tree.
_static_root = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static-root")))
_collected = not DEBUG and _static_root.is_dir()
STATIC_ROOT = _static_root if _collected else None
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {
        "hide_tokens": {"()": "config.core.logs.HideTokens"},
        "calm": {"()": "config.core.logs.ClosedIsNoError"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_tokens", "calm"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Anybody can send too much; it is answered, and no news to whoever reads the log.
    "loggers": {"django.security.RequestDataTooBig": {"level": "CRITICAL"}},
}
