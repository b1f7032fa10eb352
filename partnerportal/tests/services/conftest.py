"""A portal of real processes for drills: its servers, its workers, its post."""

import os
import subprocess
import sys
import threading
from contextlib import closing

import psycopg2
import pytest
from aiosmtpd.controller import Controller

from partnerportal import embedded, supervisor
from partnerportal.tests.services.servers import free_port, start_servers


class Post:
    """An SMTP server that keeps the Message-ID of every mail that it has taken."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (the library's name)
        line = next(line for line in envelope.content.decode().splitlines() if line.lower().startswith("message-id:"))
        self.taken.append(line.partition(":")[2].strip())
        return "250 OK"


class Portal:
    """Servers and processes of one drill, run by the demo's own supervisor code."""

    def __init__(self, folder):
        self.folder = folder
        self.servers = start_servers()
        self.post = Post()
        self.smtp = Controller(self.post, hostname="127.0.0.1", port=free_port())
        self.smtp.start()
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"BROKER_URL", "DATABASE_URL", "REDIS_URL"}},
            **self.servers.environment,
            **{"DEMO": "1", "DJANGO_SETTINGS_MODULE": "partnerportal.settings", "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp.port}"},
            **{
                "JOB_SECONDS": "4",
                "PDF_SECONDS": "8",
                "LEASE_MARGIN_SECONDS": "1",
                "OUTBOX_BACKOFF_SECONDS": "0.05",
                "LOG_LEVEL": "WARNING",
            },
            **{"BIND": f"127.0.0.1:{self.port}", "MEDIA_ROOT": str(folder / "files"), "STATIC_ROOT": str(folder / "static")},
        }
        self.children = {}
        self.is_over = threading.Event()
        self.watcher = threading.Thread(target=self._watch)
        self.manage("migrate", "--noinput", "-v0", role="DATABASE_OWNER_URL")

    def manage(self, *arguments, role="DATABASE_URL"):
        environment = {**self.environment, "DATABASE_URL": self.environment[role]}
        command = [sys.executable, "manage.py", *arguments]
        result = subprocess.run(command, cwd=embedded.CLONE, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def sql(self, text, *values, role="DATABASE_URL"):
        with closing(psycopg2.connect(self.environment[role])) as connection, connection, connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall() if cursor.description else None

    def start(self, *names):
        """Start these of web, worker, pdf and schedule, and keep them running."""
        celery = [sys.executable, "-m", "celery", "-A", "partnerportal"]
        include = ["-I", "partnerportal.tests.services.handlers"]
        commands = {
            "web": [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "partnerportal.wsgi:application"],
            "worker": [*celery, "worker", "-Q", "portal", "-c", "2", "-n", "portal@%h", *include],
            "pdf": [*celery, "worker", "-Q", "pdf", "-c", "1", "-n", "pdf@%h", *include],
            "schedule": [*celery, "beat", "-s", str(self.folder / "schedule"), "--pidfile="],
        }
        for name in names:
            self.children[name] = supervisor.Child(name, commands[name], self.environment, self.folder / f"{name}.log")
            self.children[name].start()
        self.watcher.start()

    def _watch(self):
        while not self.is_over.wait(0.3):
            for child in self.children.values():
                child.watch()

    def kill(self, name):
        """kill -9 of a main process, its children too."""
        self.children[name].kill_group()

    def pid(self, name):
        return self.children[name].process.pid

    def end(self):
        self.is_over.set()
        if self.children:
            self.watcher.join()
        for child in self.children.values():
            child.kill_group()
            if child.process:
                child.process.wait()
        self.smtp.stop()
        self.servers.end()

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def portal(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_INSTANCE", "drill")
    made = Portal(tmp_path)
    yield made
    made.end()
