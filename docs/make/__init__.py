"""Generates the pages of docs/ that come from the code: `python -m docs.make` writes them."""

from __future__ import annotations

from pathlib import Path

from docs.make import commands, library, migrations, rules, schemas

DOCS = Path(__file__).resolve().parent.parent
NOTE = "\n<!-- Made from the code by `python -m docs.make`: change it there. -->\n"  # at the end, below the title


def made_pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    pages = {**migrations.pages(), **rules.pages(), **commands.pages(), **schemas.pages(), **library.pages()}
    return {name: text + NOTE for name, text in pages.items()}
