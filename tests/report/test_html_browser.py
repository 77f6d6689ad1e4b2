"""The HTML page in a real browser: opened from a file it requests nothing, is accessible, and works by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from migrator.report import html
from migrator.report.mask import Mask
from migrator.report.records import FileReport, Report
from migrator.report.result_records import LayerReport, NextStep, StepReport

playwright = pytest.importorskip("playwright.sync_api")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = pytest.mark.skipif(not BROWSER, reason="no browser is installed (Debian's chromium)")

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page from a file; any other request and any console message fails the test at its end."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def route(route: Any) -> None:
        if route.request.url != (tmp_path / "page.html").as_uri():
            complaints.append(route.request.url)
        route.continue_()

    def open_page(text: str) -> Any:
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        context.route("**/*", route)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def release(cli: Any, tmp_path: Path) -> str:
    """The page that `diff` prints for one release."""
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    done = cli("diff", "values.yaml", "--redis-db", "2", "--format", "html")
    assert done.returncode == 0, done.stderr
    return str(done.stdout.decode())


@pytest.fixture
def fleet(cli: Any, tmp_path: Path) -> str:
    """The page for releases of four statuses, one with markup in its name."""
    example = cli("example").stdout
    (tmp_path / "waits <b>.yaml").write_bytes(example)
    (tmp_path / "done.yaml").write_bytes(example)
    assert cli("migrate", "done.yaml", "--redis-db", "2", "--non-interactive").returncode == 0
    (tmp_path / "bad.yaml").write_text("infrahub: [\n")
    (tmp_path / "pending.yaml").write_bytes(
        cli("migrate", "done.yaml", "--output", "-").stdout.replace(b'"false"', b"no", 1)
    )
    done = cli("diff", ".", "--format", "html")
    assert done.returncode == 3, done.stderr
    return str(done.stdout.decode())


@pytest.mark.parametrize("which", ["release", "fleet"])
def test_axe_finds_no_accessibility_problem(which: str, opened: Open, request: pytest.FixtureRequest) -> None:
    """At each size and in each colour scheme, by axe: https://github.com/dequelabs/axe-core."""
    page = opened(request.getfixturevalue(which))
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    for width, scheme in product((390, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("() => axe.run().then(found => found.violations)")
        messages = [f"{each['id']}: {each['nodes'][0]['html']} {each['nodes'][0]['failureSummary']}" for each in found]
        assert messages == [], (width, scheme)
        # Nothing is wider than the screen.
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, scheme)


def test_heading_levels_are_not_skipped(opened: Open, release: str) -> None:
    page = opened(release)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(each => +each.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert page.evaluate("document.querySelectorAll('header,main,footer').length") == 3


def test_changes_are_filtered_by_effect_with_the_keyboard(opened: Open, release: str) -> None:
    page = opened(release)
    steps = page.locator(".step")
    assert steps.count() == 4
    box = page.get_by_label("pods restart, behaviour unchanged (7)")
    assert page.locator(".reason.fx-none:visible").count() > 0
    box.focus()
    page.keyboard.press("Space")
    assert page.locator(".reason.fx-none:visible").count() == 0
    assert page.locator(".step:visible").count() == 4  # the step of the toggles has another change
    page.get_by_label("changes what a pod does (1)").uncheck()
    assert page.locator(".step:visible").count() == 3
    box.check()
    assert page.locator(".step:visible").count() == 4


def test_releases_are_filtered_by_status(opened: Open, fleet: str) -> None:
    page = opened(fleet)
    assert page.locator(".release:visible").count() == 4
    page.get_by_label("current (1)").uncheck()
    page.get_by_label("refused (1)").uncheck()
    assert page.locator(".release:visible").count() == 2
    assert page.locator(".index tbody tr:visible").count() == 2


def test_the_first_tab_stop_skips_to_the_changes(opened: Open, release: str) -> None:
    page = opened(release)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the changes"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#releases"


def test_a_diff_can_be_shown_side_by_side_or_unified(opened: Open, release: str) -> None:
    page = opened(release)
    line = page.locator(".diff .s").first.locator("code")
    assert line.nth(1).is_visible()
    page.get_by_label("one below the other").check()
    assert not line.nth(1).is_visible() and line.nth(0).is_visible()
    added, removed = page.locator(".diff ins").first.bounding_box(), page.locator(".diff del").first.bounding_box()
    assert added["x"] == removed["x"]


def test_a_release_collapses_by_keyboard(opened: Open, release: str) -> None:
    page = opened(release)
    page.locator(".release > summary").focus()
    page.keyboard.press("Enter")
    assert not page.locator(".step").first.is_visible()


def _many(file: FileReport, number: int) -> str:
    crowd = tuple(file._replace(path=f"clusters/{each:04}/values.yaml") for each in range(number))
    return html.page(Report("diff", crowd), mask=Mask())


@pytest.fixture
def whole(file: FileReport) -> FileReport:
    """A release of about the usual size."""
    env = "".join(f'        - name: ENTRY_NUMBER_{number}\n          value: "{number}"\n' for number in range(12))
    before = f"infrahub:\n  prefect-server:\n    server:\n      env:\n{env}".encode()
    layer = LayerReport("values.yaml", before, before.replace(b'"3"', b'"three"').replace(b'"9"', b'"nine"'))
    steps = tuple(StepReport(change.migration, change.step, "do one thing", (layer,)) for change in file.changes)
    changes = tuple(change._replace(id=f"{change.id}{times}") for change in file.changes for times in range(6))
    return file._replace(changes=changes, steps=steps, next_steps=(NextStep("helm upgrade", True),))


def test_a_link_to_a_change_expands_its_release(opened: Open, whole: FileReport) -> None:
    page = opened(_many(whole, 30))
    change = page.locator("#r20-c2")
    assert not change.is_visible()
    page.evaluate("location.hash = '#r20-c2'")
    change.wait_for(state="visible")
    page.get_by_role("link", name="clusters/0007/values.yaml").click()
    page.locator("#r8").wait_for(state="visible")


def test_a_thousand_releases_open_in_two_seconds(opened: Open, whole: FileReport, tmp_path: Path) -> None:
    """Measured as processor time of the page's own thread, since other tests may run beside it."""
    text = _many(whole, 1000)
    assert len(text.encode()) < 10_000_000
    page = opened("")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page.reload()
    assert page.locator(".release").count() == 1000
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    assert metrics["TaskDuration"] < 2


def test_a_printed_page_shows_all_changes_and_no_filters(opened: Open, release: str) -> None:
    page = opened(release)
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert page.locator(".step").last.is_visible()
    assert page.pdf().startswith(b"%PDF")
