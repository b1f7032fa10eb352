"""The demo: prepares the data, starts web, workers and schedule, restarts what dies, and leaves nothing running.

`bin/demo` runs this once the packages are there. With DATABASE_URL and REDIS_URL set, those servers are used; otherwise the
embedded ones, which it watches too. The processes' own output is in the folder `logs` of the clone's data folder.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from partnerportal import embedded

CLONE = embedded.CLONE
PYTHON = str(Path(sys.prefix) / "bin" / "python")
WATCH_SECONDS = 0.5
EMBEDDED_WATCH_SECONDS = 2.0
GRACE_SECONDS = 10.0
START_SECONDS = 120.0
QUICK_DEATH_SECONDS = 5.0
LOGINS = [
    ("anna@aurora-telecom.com", "sales rep of Aurora Telecom"),
    ("ben@aurora-telecom.com", "its manager"),
    ("dora@aurora-telecom.com", "its partner admin"),
    ("carla@nordlicht-systems.com", "sales rep of another partner"),
    ("otto@vendor.com", "the vendor's account manager"),
    ("admin@vendor.com", "the vendor's admin (also /admin/ and /mailbox/)"),
]
PASSWORD = "partner-demo"  # noqa: S105 (it is printed)


class CannotStart(RuntimeError):
    """A step failed. The text says which, why and what to do."""


def _failed(what: str, why: str, remedy: str) -> CannotStart:
    return CannotStart(f"{what}\n  Why: {why}\n  What to do: {remedy}")


class Child:
    """One process of the portal, started again whenever it ends, more slowly when it ends at once."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.pause = 0.5
        self.start_after = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches only us, and we reach all of its children."""
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=CLONE, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, preexec_fn=_end_with_parent,  # noqa: PLW1509 (this process has one thread)
            )  # fmt: skip
        self.began = time.monotonic()

    def watch(self) -> None:
        """Start it again when it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_after:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.kill_group()
        is_quick = now - self.began < QUICK_DEATH_SECONDS
        self.pause = min(30.0, self.pause * 2) if is_quick else 0.5
        self.start_after, self.process = now + self.pause, None
        print(f"{self.name} ended ({status}); it starts again. See {self.log}", flush=True)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the main process."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """End whatever is left of it."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass


_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    """The kernel ends this process when the supervisor is killed, so that the next start finds a free port."""
    _libc.prctl(1, signal.SIGTERM, 0, 0, 0)


# --- preparation ---------------------------------------------------------------------


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of bin/demo."""
    parser = argparse.ArgumentParser(prog="bin/demo", description="Start the partner portal with demo data on this machine.")
    parser.add_argument("--fresh", action="store_true", help="forget the data of former runs and start anew")
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (default 8000)")
    return parser.parse_args(arguments)


def environment_for(port: int) -> dict[str, str]:
    """What the processes of the demo find in their environment."""
    places = embedded.urls()
    return {
        "DATABASE_URL": places.database,
        "REDIS_URL": places.broker,
        "SITE_URL": f"http://localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        **os.environ,
        "DEMO": "1",
        "PYTHONUNBUFFERED": "1",
    }


def owner_environment(environment: dict[str, str]) -> dict[str, str]:
    """The same as the role that owns the tables, for migrations."""
    own = os.environ.get("DATABASE_OWNER_URL", os.environ.get("DATABASE_URL", embedded.urls().owner))
    return {**environment, "DATABASE_URL": own}


def uses_embedded() -> bool:
    """Whether a server of ours is needed."""
    return "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ


def require_free_port(port: int) -> None:
    """Raise CannotStart when somebody listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise _failed(f"The web server cannot use port {port}.", str(error), "Choose another: bin/demo --port 8001") from None


def _digest(files: Iterable[Path]) -> str:
    facts = sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


class Steps:
    """Steps of preparation, each done again only when what it depends on has changed."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "steps.json"
        self.done: dict[str, str] = json.loads(self.place.read_text()) if self.place.exists() else {}

    def run(self, name: str, title: str, command: list[str], environment: dict[str, str], state: str) -> None:
        """Run a step unless it was done in this state. Raises CannotStart."""
        if self.done.get(name) == state:
            return
        print(f"{title} ...", flush=True)
        result = subprocess.run([PYTHON, "manage.py", *command], cwd=CLONE, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            why = " | ".join((result.stderr or result.stdout).strip().splitlines()[-3:])
            raise _failed(f"{title}: this step failed.", why, "Correct the cause, or start with new data: bin/demo --fresh")
        self.done[name] = state
        self.place.write_text(json.dumps(self.done))


def prepare(environment: dict[str, str]) -> None:
    """Tables, demo data and static files."""
    where = str(time.time()) if "DATABASE_URL" in os.environ else "embedded"  # What a foreign server holds, we do not know.
    migrations = [file for app in CLONE.glob("*/migrations") for file in app.glob("*.py")]
    migrations += (CLONE / "partnerportal" / "core" / "migrations").glob("*.py")
    static = [file for file in (CLONE / "static").rglob("*") if file.is_file()]
    steps = Steps(embedded.home())
    schema = f"{where} {_digest(migrations)}"
    steps.run("migrate", "Preparing the database", ["migrate", "--noinput", "-v0"], owner_environment(environment), schema)
    steps.run("static", "Collecting the static files", ["collectstatic", "--noinput", "-v0"], environment, _digest(static))
    steps.run("seed", "Making the demo data", ["seed_demo"], environment, schema)


def children(environment: dict[str, str]) -> list[Child]:
    """The processes of the portal."""
    logs, celery = embedded.home() / "logs", [PYTHON, "-m", "celery", "-A", "partnerportal"]
    logs.mkdir(mode=0o700, exist_ok=True)
    commands = {
        "web": [PYTHON, "-m", "gunicorn", "-c", "gunicorn.conf.py", "partnerportal.wsgi:application"],
        "worker": [*celery, "worker", "-Q", "portal", "-c", "2", "-n", "portal@%h"],
        "pdf": [*celery, "worker", "-Q", "pdf", "-c", "1", "-n", "pdf@%h"],
        "schedule": [*celery, "beat", "-s", str(embedded.home() / "schedule"), "--pidfile="],
    }
    for log in logs.glob("*.log"):
        log.unlink()
    return [Child(name, command, environment, logs / f"{name}.log") for name, command in commands.items()]


# --- running ---------------------------------------------------------------------------


class Supervisor:
    """Runs the children until it is told to stop."""

    def __init__(self, processes: list[Child], port: int) -> None:
        self.processes, self.port = processes, port
        self.is_stopping = False
        self.embedded_checked = 0.0

    def stop_soon(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: stop at the next look; a second Ctrl-C does not wait."""
        if self.is_stopping:
            for child in self.processes:
                child.kill_group()
        self.is_stopping = True

    def run(self) -> None:
        """Start everything, say where it is, and watch until a signal comes."""
        for child in self.processes:
            child.start()
        try:
            self._wait_for_web()
            if not self.is_stopping:
                announce(self.port)
            while not self.is_stopping:
                self._watch()
                time.sleep(WATCH_SECONDS)
        finally:
            self.end()

    def _watch(self) -> None:
        if uses_embedded() and time.monotonic() - self.embedded_checked > EMBEDDED_WATCH_SECONDS:
            self.embedded_checked = time.monotonic()
            if None in embedded.status().values():
                print("An embedded service ended; it starts again.", flush=True)
                embedded.start()
        for child in self.processes:
            child.watch()

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_stopping and not _answers(f"http://127.0.0.1:{self.port}/healthz"):
            self._watch()
            if time.monotonic() > deadline:
                raise _failed("The web server does not answer.", f"see {self.processes[0].log}", "Correct the cause, then start again.")
            time.sleep(0.1)

    def end(self) -> None:
        """End every process, gently at first, then the embedded services."""
        for child in self.processes:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(child.process and child.process.poll() is None for child in self.processes):
            time.sleep(0.05)
        for child in self.processes:
            child.kill_group()
            if child.process:
                child.process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 (our own address)
            return response.status == 200
    except (URLError, OSError):
        return False


def announce(port: int) -> None:
    """Say where the portal is and who can sign in."""
    print(f"\nThe partner portal is at http://localhost:{port}/\n\nSign in with one of these, password {PASSWORD}:")
    for address, role in LOGINS:
        print(f"  {address:<30} {role}")
    print(f"\nData and logs: {embedded.home()}")
    print("Ctrl-C stops everything; the next bin/demo continues with this data, bin/demo --fresh starts anew.", flush=True)


def _hold(folder: Path) -> Callable[[], None]:
    """One demo a clone: raises CannotStart when another one runs. Returns what lets go."""
    file = open(folder / "demo.lock", "a+")  # noqa: SIM115 (held until the end)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise _failed(
            "The demo of this clone is running already.", f"process {file.read().strip()} holds it", "Stop that one with Ctrl-C."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file.close


def run(arguments: list[str]) -> None:
    """The demo from start to end. Raises CannotStart or EmbeddedError."""
    options = parse(arguments)
    embedded.secret_key()  # Makes the data folder.
    let_go = _hold(embedded.home())
    if options.fresh:
        let_go()
        if "DATABASE_URL" in os.environ:
            raise _failed("--fresh was refused.", "DATABASE_URL names a database of yours", "Empty it yourself, or unset DATABASE_URL.")
        embedded.wipe()
        embedded.secret_key()
        let_go = _hold(embedded.home())
    require_free_port(options.port)
    environment = environment_for(options.port)
    try:
        if uses_embedded():
            print("Starting PostgreSQL and Valkey ...", flush=True)
            embedded.start()
        prepare(environment)
        supervisor = Supervisor(children(environment), options.port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.stop_soon)
        supervisor.run()
    finally:
        if uses_embedded():
            embedded.stop()
        let_go()
    print("Stopped.", flush=True)


def main() -> int:
    """The command line of bin/demo."""
    try:
        run(sys.argv[1:])
    except (CannotStart, embedded.EmbeddedError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
