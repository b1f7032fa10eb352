"""The shared cache. A page that only reads survives its loss."""

from django.core.cache.backends.redis import RedisCache


class PatientRedisCache(RedisCache):
    """Django's Redis cache."""
