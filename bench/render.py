# ruff: noqa: PLC0415 - Django is set up here, after the environment; WeasyPrint is imported where its import is measured.
"""Measure the renderer of quotes beside a bare WeasyPrint run of the same document: cold, warm, and in the worker's child.

    bench/run-render --lines 1,40,300 --repeat 5

Cold is a process of its own, from its first import of WeasyPrint to the bytes, the median of several. Warm is the next document of
the same process. The worker has rendered one page before it forks, as the worker for PDFs does; measured is the first document of
each child. The bare run gives WeasyPrint the same HTML, fonts and variant, and nothing of ours: fonts are read anew each time.
Figures are milliseconds; what counts are the ratios, ours to bare.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
os.environ["DEMO"] = "1"
os.environ.setdefault("LOG_LEVEL", "ERROR")


def html(count: int) -> str:
    """A quote of so many lines, as the worker is given it."""
    import django

    django.setup()
    from quotes.documents import as_html
    from quotes.tests.papers import document

    return as_html(document("latin", count))


def ours(text: str) -> bytes:
    """The portal's renderer."""
    from partnerportal.core.pdf import html_to_pdf

    return html_to_pdf(text)


def bare(text: str) -> bytes:
    """WeasyPrint alone, with the same fonts from the disk."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from partnerportal.core.pdf import FACES, FAMILIES

    folder = HERE.parent / "partnerportal" / "core" / "fonts"
    rules = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{(folder / name).as_uri()}"); font-weight: {weight} }}'
        for family, name, weight in FACES
    )
    fonts = FontConfiguration()
    style = CSS(string=f"{rules} html {{ font-family: {FAMILIES} }}", font_config=fonts)
    return HTML(string=text).write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")


RENDERERS: dict[str, Callable[[str], bytes]] = {"ours": ours, "bare": bare}


def timed(render: Callable[[str], bytes], text: str) -> float:
    """Milliseconds of one document."""
    began = time.perf_counter()
    assert render(text).startswith(b"%PDF")  # noqa: S101
    return 1000 * (time.perf_counter() - began)


def in_child(render: Callable[[str], bytes], text: str) -> float:
    """Milliseconds of the first document of a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, str(timed(render, text)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        spent = float(answer.read())
    os.waitpid(child, 0)
    return spent


def one_process(name: str, place: str, repeat: int) -> dict[str, float]:
    """What a process of its own measures: the first document cold, the following warm; ours also in children of the warmed process."""
    text, render = Path(place).read_text(encoding="utf-8"), RENDERERS[name]
    cold = timed(render, text)
    warm = statistics.median(timed(render, text) for _number in range(repeat))
    return {"cold": cold, "warm": warm}


def worker_process(place: str, repeat: int) -> dict[str, float]:
    """As the worker for PDFs: warmed once, then a child for each document."""
    from partnerportal.core import pdf

    text = Path(place).read_text(encoding="utf-8")
    pdf.warm()
    return {"worker": statistics.median(in_child(ours, text) for _number in range(repeat))}


def measured(arguments: list[str]) -> dict[str, float]:
    """The answer of a process of this module."""
    run = subprocess.run([sys.executable, "-m", "bench.render", *arguments], cwd=HERE.parent, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def compare(count: int, repeat: int, folder: Path) -> dict[str, float]:
    """All figures of one document."""
    place = folder / f"quote-{count}.html"
    place.write_text(html(count), encoding="utf-8")
    found: dict[str, float] = {}
    for name in RENDERERS:
        runs = [measured(["--one", name, "--place", str(place), "--repeat", str(repeat)]) for _number in range(3)]
        found |= {f"{name}_{key}": statistics.median(run[key] for run in runs) for key in ("cold", "warm")}
    return found | {"ours_worker": measured(["--one", "worker", "--place", str(place), "--repeat", str(repeat)])["worker"]}


def told(count: int, found: dict[str, float]) -> str:
    """One line a document: ratios to the bare run, milliseconds behind them."""
    cold, warm, bare_cold, bare_warm = (found[name] for name in ("ours_cold", "ours_warm", "bare_cold", "bare_warm"))
    return (
        f"{count:>4} lines: cold {cold / bare_cold:.2f} ({cold:.0f} against {bare_cold:.0f} ms), "
        f"warm {warm / bare_warm:.2f} ({warm:.0f} against {bare_warm:.0f} ms), "
        f"worker {found['ours_worker'] / bare_cold:.2f} of a cold bare run ({found['ours_worker']:.0f} ms)"
    )


def main(arguments: list[str]) -> int:
    """Measure, or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(prog="bench/run-render", description="Measure the renderer beside a bare WeasyPrint run.")
    parser.add_argument("--lines", default="1,40,300")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--one", choices=[*RENDERERS, "worker"], help=argparse.SUPPRESS)
    parser.add_argument("--place", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        found = worker_process(options.place, options.repeat) if options.one == "worker" else None
        print(json.dumps(found or one_process(options.one, options.place, options.repeat)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for count in map(int, options.lines.split(",")):
            print(told(count, compare(count, options.repeat, Path(folder))), flush=True)
    print(f"load {os.getloadavg()[0]:.1f}, cores {os.cpu_count()}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
