"""The only settings module. Everything that differs between machines comes from the environment.

Without DEMO=1 the defaults are those of production: a missing secret stops the start.
With DATABASE_URL and REDIS_URL unset, the embedded services of `partnerportal.embedded` are used.
"""

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from partnerportal import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("DEMO", default=False)
DEBUG = False
SECRET_KEY = env("SECRET_KEY", default=embedded.secret_key() if DEMO else environ.Env.NOTSET)
SITE_URL = env("SITE_URL", default="http://localhost:8000" if DEMO else environ.Env.NOTSET).rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO else environ.Env.NOTSET)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- the product -----------------------------------------------------------------
VENDOR_NAME = env("VENDOR_NAME", default="Wildix")
WMP_URL = env("WMP_URL", default="")
BONUS_RATE = "0.1000"  # Fraction of Pipeline MRR. Source: the product's brief.
EXPORT_DAYS = 7  # How long a file of many rows, which the worker wrote, is kept.
RESTORE_DAYS = 30  # How long a deleted record, or a file that was taken off one, can be restored.
OFFER_HOURS = 48  # A partner has this long to answer the offer of a lead,
OFFER_REMIND_HOURS = 24  # and is reminded when so much is left.
WEB_FORM_DAILY = 500  # So many enquiries of a public form become leads on one day; the rest is held back until somebody releases it.
PROJECT_SILENT_DAYS = 14  # After so many days without a change an open project is on the radar.
LEAD_SILENT_DAYS = 14  # After so many days without a change, a note, a task or a call an open lead is on the radar.
QUOTE_VALID_DAYS = 30
QUOTE_REMIND_DAYS = 5  # So many days before a quote expires, the customer is reminded once.
PUBLIC_MAIL_DOMAINS = [  # Customers are reached at their company's address. Source: the product's brief.
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.de", "yahoo.it", "yahoo.fr", "hotmail.com", "hotmail.it", "hotmail.de",
    "outlook.com", "outlook.de", "live.com", "msn.com", "aol.com", "icloud.com", "me.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch",
    "web.de", "t-online.de", "freenet.de", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "orange.fr", "wanadoo.fr", "free.fr",
    "laposte.net", "bluewin.ch", "proton.me", "protonmail.com", "mail.com", "mail.ru", "yandex.ru", "qq.com", "163.com", "ziggo.nl",
]  # fmt: skip
BLOCKED_MAIL_WORDS = ["test", "example", "dummy"]

# --- apps --------------------------------------------------------------------------
INSTALLED_APPS = [
    "reports",
    "orders",
    "quotes",
    "projects",
    "leads",
    "cases",
    "accounts",
    "tasks",
    "catalog",
    "partners",
    "partnerportal.core.apps.CoreConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "partnerportal.core.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "template_partials",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "import_export",
    "phonenumber_field",
    "django_countries",
    "csp",
]

MIDDLEWARE = [
    "partnerportal.core.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "partnerportal.core.middleware.MethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partners.sessions.SessionAgeMiddleware",
    "partners.sessions.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "partnerportal.core.middleware.PersonMiddleware",
    "partnerportal.core.middleware.SizeMiddleware",
    "partnerportal.core.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "partnerportal.urls"
WSGI_APPLICATION = "partnerportal.wsgi.application"
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
                "partnerportal.core.context.portal",
                "reports.context.waiting",
            ],
            "builtins": ["partnerportal.core.templatetags.portal", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- database ------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default=embedded.urls().database if DEMO else environ.Env.NOTSET),
        "CONN_MAX_AGE": 600,  # A new connection costs 4 ms.
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = env("REDIS_URL", default=embedded.urls().broker if DEMO else environ.Env.NOTSET)
CACHE_PREFIX = env("CACHE_PREFIX", default="portal")  # Of several portals on one server, each has its own.
CACHES = {
    "default": {
        "BACKEND": "partnerportal.core.cache.PatientRedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
        "KEY_PREFIX": CACHE_PREFIX,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people --------------------------------------------------------------------------
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = ["partners.auth.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "partners.auth.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # An invitation proves the address.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # A reset for an unknown address sends nothing.
ACCOUNT_FORMS = {
    "login": "partners.forms.SignInForm",
    "change_password": "partners.forms.ChangePasswordForm",
    "reset_password": "partners.forms.ResetPasswordForm",
    "reset_password_from_key": "partners.forms.NewPasswordForm",
    "reauthenticate": "partners.forms.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": "partners.forms.SecondFactorForm",
    "reauthenticate": "partners.forms.ConfirmCodeForm",
    "activate_totp": "partners.forms.ActivateAppForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/m/ip"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # A changed password or second factor is told by mail.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
PASSWORD_RESET_TIMEOUT = 3600
INVITATION_DAYS = 7
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Partner Portal"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600  # A working day, from the sign-in.
SESSION_IDLE_AGE = 2 * 3600
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "portal_session"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "portal_csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "partnerportal.core.errors.csrf_failure"

# --- transport and headers -------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_HTTPS and not DEMO
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
WMP_ORIGIN = "/".join(WMP_URL.split("/")[:3]) if WMP_URL else ""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-src": [WMP_ORIGIN] if WMP_ORIGIN else ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {"camera": [], "geolocation": [], "microphone": [], "payment": [], "usb": []}

# --- language, time, numbers ---------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("it", _("Italian")), ("fr", _("French")), ("es", _("Spanish")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(embedded.home() / "static")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(embedded.home() / "files")))  # Private: never below a served folder.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"base_url": None}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
CLAMAV_URL = env("CLAMAV_URL", default="")  # tcp://host:3310 or unix:///path; empty: files are not scanned.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- mail ------------------------------------------------------------------------------
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "partnerportal.core.mailbox.MailboxBackend"  # Mail stays in the portal, where the vendor admin reads it.
EMAIL_TIMEOUT = 10
NOTICE_WAIT = env.int("NOTICE_WAIT", default=180)  # Seconds that a notice may be read in the portal before it is mailed.
NOTICE_QUIET = env.int("NOTICE_QUIET", default=3600)  # Seconds between two mails of notices to one person.
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Partner Portal <portal@localhost>")

# --- jobs ------------------------------------------------------------------------------
CELERY_BROKER_URL = env("BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
JOB_SECONDS = env.int("JOB_SECONDS", default=60)  # Hard limit of one delivery; its child process is ended and replaced.
LEASE_MARGIN_SECONDS = env.int("LEASE_MARGIN_SECONDS", default=5)  # A message is free again this long after its hard limit.
PDF_SECONDS = env.int("PDF_SECONDS", default=20)
PDF_MEMORY_BYTES = 1024**3
OUTBOX_BACKOFF_SECONDS = env.float("OUTBOX_BACKOFF_SECONDS", default=5.0)
OUTBOX_ALERT_QUIET_SECONDS = env.int("OUTBOX_ALERT_QUIET_SECONDS", default=3600)  # One alert of dead messages in this time.
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # Longer than every hard limit.
    "unacked_restore_interval": 2,  # Kombu looks for abandoned messages every 100 s otherwise.
    "unacked_restore_throttle": 1,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "global_keyprefix": f"{CACHE_PREFIX}-jobs:",
    "max_retries": 1,  # Of a publisher: the sweeper makes good what a dead broker did not hear. Workers try for ever.
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TASK_ROUTES = {"partnerportal.core.jobs.deliver_pdf": {"queue": "pdf"}}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sweep-outbox": {"task": "partnerportal.core.jobs.sweep_outbox", "schedule": 5.0, "options": {"expires": 10}},
    "forget-opened": {"task": "partnerportal.core.jobs.forget_opened", "schedule": 86400.0},
    "forget-files": {"task": "partnerportal.core.jobs.forget_files", "schedule": 86400.0},
    "forget-exports": {"task": "partnerportal.core.jobs.forget_exports", "schedule": 3600.0},
    "fold-totals": {"task": "partnerportal.core.jobs.fold_totals", "schedule": 60.0, "options": {"expires": 60}},
    "close-resolved-cases": {"task": "cases.jobs.close_resolved_cases", "schedule": 3600.0},
    "mail-notices": {"task": "partnerportal.core.jobs.mail_notices", "schedule": 60.0, "options": {"expires": 60}},
    "expire-offers": {"task": "leads.jobs.expire_offers", "schedule": 60.0, "options": {"expires": 60}},
    "remind-of-offers": {"task": "leads.jobs.remind_of_offers", "schedule": 300.0},
    "remind-of-revisits": {"task": "leads.jobs.remind_of_revisits", "schedule": 3600.0},
    "remind-of-due-tasks": {"task": "tasks.jobs.remind_of_due", "schedule": 3600.0},
    "expire-quotes": {"task": "quotes.jobs.expire_quotes", "schedule": 900.0},
    "remind-customers": {"task": "quotes.jobs.remind_customers", "schedule": 3600.0},
}

# --- forms and history ------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"
PHONENUMBER_DB_FORMAT = "E164"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- logging ------------------------------------------------------------------------------
LOGGING_CONFIG = None  # `core.logs.configure` sets up structlog; see there.
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
