"""Which Chromium the browser tests drive: one that has rendered a page, from the system or Playwright's own.

`python -m partnerportal.tests.browser` prints its path, or ends with 1 and says why there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"]
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def candidates() -> list[str]:
    """Paths to try, the best first."""
    named = [os.environ.get("PORTAL_CHROMIUM", ""), *(shutil.which(name) or "" for name in NAMES)]
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return [path for path in named if path] + sorted(str(path) for path in own.glob("chromium*/chrome-linux*/chrome"))


def renders(path: str) -> bool:
    """Whether it shows a page: an empty shell or a browser without its libraries does not."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS + QUIET, timeout=60_000)
            page = browser.new_page()
            page.set_content("<p>rendered</p>")
            is_there = page.inner_text("p") == "rendered"
            browser.close()
            return is_there
    except (Error, OSError, subprocess.SubprocessError):
        return False


def find() -> str | None:
    """Path of a working Chromium, or None."""
    return next((path for path in candidates() if renders(path)), None)


if __name__ == "__main__":
    found = find()
    print(found or "No Chromium that renders a page was found.")
    sys.exit(0 if found else 1)
