"""`python -m partnerportal.embedded start|stop|wipe|status`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from partnerportal.embedded import EmbeddedError, start, status, stop, wipe


def main(arguments: list[str]) -> int:
    """The command line: start, stop, wipe or status."""
    actions: dict[str, Callable[[], object]] = {"start": start, "stop": stop, "wipe": wipe, "status": status}
    if len(arguments) != 1 or arguments[0] not in actions:
        sys.stderr.write("Usage: python -m partnerportal.embedded start|stop|wipe|status\n")
        return 2
    try:
        actions[arguments[0]]()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for service, pid in status().items():
        sys.stdout.write(f"{service}: {f'runs (process {pid})' if pid else 'stopped'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
