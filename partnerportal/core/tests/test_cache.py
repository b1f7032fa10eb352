import pytest
from redis.exceptions import ConnectionError as RedisAway

from partnerportal.core.cache import PatientRedisCache


@pytest.fixture
def dead(tmp_path):
    return PatientRedisCache(f"unix://{tmp_path}/nobody.sock", {})


def test_a_dead_server_reads_as_an_empty_cache(dead):
    dead.set("a", 1)

    assert dead.get("a", 7) == 7
    assert dead.get_many(["a", "b"]) == {}
    assert dead.add("a", 1) is False
    assert dead.delete("a") is False
    assert "a" not in dead


def test_limits_of_sign_in_do_not_go_on_without_a_server(dead):
    with pytest.raises(RedisAway):
        dead.get("allauth:rl:login_failed:ip:1", [])
    with pytest.raises(RedisAway):
        dead.set("allauth:rl:login_failed:ip:1", [1])
    with pytest.raises(RedisAway):
        dead.add("allauth:rl:login_failed:ip:1", [1])


def test_a_living_server_keeps_what_it_is_given(settings):
    cache = PatientRedisCache(settings.REDIS_URL.replace("redis+socket://", "unix://"), {"KEY_PREFIX": "trial-of-cache"})
    cache.set("a", [1, "ä"], timeout=30)

    assert cache.get("a") == [1, "ä"]
    assert cache.delete("a") is True
    assert cache.get("a") is None


def test_what_is_counted_on_a_dead_server_is_like_what_is_not_there(dead, settings):
    living = PatientRedisCache(settings.REDIS_URL.replace("redis+socket://", "unix://"), {"KEY_PREFIX": "trial-of-cache"})

    for cache in (dead, living):
        with pytest.raises(ValueError, match="a"):
            cache.incr("a")
    living.set("a", 1, timeout=30)
    assert living.incr("a") == 2
    assert living.delete("a") is True
