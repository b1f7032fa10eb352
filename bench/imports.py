# ruff: noqa: PLC0415 - Django is set up here, after the environment.
"""Measure an import of leads: upload, rehearsal and run by a worker as the portal starts it, with the most memory that worker took.

    bench/run-import --lines 5000,50000

Each size is imported into a partner of its own by a worker of its own. Of a hundred lines five mean the company of an earlier line
under another address, two have a mistake and one is there as a lead already. What counts are the ratios of the larger file to the
smaller: the worker's memory, and the time of one line.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.__main__ import CLONE, say
from bench.words import KINDS

MOST_MEMORY = 1.1
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "bra",
    "bru",
    "ca",
    "ce",
    "cla",
    "cor",
    "da",
    "del",
    "do",
    "dra",
    "fa",
    "fer",
    "fo",
    "ga",
    "gen",
    "gra",
    "ha",
    "hel",
    "hol",
    "ka",
    "kel",
    "kor",
    "la",
    "len",
    "lo",
    "ma",
    "mer",
    "mo",
    "na",
    "nel",
    "no",
]
FORMS = ("GmbH", "AG", "S.r.l.", "SpA", "KG", "")
HEADINGS = ("Company", "First name", "Last name", "E-mail", "Phone", "City", "Country", "Total users")
CONSTANTS = {"job_title": "ceo-owner", "source": "website", "power": "unknown", "status": "new"}


def line(number: int) -> tuple[str, ...]:
    """A line of the file by its number, always the same."""
    chance = random.Random(number)  # noqa: S311 (no secret)
    stem = "".join(chance.choice(SYLLABLES) for _count in range(4)) + chance.choice(("", "n", "r", "s"))
    name = f"{stem.title()} {chance.choice(KINDS)} {chance.choice(FORMS)}".strip()
    phone = f"+39 0471 {number:07}"
    return (
        name,
        "Paolo",
        f"Greco{stem}",
        f"office@{stem}-{number}.it",
        phone,
        chance.choice(("Bolzano", "Roma", "")),
        "IT",
        str(10 + number % 90),
    )


def lines(count: int) -> Iterator[tuple[str, ...]]:
    """The lines of a file of so many."""
    for number in range(count):
        if number % 100 in (95, 96, 97, 98, 99):
            of = line(number - 90)
            yield of[0], "Lucia", "Marchi", f"lucia.marchi@{of[3].partition('@')[2]}", "", *of[5:]
        elif number % 100 in (40, 80):
            yield (line(number)[0], "Paolo", "Greco", "no address", *line(number)[4:])
        else:
            yield line(number)


def table(count: int) -> bytes:
    """The file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(lines(count))
    return text.getvalue().encode()


@contextmanager
def worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the portal's with one child, since the parts of an import follow each other."""
    from partnerportal.celery import app

    command = [sys.executable, "-m", "celery", "-A", "partnerportal", "worker", "-Q", "portal", "-c", "1", "-n", "bench@%h"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=CLONE, stdout=output, stderr=output)
    try:
        while not app.control.ping(timeout=0.5):  # What it takes to start is none of the import's.
            if process.poll() is not None:
                raise SystemExit(f"The worker did not start: {log}")
        yield process
    finally:
        process.terminate()
        process.wait(60)


def memory_of(process: subprocess.Popen[bytes]) -> int:
    """The most kilobytes that a process of the worker has held so far, its children among them."""
    found = [process.pid, *(int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())]
    return max(_peak(pid) for pid in found)


def _peak(pid: int) -> int:
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])  # type: ignore[index]
    except (OSError, TypeError):  # It ended just now.
        return 0


def person(count: int) -> Any:
    """A rep of a partner of her own, with one lead in a hundred of the file there."""
    from accounts.names import company_key
    from leads.tests.factories import LeadFactory
    from partners.models import User
    from partners.roles import Role
    from partners.tests.factories import PartnerFactory, UserFactory, VendorUserFactory

    manager = User.objects.filter(email="bench@vendor.com").first() or VendorUserFactory(email="bench@vendor.com")
    name = f"Import {count} {time.time_ns()}"
    rep = UserFactory(
        partner=PartnerFactory(name=name, account_manager=manager), email=f"{time.time_ns()}@import.com", role=Role.PARTNER_USER
    )
    for number in range(50, count, 100):
        company, first, last, email, phone, *_rest = line(number)
        LeadFactory(owner=rep, company=company_key(company), first_name=first, last_name=last, email=email, phone=phone.replace(" ", ""))
    return rep


def measure(count: int, folder: Path) -> dict[str, float]:
    """Seconds of the upload, of the rehearsal and of the run, and the worker's megabytes."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from leads.imports import LEADS
    from partnerportal.core.imports import services

    rep, content = person(count), table(count)
    with worker(folder / f"worker-{count}.log") as process:
        began = time.perf_counter()
        batch = services.start(LEADS, SimpleUploadedFile("leads.csv", content), by=rep)
        found: dict[str, float] = {"upload": time.perf_counter() - began}
        peak = [0]

        def until(state: str, begin: Callable[[], Any]) -> float:
            began = time.perf_counter()
            begin()
            while batch.state != state:
                time.sleep(0.5)
                batch.refresh_from_db()
                peak[0] = max(peak[0], memory_of(process))
                _progress(batch, time.perf_counter() - began)
                if process.poll() is not None or services.given_up(batch) or batch.state in ("mapping", "stopped"):
                    raise SystemExit(f"The worker gave up: {batch.state} {batch.problem}")
            return time.perf_counter() - began

        rehearse = lambda: services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", by=rep)  # noqa: E731
        found["rehearsal"] = until("checked", rehearse)
        promised = {number: result for number, result in batch.rows.values_list("number", "result")}
        found["run"] = until("done", lambda: services.run(batch, by=rep))
        _check(batch, count, promised)
        return found | {"memory": peak[0] / 1000}


_said = [0.0]


def _progress(batch: Any, spent: float) -> None:
    if spent < _said[0] or spent > _said[0] + 10:
        _said[0] = spent
        say(f"  {batch.state} {batch.handled:,} of {batch.total:,} after {spent:.0f} s")


def _check(batch: Any, count: int, promised: dict[int, str]) -> None:
    """Each line once, and with the result that the rehearsal promised."""
    from leads.models import Lead

    became = dict(batch.rows.values_list("number", "result"))
    assert became == promised, "the run did not do what the rehearsal said"  # noqa: S101
    made = Lead.objects.for_partner(batch.partner_id).filter(origin="import").count()
    assert (len(became), made) == (count, sum(result == "create" for result in became.values())), "lines were lost or doubled"  # noqa: S101
    tally = {result: list(became.values()).count(result) for result in sorted(set(became.values()))}
    say(f"  {count:,} lines: {tally}")


def told(count: int, found: dict[str, float]) -> str:
    """A line a size."""
    spent = found["upload"] + found["rehearsal"] + found["run"]
    parts = ", ".join(f"{name} {found[name]:.1f} s" for name in ("upload", "rehearsal", "run"))
    return f"{count:>7,} lines: {spent:.0f} s ({parts}), {1000 * spent / count:.1f} ms a line, worker {found['memory']:.1f} MB"


def main(arguments: list[str]) -> int:
    """Measure each size. The answer is 1 when the memory grows with the file."""
    parser = argparse.ArgumentParser(prog="bench/run-import", description="Measure an import from the upload to its end.")
    parser.add_argument("--lines", default="5000,50000", help="sizes of the files, the smaller first")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.lines.split(",")]
    from partnerportal import embedded

    with embedded.held() as places:
        os.environ.setdefault("DATABASE_URL", places.owner)
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=CLONE, check=True)
        import django

        django.setup()
        from catalog.reference import load_reference

        load_reference()
        folder = embedded.home()
        figures = {}
        for size in sizes:
            figures[size] = measure(size, folder)
            print(told(size, figures[size]), flush=True)
        small, large = figures[sizes[0]], figures[sizes[-1]]
        memory = large["memory"] / small["memory"]
        pace = (large["rehearsal"] + large["run"]) / sizes[-1] / ((small["rehearsal"] + small["run"]) / sizes[0])
        print(
            f"larger to smaller: memory {memory:.3f} (goal ≤ {MOST_MEMORY}), time of a line {pace:.2f}; load {os.getloadavg()[0]:.1f}, cores {os.cpu_count()}"
        )
        return int(memory > MOST_MEMORY)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
