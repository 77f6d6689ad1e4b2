"""Every link of the pages leads somewhere, which is checked without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors_of, links_of


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in links_of(text):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: there is no such file"
        if anchor:
            assert anchor in anchors_of(target.read_text(encoding="utf-8")), f"{link}: there is no such heading"


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    """mkdocs checks it too, but need not be installed here."""
    text = (ROOT / "packaging" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
    placed = re.findall(r"^ +- ([\w/.-]+\.md)$", text, re.MULTILINE)
    assert sorted(placed) == sorted(path.relative_to(DOCS).as_posix() for path in PAGES if DOCS in path.parents)
