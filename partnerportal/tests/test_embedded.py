"""The embedded services: where they may lie, what they survive, and what they leave alone."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from partnerportal import embedded

pytestmark = pytest.mark.services


class Clone:
    """A folder that holds nothing but the module, run by another process as the module of that clone."""

    def __init__(self, folder: Path) -> None:
        (folder / "partnerportal").mkdir(parents=True)
        (folder / "partnerportal" / "__init__.py").touch()
        shutil.copytree(Path(embedded.__file__).parent, folder / "partnerportal" / "embedded", ignore=shutil.ignore_patterns("__pycache__"))
        self.folder = folder

    def ask(self, code: str) -> str:
        return self._python("-c", f"from partnerportal import embedded; print({code})").stdout.strip()

    def run(self, action: str) -> str:
        return self._python("-m", "partnerportal.embedded", action).stdout

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PORTAL_INSTANCE": "drill"}
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=True
        )

    def answer(self, sql: str, *, role: str = "database") -> object:
        with psycopg2.connect(self.ask(f"embedded.urls().{role}")) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None

    def pids(self) -> list[int]:
        return [int(pid) for pid in self.ask("*embedded.postgres.postgres_processes(), *embedded.valkey.valkey_processes()").split()]


@pytest.fixture
def clone(tmp_path):
    made = Clone(tmp_path / "clone")
    yield made
    made.run("wipe")


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path): stat.S_IMODE(path.lstat().st_mode)
        for path in [folder, *folder.parents, *folder.rglob("*")]
        if "__pycache__" not in path.parts
    }


def test_both_services_run_and_end(clone):
    started = clone.run("start")
    stopped = clone.run("stop")

    assert [line.split(": ")[1].split()[0] for line in started.splitlines()] == ["runs", "runs"]
    assert stopped == "postgres: stopped\nvalkey: stopped\n"
    assert clone.pids() == []


def test_second_start_keeps_processes_and_data(clone):
    clone.run("start")
    clone.answer("CREATE TABLE kept AS SELECT 7 AS number", role="owner")
    first = clone.run("status")

    assert clone.run("start") == first
    assert clone.answer("SELECT number FROM kept") == (7,)


def test_application_role_owns_nothing_and_may_change_rows(clone):
    clone.run("start")
    clone.answer("CREATE TABLE thing (id int)", role="owner")

    assert (
        clone.answer("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user") == (False,) * 4
    )
    assert clone.answer("INSERT INTO thing VALUES (1) RETURNING id") == (1,)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        clone.answer("CREATE TABLE other (id int)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        clone.answer("DROP TABLE thing")


def test_owner_role_can_make_the_extensions_that_migrations_need(clone):
    clone.run("start")

    for extension in ("pg_trgm", "unaccent", "btree_gist"):
        clone.answer(f"CREATE EXTENSION {extension}; SELECT 1", role="owner")

    assert clone.answer("SELECT lower('ÄÖÉ')") == ("äöé",)


def test_start_after_everything_was_killed(clone):
    for _ in range(3):
        clone.run("start")
        for pid in clone.pids():
            os.kill(pid, signal.SIGKILL)

    assert "stopped" not in clone.run("start")
    assert clone.answer("SELECT 1") == (1,)


def test_start_although_the_pid_file_names_a_foreign_process(clone):
    clone.run("start")
    data = Path(clone.ask("embedded.home()")) / "postgres"
    pid_file = (data / "postmaster.pid").read_text()
    for pid in clone.pids():
        os.kill(pid, signal.SIGKILL)
    lines = pid_file.splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    clone.run("start")

    assert clone.answer("SELECT 1") == (1,)


def test_a_damaged_broker_file_is_put_aside(clone):
    clone.run("start")
    clone.run("stop")
    for file in (Path(clone.ask("embedded.home()")) / "valkey").rglob("*.aof*"):
        file.write_bytes(b"\x00broken" * 50)

    assert "stopped" not in clone.run("start")


@pytest.mark.parametrize("length", [30, 200])
def test_no_folder_of_others_changes_its_mode(tmp_path, length):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    deep = closed / ("d" * max(1, length - len(str(closed)) - 1))
    made = Clone(deep)
    before = modes(closed)

    made.run("start")
    answer = made.answer("SELECT 1")
    after = modes(closed)
    made.run("wipe")

    assert len(str(deep)) >= length
    assert answer == (1,)
    assert {path: mode for path, mode in after.items() if ".portal" not in path} == before


def test_the_secret_is_one_and_closed(clone):
    first, second = clone.ask("embedded.secret_key()"), clone.ask("embedded.secret_key()")
    place = Path(clone.ask("embedded.home()")) / "secret_key"

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
