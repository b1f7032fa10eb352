"""The shared cache. A page that only reads survives its loss; what counts sign-ins does not go on without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
T = TypeVar("T")

STRICT = "allauth:"  # Limits of sign-in: without the cache nobody is counted, so nobody may try.
PAUSE_SECONDS = 3.0


class PatientRedisCache(RedisCache):
    """Django's Redis cache, where a server that is down reads as an empty cache, except for keys of sign-in limits."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._away_until = 0.0

    def _patiently(self, key: str, action: Callable[[], T], otherwise: T) -> T:
        if key.startswith(STRICT):
            return action()
        if time.monotonic() < self._away_until:  # Nobody waits for a server that has just not answered.
            return otherwise
        try:
            return action()
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE_SECONDS
            log.warning("cache.away", error=type(error).__name__)
            return otherwise

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._patiently(key, lambda: super(PatientRedisCache, self).get(key, default, version), default)

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._patiently(key, lambda: super(PatientRedisCache, self).set(key, value, timeout, version), None)

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return self._patiently(key, lambda: super(PatientRedisCache, self).add(key, value, timeout, version), False)

    def touch(self, key: str, timeout: Any = 300, version: int | None = None) -> bool:
        return self._patiently(key, lambda: super(PatientRedisCache, self).touch(key, timeout, version), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._patiently(key, lambda: super(PatientRedisCache, self).delete(key, version), False)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        found = self._patiently(key, lambda: super(PatientRedisCache, self).incr(key, delta, version), None)
        if found is None:
            raise ValueError(f"Nothing is kept as {key}.")  # As of a key that is not there.
        return found

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._patiently(key, lambda: super(PatientRedisCache, self).has_key(key, version), False)

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        wanted = list(keys)
        return self._patiently("", lambda: super(PatientRedisCache, self).get_many(wanted, version), {})

    def set_many(self, data: dict[str, Any], timeout: Any = 300, version: int | None = None) -> list[str]:
        return self._patiently("", lambda: super(PatientRedisCache, self).set_many(data, timeout, version), list(data))
