"""A database with all migrations applied, made once for each state of the migrations. Test databases are copies of it."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from partnerportal import embedded

PREFIX = "portal_template_"


def name() -> str:
    """The template's name for the migrations, packages and settings as they are now."""
    files = [*embedded.CLONE.glob("*/migrations/*.py"), *embedded.CLONE.glob("partnerportal/core/migrations/*.py")]
    files += [embedded.CLONE / "requirements.txt", *(embedded.CLONE / "partnerportal" / name for name in ("settings.py", "core/totals.py"))]
    content = b"".join(str(file.relative_to(embedded.CLONE)).encode() + file.read_bytes() for file in sorted(files))
    return PREFIX + hashlib.sha256(content).hexdigest()[:16]


def at(database: str) -> str:
    """The address of another database of the server that DATABASE_URL names."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


def ensure() -> None:
    """Make the template unless it is there. Of several test runs at once one makes it, and the others wait."""
    lock = Path(tempfile.gettempdir()) / f"portal-template-{os.getuid()}-{hashlib.sha256(at('').encode()).hexdigest()[:12]}.lock"
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with closing(psycopg2.connect(at("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
                found = {row[0] for row in cursor.fetchall()}
                if name() in found:
                    return
                for former in found:
                    cursor.execute(f'DROP DATABASE "{former}" WITH (FORCE)')
                draft = f"{PREFIX}draft"
                cursor.execute(f'CREATE DATABASE "{draft}"')
                command = [sys.executable, "manage.py", "migrate", "--noinput", "-v0"]
                environment = {**os.environ, "DATABASE_URL": at(draft)}
                made = subprocess.run(command, cwd=embedded.CLONE, env=environment, capture_output=True, text=True, check=False)
                if made.returncode:
                    raise RuntimeError(f"The migrations failed: {made.stderr}")
                cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name()}"')
