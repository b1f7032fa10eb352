"""Where the services of this clone lie, and what they are called."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

CLONE = Path(__file__).resolve().parent.parent.parent
SYSTEM_USER = "partnerportal"
ROOT_BASE = Path("/var/lib/partnerportal")
OWNER_ROLE, APPLICATION_ROLE, DATABASE = "portal_owner", "portal_app", "portal"


class EmbeddedError(RuntimeError):
    """A service could not be started or stopped. The text says which, why and what to do."""


@dataclass(frozen=True)
class Urls:
    """Where the services answer: the application's role, the owner's (migrations, tests), and the broker."""

    database: str
    owner: str
    broker: str


def instance() -> str:
    """Which set of services is meant: the demo's, or that of a test run (PORTAL_INSTANCE)."""
    return os.environ.get("PORTAL_INSTANCE", "demo")


def name_of_the_set() -> str:
    return f"{hashlib.sha256(os.fsencode(CLONE)).hexdigest()[:12]}-{instance()}"


def is_root() -> bool:
    return os.geteuid() == 0


def home() -> Path:
    """The private data folder of this clone (and of this kind of user)."""
    if is_root():
        return ROOT_BASE / name_of_the_set()
    if os.access(CLONE, os.W_OK):
        return CLONE / ".portal" / instance()
    return Path.home() / ".local" / "share" / "partnerportal" / name_of_the_set()


def sockets() -> Path:
    return home() / "run" if is_root() else Path("/tmp") / f"portal-{os.getuid()}-{name_of_the_set()}"  # noqa: S108 (checked by `own_folder`)


def postgres_data() -> Path:
    return home() / "postgres"


def valkey_data() -> Path:
    return home() / "valkey"


def urls() -> Urls:
    """Addresses of the services of this clone, whether they run or not."""
    return Urls(
        database=f"postgres://{APPLICATION_ROLE}@/{DATABASE}?host={quote(str(sockets()))}",
        owner=f"postgres://{OWNER_ROLE}@/{DATABASE}?host={quote(str(sockets()))}",
        broker=f"redis+socket://{sockets()}/valkey.sock",
    )


def secret_key() -> str:
    """A random secret of this clone's demo, made at first use and kept where only its user reads it."""
    path = home() / "secret_key"
    if not path.exists():
        make_home()
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


def make_home() -> None:
    folder = home()
    if is_root():
        own_folder(ROOT_BASE, 0o755)
        own_folder(folder, 0o711)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    own_folder(folder, 0o700)


def own_folder(path: Path, mode: int, user: str | None = None) -> None:
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
