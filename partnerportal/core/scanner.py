"""The hook for a virus scanner: ClamAV's INSTREAM, spoken to the daemon that `CLAMAV_URL` names.

`tcp://scanner:3310` or `unix:///run/clamav/clamd.ctl`. The content goes in chunks, each after its length; nothing is written to a disk.
"""

from __future__ import annotations

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

CHUNK = 64 * 1024
SECONDS = 30


class ScannerDown(Exception):
    """The scanner could not be asked, or did not say. The file stays where nobody can read it, and is asked about again."""


def scan(content: IO[bytes]) -> str:
    """The name of what the scanner finds in a file, empty when it is clean. Raises ScannerDown."""
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            while chunk := content.read(CHUNK):
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(str(error)) from error
    if answer == "stream: OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDown(f"The scanner answered: {answer[:200]!r}")


def _connected() -> socket.socket:
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((address.hostname or "", address.port or 3310), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0"):
        part = line.recv(4096)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode(errors="replace")
