"""The documentation as a site: built in strict mode, and read in a real browser, which loads only from the site."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT

pytest.importorskip("material", reason="the extra docs is not installed")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "-f", "packaging/site/mkdocs.yml", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stderr
    return folder


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    """Links that a reader follows lead out; scripts, styles, images and fonts do not."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        taken = re.findall(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?([^\" >]+)", text)
        taken += re.findall(r"<link\b(?![^>]*rel=\"?canonical)[^>]*\bhref=\"?([^\" >]+)", text)
        assert [address for address in taken if re.match(r"(https?:)?//", address)] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\"?(https?:)?//", style.read_text(encoding="utf-8")), style


def test_the_code_that_makes_the_pages_is_not_published(site: Path) -> None:
    assert not list(site.rglob("*.py"))


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.skipif(not BROWSER, reason="no browser is installed (Debian's chromium)")
@pytest.mark.parametrize("width", WIDTHS)
def test_a_reader_finds_a_rule_and_loads_only_from_the_site(address: str, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    requested: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda request: requested.append(request.url))
        for path in ("", "rules/", "reference/commands/", "get-started/"):
            page.goto(address + path)
            assert _is_within(page), path
        page.click("label[for=__search].md-header__button" if width < 960 else "input.md-search__input")
        page.keyboard.type("docket-tls", delay=20)
        page.wait_for_selector('.md-search-result__item a[href$="#docket-tls"]', state="attached", timeout=10_000)
        browser.close()
    assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []


def _is_within(page: Any) -> bool:
    """Nothing makes the page wider than the window: tables and code scroll by themselves."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
