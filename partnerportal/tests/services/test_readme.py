"""A newcomer with an empty home follows the README, as it stands: from clone to the second step of the first project."""

import http.cookiejar
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from partnerportal import embedded
from partnerportal.tests.services.servers import free_port, wait_until

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]

NEWCOMER = f"portal-newcomer-{os.getpid()}"  # Of this run: one that was killed may have left its own.
GATE_SECONDS = 300
GUARD_SECONDS = 5 * GATE_SECONDS


def blocks():
    """The README's shell commands, block by block."""
    text = (embedded.CLONE / "README.md").read_text()
    return [block.strip().splitlines() for block in re.findall(r"```sh\n(.*?)```", text, flags=re.S)]


class Newcomer:
    """Somebody who has just got an account on this machine; ourselves with an empty home where we may not make one."""

    def __init__(self, folder):
        self.home = folder
        self.options = {}
        if os.geteuid() == 0:
            subprocess.run(["useradd", "--home-dir", str(folder), "--no-create-home", "--shell", "/bin/bash", NEWCOMER], check=True)
            record = pwd.getpwnam(NEWCOMER)
            self.options = {"user": record.pw_uid, "group": record.pw_gid, "extra_groups": []}
            os.chown(folder, record.pw_uid, record.pw_gid)
        keep = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")}
        self.environment = {**keep, "HOME": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

    def types(self, command, place):
        """Start a line in a shell of theirs, as at a terminal."""
        log = open(self.home.parent / "screen.txt", "ab")  # noqa: SIM115 (the process's own)
        try:
            return subprocess.Popen(
                ["/bin/bash", "-c", command], cwd=place, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, umask=0o022, **self.options,
            )  # fmt: skip
        finally:
            log.close()

    def screen(self):
        return (self.home.parent / "screen.txt").read_text(errors="replace")

    def is_up(self, process):
        """Wait until the demo says where it is, or ends."""
        done = "Ctrl-C stops everything"
        wait_until(lambda: done in self.screen() or process.poll() is not None, GUARD_SECONDS, "the demo is up")
        return done in self.screen()

    def asked_for(self):
        """The line that the demo's last words ask an administrator to run, once."""
        lines = re.findall(r"What to do: Run: sudo (.+)", self.screen())
        return lines[-1] if lines and os.geteuid() == 0 and lines.count(lines[-1]) == 1 else None

    def leave(self):
        if not self.options:
            return
        deadline = time.monotonic() + 30
        while self.processes() and time.monotonic() < deadline:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
        subprocess.run(["userdel", NEWCOMER], check=False, capture_output=True)

    def processes(self):
        """Whatever of theirs is running."""
        if not self.options:
            return []
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and entry.stat().st_uid == self.options["user"] and (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


@pytest.fixture
def newcomer(tmp_path_factory):
    base = Path("/var/tmp" if os.geteuid() == 0 else tmp_path_factory.mktemp("newcomer")) / f"newcomer-{os.getpid()}"  # noqa: S108
    home = base / "home"
    home.mkdir(parents=True)
    base.chmod(0o755)
    made = Newcomer(home)
    yield made
    made.leave()
    shutil.rmtree(base, ignore_errors=True)


class Browser:
    """Enough of one for forms without script."""

    def __init__(self, port):
        self.site = f"http://localhost:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path):
        with self.opener.open(self.site + path, timeout=60) as response:
            return response.geturl().removeprefix(self.site), response.read().decode()

    def post(self, path, fields, page):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self.site + path, data, headers={"Referer": self.site + path})
        with self.opener.open(request, timeout=60) as response:
            return response.geturl().removeprefix(self.site), response.read().decode()


def source_of(folder):
    """A repository with what lies in this clone, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=embedded.CLONE, check=True, capture_output=True
    ).stdout
    copy = folder / "source"
    for name in listed.decode().split("\0"):
        if name and (embedded.CLONE / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(embedded.CLONE / name, copy / name)
    git = ["git", "-C", str(copy), "-c", "user.name=Test", "-c", "user.email=test@portal.vendor.com", "-c", "commit.gpgsign=false"]
    subprocess.run([*git[:3], "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "The portal"], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(copy), str(folder / "portal.git")], check=True)
    shutil.rmtree(copy)
    return folder / "portal.git"


def test_readme_names_the_two_commands():
    run, test = blocks()

    assert run == ["git clone <address of this repository> partner-portal", "cd partner-portal", "bin/demo"]
    assert test == ["bin/test"]


def test_a_newcomer_gets_to_the_first_project_by_the_readme_alone(newcomer):
    repository = source_of(newcomer.home.parent)
    if newcomer.options:  # Git refuses to clone a folder that belongs to somebody else.
        subprocess.run(["chown", "-R", NEWCOMER, str(repository)], check=True)
    port = free_port()
    script = " && ".join(blocks()[0]).replace("<address of this repository>", str(repository))
    began = time.monotonic()

    process = newcomer.types(f"{script} --port {port}", newcomer.home)
    while not newcomer.is_up(process) and (line := newcomer.asked_for()):
        subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True)  # By the administrator, as the demo says.
        process = newcomer.types(f"bin/demo --port {port}", newcomer.home / "partner-portal")
    assert process.poll() is None, newcomer.screen()
    up = time.monotonic() - began
    browser = Browser(port)
    address, page = browser.get("/pipeline/new/")
    address, page = browser.post(address, {"login": "anna@aurora-telecom.com", "password": "partner-demo"}, page)
    assert (address, 'name="csrfmiddlewaretoken"' in page) == ("/pipeline/new/", True)
    arrived = time.monotonic() - began

    os.killpg(process.pid, signal.SIGINT)  # Ctrl-C at their terminal.
    assert process.wait(60) == 0, newcomer.screen()
    wait_until(lambda: newcomer.processes() == [], 30, "nothing is left running")
    print(f"\nREADME: up after {up:.0f} s, first screen of the fast pipeline after {arrived:.0f} s (gate {GATE_SECONDS})")

    began = time.monotonic()
    again = newcomer.types(f"bin/demo --port {port}", newcomer.home / "partner-portal")
    wait_until(
        lambda: newcomer.screen().count("Ctrl-C stops everything") == 2 or again.poll() is not None, GUARD_SECONDS, "the demo is up again"
    )
    print(f"README: the second start was up after {time.monotonic() - began:.1f} s")
    assert newcomer.screen().count("Making the demo data") == 1
    os.killpg(again.pid, signal.SIGINT)
    assert again.wait(60) == 0, newcomer.screen()
    wait_until(lambda: newcomer.processes() == [], 30, "nothing is left running")
