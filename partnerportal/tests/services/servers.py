"""The servers of a drill, which may be killed: the embedded ones, or Debian's PostgreSQL and Redis on loopback.

PORTAL_POSTGRES_BIN (a folder of programs) and PORTAL_REDIS_SERVER (a program) choose the latter; `.ci/run` sets them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import redis

from partnerportal import embedded


def wait_until(fact, seconds, what):
    """Hang guard: the drill does not wait for ever, and says for what it did."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"Not within {seconds} seconds: {what}"
        time.sleep(0.1)


class EmbeddedServers:
    """A set of its own of the embedded services, in this clone."""

    title = "embedded PostgreSQL 18 and Valkey 9"

    def __init__(self):
        self.instance = f"drill{os.getpid()}"
        self.places = self._run("print(*vars(embedded.start()).values(), sep=chr(10))").split()

    def _run(self, code):
        environment = {**os.environ, "PORTAL_INSTANCE": self.instance}
        command = [sys.executable, "-c", f"from partnerportal import embedded\n{code}"]
        return subprocess.run(command, cwd=embedded.CLONE, env=environment, capture_output=True, text=True, check=True, timeout=180).stdout

    @property
    def environment(self):
        database, owner, broker = self.places
        return {"DATABASE_URL": database, "DATABASE_OWNER_URL": owner, "REDIS_URL": broker, "PORTAL_INSTANCE": self.instance}

    def kill_database(self):
        self._kill("embedded.postgres.postmasters()")

    def kill_broker(self):
        self._kill("embedded.valkey.valkey_processes()")

    def _kill(self, code):
        pids = [int(pid) for pid in self._run(f"print(*{code})").split()]
        assert pids, "There was nothing to kill"
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def revive(self):
        self._run("embedded.start()")

    def end(self):
        self._run("embedded.wipe()")


class DebianServers:
    """PostgreSQL and Redis from the distribution's packages, each on a free port of loopback."""

    def __init__(self, programs, redis_server):
        self.programs, self.redis_server = Path(programs), redis_server
        self.folder = Path(tempfile.mkdtemp(prefix="portal-drill-"))
        self.folder.chmod(0o755)
        self.database_port, self.broker_port = free_port(), free_port()
        self.processes = {}
        self.user = {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        self._init()
        self.revive()
        self._bootstrap()
        self.title = f"{self._version()} and Redis {redis.Redis(port=self.broker_port).info()['redis_version']} of the distribution"

    def _init(self):
        data = self.folder / "postgres"
        data.mkdir(mode=0o700)
        (self.folder / "redis").mkdir()
        if self.user:
            shutil.chown(data, "postgres")
        command = [self.programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self.user)

    def _bootstrap(self):
        with closing(self._connect("template1")) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE ROLE portal_owner LOGIN CREATEDB; CREATE ROLE portal_app LOGIN")
            ours = "ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner GRANT"
            cursor.execute(
                f"{ours} SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app; {ours} USAGE, SELECT ON SEQUENCES TO portal_app"
            )
        with closing(self._connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE portal OWNER portal_owner")

    def _connect(self, database):
        connection = psycopg2.connect(host="127.0.0.1", port=self.database_port, user="postgres", dbname=database, connect_timeout=3)
        connection.autocommit = True
        return connection

    def _version(self):
        with closing(self._connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 'PostgreSQL ' || current_setting('server_version')")
            return cursor.fetchone()[0]

    @property
    def environment(self):
        place = f"127.0.0.1:{self.database_port}/portal"
        return {
            "DATABASE_URL": f"postgres://portal_app@{place}",
            "DATABASE_OWNER_URL": f"postgres://portal_owner@{place}",
            "REDIS_URL": f"redis://127.0.0.1:{self.broker_port}/0",
        }

    def kill_database(self):
        self._kill("postgres")

    def kill_broker(self):
        self._kill("redis")

    def _kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait()

    def revive(self):
        postgres = [self.programs / "postgres", "-D", self.folder / "postgres", "-p", str(self.database_port), "-k", ""]
        postgres += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        broker = [self.redis_server, "--port", str(self.broker_port), "--bind", "127.0.0.1", "--dir", self.folder / "redis"]
        broker += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        for name, command, user in (("postgres", postgres, self.user), ("redis", broker, {})):
            if name not in self.processes or self.processes[name].poll() is not None:
                with open(self.folder / f"{name}.log", "ab") as log:
                    self.processes[name] = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, start_new_session=True, **user)
        wait_until(self._answers, 60, "the distribution's servers answer")

    def _answers(self):
        try:
            self._connect("postgres").close()
            return redis.Redis(port=self.broker_port).ping()
        except (psycopg2.OperationalError, redis.exceptions.RedisError):
            return False

    def end(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGINT)
            process.wait(30)
        shutil.rmtree(self.folder)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start_servers():
    """The servers that the environment asks for."""
    if "PORTAL_POSTGRES_BIN" in os.environ:
        return DebianServers(os.environ["PORTAL_POSTGRES_BIN"], os.environ["PORTAL_REDIS_SERVER"])
    return EmbeddedServers()
