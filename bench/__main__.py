# ruff: noqa: PLC0415 - Django is set up here, after the environment.
"""Measure: seed, start the floor and the portal side by side, ask each page many times, write JSON, print one line a goal."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
CLONE = HERE.parent
FLOOR_PORT, PORTAL_PORT = 8191, 8192
WORDS = "brenner logistik"

os.environ.setdefault("PORTAL_INSTANCE", "bench")
os.environ["DEMO"] = "1"
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{PORTAL_PORT}")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of bench/run."""
    parser = argparse.ArgumentParser(prog="bench/run", description="Measure the portal's pages against the floor.")
    parser.add_argument("--sizes", default="100000,1000000", help="leads to measure with, the smaller first")
    parser.add_argument("--repeat", type=int, default=40, help="how often each page is asked")
    parser.add_argument("--json", default="", help="where the figures go (default: bench/results/<date>.json)")
    parser.add_argument("--seed-only", action="store_true", help="make the rows of the first size and stop")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    """Progress, on the error stream, so that the goals stand alone on the other."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def server(module: str, port: int, environment: dict[str, str], folder: Path) -> Iterator[None]:
    """A gunicorn as the portal runs it, with nothing else beside it."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(CLONE / "gunicorn.conf.py"), "-b", f"127.0.0.1:{port}", module]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        _until_it_answers(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _until_it_answers(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            ask(port, "/hello" if port == FLOOR_PORT else "/healthz")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The server on port {port} does not answer.")


class Asker:
    """One connection that stays open, and how long each answer took."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection, self.headers = HTTPConnection("127.0.0.1", port, timeout=60), {"Cookie": cookie} if cookie else {}
        self.used = time.monotonic()

    def get(self, address: str) -> tuple[float, str]:
        """Milliseconds and text of an answer. Anything but 200 ends the run."""
        return self.send("GET", address)

    def send(self, method: str, address: str, values: dict[str, str] | None = None, expected: int = 200) -> tuple[float, str]:
        """The same for any method; `values` are a form's."""
        body = urlencode(values) if values else None
        headers = self.headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        if time.monotonic() - self.used > 2:  # The server closes a connection that is idle for five seconds.
            self.connection.close()
            self.connection.connect()
        began = time.perf_counter()
        self.connection.request(method, address, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        spent = 1000 * (time.perf_counter() - began)
        self.used = time.monotonic()
        if response.status != expected:
            raise SystemExit(f"{method} {address} answered {response.status}: {text[:300]}")
        return spent, text


def ask(port: int, address: str) -> str:
    """One answer, whatever it is."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", address)
    return connection.getresponse().read().decode()


def median(act: Callable[[], float], repeat: int) -> float:
    """The median of many, after some that warm both workers up."""
    for _number in range(6):
        act()
    return statistics.median(act() for _number in range(repeat))


def keys(page: str) -> list[int]:
    """The records of a list, in its order."""
    return [int(key) for key in re.findall(r'class="title[^"]*" href="/leads/(\d+)/', page)]


def measure(ground: Any, repeat: int) -> dict[str, float]:
    """Milliseconds of everything, at the size that the tables have now."""
    floor, portal = Asker(FLOOR_PORT), Asker(PORTAL_PORT, f"portal_session={ground.cookie}")
    first = portal.get("/leads/?view=all_open")[1]
    assert keys(first) == keys(floor.get("/list")[1]), "floor and portal do not show the same fifty"  # noqa: S101
    assert len(keys(first)) == 50  # noqa: S101
    later = first
    for _number in range(20):
        later_address = _following(later)
        later = portal.get(later_address)[1]
    pages = {
        "list": "/leads/?view=all_open",
        "later": later_address,
        "split": f"/leads/?view=all_open&display=split&open={keys(first)[0]}",
        "calendar": "/tasks/calendar/?view=all",
        "board": "/leads/board/?view=all_open",
        "projects": "/projects/board/?view=all",
        "changes": "/leads/board/?" + urlencode({"view": "all_open", "since": "2099-01-01T00:00:00Z"}),
        "record": f"/leads/{keys(first)[0]}/",
        "duplicates": f"/leads/{keys(first)[0]}/duplicates/",
        "home": "/",
        "search": "/search/?" + urlencode({"q": WORDS}),
        "suggest": "/search/suggest/?" + urlencode({"q": "brenner 4711"}),
        "miss": "/search/?" + urlencode({"q": "qwxyzzk vvkkqq"}),
    }
    found = {
        f"floor_{name}": median(lambda path=path: floor.get(path)[0], repeat)
        for name, path in {"hello": "/hello", "one": "/one", "list": "/list", "list_template": "/list-template"}.items()
    }
    for name, address in pages.items():
        expected = 204 if name == "changes" else 200
        found[name] = median(lambda address=address, expected=expected: portal.send("GET", address, expected=expected)[0], repeat)
        say(f"  {name} {found[name]:.1f} ms")
    found["create"] = median(lambda: _create(portal), max(10, repeat // 2))
    return found | _database(ground)


def _following(page: str) -> str:
    found = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', page)
    if not found:
        raise SystemExit("The list has no further page.")
    return "/leads/" + found[1].replace("&amp;", "&")


def _create(portal: Asker) -> float:
    form = portal.get("/leads/new/")[1]
    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|submission)" value="([^"]*)"', form))
    cookie = portal.headers["Cookie"]
    values = hidden | {
        "company": f"Neu {time.time_ns()}", "status": "new", "first_name": "Paolo", "last_name": "Greco", "job_title": "cio-cto",
        "power": "influencer", "source": "blue-box", "email": f"office@neu{time.time_ns()}.it",
    }  # fmt: skip
    portal.headers["Cookie"] = f"{cookie}; portal_csrf={_csrf_cookie(hidden)}"
    spent = portal.send("POST", "/leads/new/", values, expected=302)[0]
    portal.headers["Cookie"] = cookie
    return spent


def _csrf_cookie(hidden: dict[str, str]) -> str:
    """The secret that a masked token stands for."""
    from django.middleware.csrf import _unmask_cipher_token

    return _unmask_cipher_token(hidden["csrfmiddlewaretoken"])


def _database(ground: Any) -> dict[str, float]:
    """What plain SQL costs: one committed insert with every index, and a search without one; and who among all partners has a company."""
    from django.db import connection

    from accounts.matching import profile
    from leads.holders import holders_of_each
    from leads.models import Lead

    def insert() -> float:
        lead = Lead.objects.for_partner(ground.partner).order_by("pk").first()
        lead.pk, lead.company = None, f"Plain {time.time_ns()}"
        began = time.perf_counter()
        Lead.objects.for_partner(ground.partner).bulk_create([lead])
        return 1000 * (time.perf_counter() - began)

    def scan() -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM core_searchentry WHERE partner_id = %s AND (title || subtitle) ILIKE %s",
                [ground.partner.pk, "%brenner%logistik%"],
            )
        return 1000 * (time.perf_counter() - began)

    def holders() -> float:
        wanted = profile("Quintavalle Obstbau GmbH", emails=["office@quintavalle.it"], phones=["+39471000042"])
        began = time.perf_counter()
        holders_of_each([wanted])
        return 1000 * (time.perf_counter() - began)

    return {"insert": median(insert, 20), "ilike": statistics.median(scan() for _number in range(3)), "holders": median(holders, 20)}


def judge(goal: dict[str, Any], small: dict[str, float], large: dict[str, float]) -> tuple[bool, str]:
    """Whether a goal is met, and its line."""
    if goal["kind"] == "growth":
        figure = large[goal["of"]] / small[goal["of"]]
        detail = f"{small[goal['of']]:.1f} → {large[goal['of']]:.1f} ms"
    elif goal["kind"] == "speed":
        figure = large[goal["to"][0]] / large[goal["of"]]
        is_met = figure >= goal["at_least"]
        return is_met, _line(
            goal, is_met, figure, f"{large[goal['to'][0]]:.0f} ms against {large[goal['of']]:.1f}", f"≥ {goal['at_least']}"
        )
    else:
        base = sum(large[name] for name in goal["to"]) + goal.get("plus_ms", 0.0)
        figure = large[goal["of"]] / base
        detail = f"{large[goal['of']]:.1f} against {base:.1f} ms"
    is_met = figure <= goal["at_most"]
    return is_met, _line(goal, is_met, figure, detail, f"≤ {goal['at_most']}")


def _line(goal: dict[str, Any], is_met: bool, figure: float, detail: str, limit: str) -> str:
    return f"{'met ' if is_met else 'NOT MET'} {goal['number']:>3} {goal['text']}: {figure:.2f} (goal {limit}; {detail})"


def main(arguments: list[str]) -> int:
    """Everything in its order. The answer is how many goals are not met."""
    options = parse(arguments)
    sizes = [int(size) for size in options.sizes.split(",")]
    sys.path.insert(0, str(CLONE))
    from partnerportal import embedded

    with embedded.held():
        return _run(options, sizes, embedded.urls())


def _run(options: argparse.Namespace, sizes: list[int], places: Any) -> int:
    os.environ.setdefault("DATABASE_URL", places.owner)
    for command in (["migrate", "--noinput", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=CLONE, check=True)
    import django

    django.setup()
    from django.db import connection

    from bench import seed

    ground = seed.ground()
    environment = os.environ | {"BENCH_PARTNER": str(ground.partner.pk)}
    figures: dict[str, dict[str, float]] = {}
    for size in sizes[:1] if options.seed_only else sizes:
        began = time.monotonic()
        seed.fill(size, say)
        say(f"{size:,} leads are there after {time.monotonic() - began:.0f} s")
        if options.seed_only:
            return 0
        with (
            server("floor:application", FLOOR_PORT, environment, HERE / "floor"),
            server("partnerportal.wsgi:application", PORTAL_PORT, environment, CLONE),
        ):
            figures[str(size)] = measure(ground, options.repeat)
    return _report(options, sizes, figures, connection.pg_version)


def _report(options: argparse.Namespace, sizes: list[int], figures: dict[str, dict[str, float]], version: int) -> int:
    import django

    facts = {
        "on": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "python": platform.python_version(),
        "django": django.__version__,
        "postgresql": f"{version // 10000}.{version % 10000}",
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "milliseconds": figures,
    }
    place = Path(options.json or HERE / "results" / time.strftime("%Y-%m-%d.json", time.gmtime()))
    place.parent.mkdir(exist_ok=True, parents=True)
    goals = tomllib.loads((HERE / "goals.toml").read_text())["goal"]
    judged = [judge(goal, figures[str(sizes[0])], figures[str(sizes[-1])]) for goal in goals]
    place.write_text(json.dumps(facts | {"goals": [line for _met, line in judged]}, indent=1, ensure_ascii=False) + "\n")
    for _met, line in judged:
        print(line)
    return sum(not met for met, _line in judged)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
