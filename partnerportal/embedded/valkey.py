"""Valkey: the broker and the cache."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path

from partnerportal.embedded.places import EmbeddedError, home, own_folder, sockets, valkey_data
from partnerportal.embedded.processes import START_SECONDS, STOP_SECONDS, processes, send, spawn, tail, wait_until
from partnerportal.embedded.programs import server_user


def valkey_processes() -> list[int]:
    return processes(f"\0--dir\0{valkey_data()}\0")


def start_valkey(program: Path) -> None:
    log = home() / "valkey.log"
    if valkey_processes() and wait_until(_valkey_answers, STOP_SECONDS):
        return
    if not _try_valkey(program, log):
        # The broker's data is a doorbell and a cache, the record is in PostgreSQL: a damaged file is put aside.
        send(valkey_processes(), signal.SIGKILL)
        shutil.rmtree(home() / "valkey.damaged", ignore_errors=True)
        valkey_data().rename(home() / "valkey.damaged")
        own_folder(valkey_data(), 0o700, server_user())
        if not _try_valkey(program, log):
            raise EmbeddedError(f"The embedded Valkey did not start: {tail(log)}. See {log}, or set REDIS_URL.")


def _try_valkey(program: Path, log: Path) -> bool:
    place = sockets() / "valkey.sock"
    place.unlink(missing_ok=True)
    options = {"port": "0", "unixsocket": str(place), "unixsocketperm": "700", "dir": str(valkey_data()), "save": ""}
    options |= {"appendonly": "yes", "appendfsync": "everysec", "set-proc-title": "no", "daemonize": "no"}
    process = spawn([str(program), *(part for name, value in options.items() for part in (f"--{name}", value))], log)
    return wait_until(lambda: _valkey_answers() or process.poll() is not None, START_SECONDS) and _valkey_answers()


def _valkey_answers() -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(sockets() / "valkey.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
