"""What an import reads at once does not grow with its file."""

import io
import subprocess
import sys

import pytest
import xlsxwriter

from partnerportal import embedded

HEADINGS = ["Company", "First name", "Last name", "E-mail"]


def lines(count):
    yield HEADINGS
    for number in range(count):
        yield [f"Company {number:06d}", "Paolo", f"Greco {number}", f"p{number}@company-{number:06d}.it"]


def csv_of(count):
    return "\n".join(";".join(line) for line in lines(count)).encode()


def xlsx_of(count):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines(count)):
            sheet.write_row(number, 0, line)
    return file.getvalue()


READ = r"""
import re, sys
from itertools import islice
import django
django.setup()
from partnerportal.core.imports import files
from partnerportal.core.imports.services import READ_AT_ONCE
total = 0
with open(sys.argv[1], "rb") as file:
    found = files.lines(file, sys.argv[1], files.begin(file, sys.argv[1]).sheet)
    while count := len(list(islice(found, READ_AT_ONCE))):
        total += count
print(total, re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
"""


def read(content, path):
    """Lines of a file, and kilobytes that a process takes at most which reads it as the worker does, 5,000 lines at a time."""
    path.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", READ, str(path)], cwd=embedded.CLONE, capture_output=True, text=True, check=True)
    return tuple(map(int, done.stdout.split()))


@pytest.mark.parametrize(("make", "name"), [(csv_of, "leads.csv"), (xlsx_of, "leads.xlsx")])
def test_a_process_takes_as_much_memory_for_fifty_thousand_lines_as_for_five_thousand(make, name, tmp_path):
    few, small = read(make(5_000), tmp_path / name)
    many, large = read(make(50_000), tmp_path / name)

    print(f"\nReading {name}: {small / 1000:.1f} MB for 5,000 lines, {large / 1000:.1f} MB for 50,000: {large / small:.3f}")
    assert (few, many) == (5_000, 50_000)
    assert large <= 1.1 * small
