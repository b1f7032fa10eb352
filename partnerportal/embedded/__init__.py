"""The zero-install services: PostgreSQL and Valkey (a Redis server) from their wheels, for the demo and for tests.

Nothing else knows of the two wheels. `home`, `urls` and `secret_key` only say where things are; `start`, `stop`, `status` and
`python -m partnerportal.embedded start|stop|status` act. Both servers listen on unix sockets in a folder that only their user enters.

Where things lie: an ordinary user's data is in `.portal/` of the clone, its sockets below /tmp, since a socket's path must be short.
PostgreSQL refuses to run as root, so for root a system user of our own runs both servers, and data, sockets and a copy of the
binaries lie below /var/lib/partnerportal, which that user can enter wherever the clone lies. No other folder's mode is touched.
"""

from partnerportal.embedded.places import CLONE, EmbeddedError, Urls, home, secret_key, urls
from partnerportal.embedded.services import held, start, status, stop, wipe

__all__ = ["CLONE", "EmbeddedError", "Urls", "held", "home", "secret_key", "start", "status", "stop", "urls", "wipe"]
