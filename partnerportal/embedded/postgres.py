"""PostgreSQL: its data, its start after any end, its two roles."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2

from partnerportal.embedded.places import (
    APPLICATION_ROLE,
    DATABASE,
    OWNER_ROLE,
    EmbeddedError,
    home,
    instance,
    name_of_the_set,
    own_folder,
    postgres_data,
    sockets,
)
from partnerportal.embedded.processes import START_SECONDS, STOP_SECONDS, processes, send, spawn, tail, wait_until
from partnerportal.embedded.programs import as_server_user, server_user


def postmasters() -> list[int]:
    return processes(f"\0-D\0{postgres_data()}\0")


def postgres_processes() -> list[int]:
    return [*postmasters(), *processes(f"postgres: portal-{name_of_the_set()}: ")]


def start_postgres(programs: Path) -> None:
    data, log = postgres_data(), home() / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _init_postgres(programs)
    if postmasters():
        _wait_for_postgres(None, log)
        return
    # A postmaster that was killed leaves children that end by themselves, a pid file and a socket. The pid may since belong
    # to another process, in which case PostgreSQL would not start; we know that nothing runs on this data, so they can go.
    if not wait_until(lambda: not postgres_processes(), STOP_SECONDS):
        send(postgres_processes(), signal.SIGKILL)
    for stale in (data / "postmaster.pid", sockets() / ".s.PGSQL.5432", sockets() / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets()),
        "cluster_name": f"portal-{name_of_the_set()}",
        "max_connections": "200",
        "fsync": "off" if instance() == "test" else "on",  # Tests kill processes, never the machine.
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = spawn([str(programs / "postgres"), "-D", str(data), *options], log)
    _wait_for_postgres(process, log)


def _init_postgres(programs: Path) -> None:
    data = postgres_data()
    draft = data.with_name("postgres.new")
    for leftover in (draft, data):
        shutil.rmtree(leftover, ignore_errors=True)
    own_folder(draft, 0o700, server_user())
    command = [str(programs / "initdb"), "-D", str(draft), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    made = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False, **as_server_user())
    if made.returncode:
        raise EmbeddedError(
            f"PostgreSQL's data folder {data} could not be made: {made.stderr.strip()}. Free some space there, or set DATABASE_URL."
        )
    draft.rename(data)


def _connect(role: str, database: str) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=str(sockets()), user=role, dbname=database, connect_timeout=5)
    connection.autocommit = True
    return connection


def _postgres_answers() -> bool:
    try:
        with closing(_connect("postgres", "postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return True
    except psycopg2.OperationalError:
        return False


def _wait_for_postgres(process: subprocess.Popen[bytes] | None, log: Path) -> None:
    wait_until(lambda: _postgres_answers() or (process is not None and process.poll() is not None), START_SECONDS)
    if not _postgres_answers():
        raise EmbeddedError(f"The embedded PostgreSQL did not start: {tail(log)}. See {log}; `bin/demo --fresh` starts with new data.")
    _bootstrap()


def _bootstrap() -> None:
    """The two roles and the database. The application's role owns nothing; it may read and write what the owner makes."""
    with closing(_connect("postgres", "postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        roles = {name for (name,) in cursor.fetchall()}
        if OWNER_ROLE not in roles:
            cursor.execute(f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB NOSUPERUSER")
        if APPLICATION_ROLE not in roles:
            cursor.execute(f"CREATE ROLE {APPLICATION_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone():
            return
    with closing(_connect("postgres", "template1")) as connection, connection.cursor() as cursor:  # Test databases inherit it.
        ours = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE}"
        cursor.execute(f"{ours} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION_ROLE}")
        cursor.execute(f"{ours} GRANT USAGE, SELECT ON SEQUENCES TO {APPLICATION_ROLE}")
    with closing(_connect("postgres", "postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")
