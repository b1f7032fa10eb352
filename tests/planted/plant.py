"""See `run`. A fault is a patch with two lines above it: `Takes out: …` and `Must fail: <test>`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent.parent
FAULTS = Path(__file__).resolve().parent
GUARD_SECONDS = 900


class Fault:
    """One patch, what it takes out, and the test that must notice."""

    def __init__(self, file):
        text = file.read_text()
        self.file, self.name = file, file.stem
        self.takes_out = re.search(r"^Takes out: (.+)$", text, flags=re.M)[1]
        self.test = re.search(r"^Must fail: (.+)$", text, flags=re.M)[1]

    def apply(self, copy, *options):
        command = ["git", "apply", "-p1", *options, str(self.file)]
        done = subprocess.run(
            command, cwd=copy, env={**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{self.name} does not apply any more; bring it up to date: {done.stderr.strip()}")


def copy_of_the_clone(folder):
    """The files that belong to the repository, committed or not, and the same virtual environment."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=CLONE, check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        if name and (CLONE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CLONE / name, folder / name)
    if not (folder / ".venv").exists():
        (folder / ".venv").symlink_to((CLONE / ".venv").resolve())


def pytest_run(copy, tests, *options):
    """Exit status and output of these tests in the copy. 0: all passed, 1: some failed; anything else is no answer."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        *tests,
        "-n",
        "0",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--tb=line",
        *options,
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=GUARD_SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr


def caught(copy, fault):
    """Whether the named test fails with the fault in place."""
    fault.apply(copy)
    try:
        status, output = pytest_run(copy, [fault.test], "--create-db")  # A fault may be in what the database does by itself.
    finally:
        fault.apply(copy, "-R")
    if status not in (0, 1) or "error" in output.splitlines()[-1]:
        print(output[-2000:])
    return status == 1 and re.search(r"\b[1-9]\d* failed", output) is not None


def main(words):
    """Plant them all; the exit status of the script."""
    faults = [Fault(file) for file in sorted(FAULTS.glob("*.patch"))]
    faults = [fault for fault in faults if not words or any(word in fault.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="portal-planted-") as folder:
        copy = Path(folder) / "portal"
        copy_of_the_clone(copy)
        os.environ.pop("PORTAL_LEFT_OUT", None)
        sys.path.insert(0, str(copy))
        os.environ["PORTAL_INSTANCE"] = "test"
        from partnerportal import embedded  # noqa: PLC0415 (the copy's own)

        with embedded.held():  # One server for all runs.
            status, output = pytest_run(copy, sorted({fault.test for fault in faults}), "--create-db")
            if status:
                print(output[-3000:])
                sys.exit("The tests that the faults name do not pass without a fault.")
            missed = []
            for fault in faults:
                is_caught = caught(copy, fault)
                print(f"{'caught' if is_caught else 'MISSED'}  {fault.name}: {fault.takes_out} ({fault.test})", flush=True)
                missed += [] if is_caught else [fault.name]
        embedded.wipe()
    print(f"Planted faults: {len(faults) - len(missed)} of {len(faults)} caught")
    return 1 if missed or not faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
