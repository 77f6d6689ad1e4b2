"""Makes the pages of docs/ that tell what the code knows already: `python -m docs.make` writes them."""

from __future__ import annotations

from pathlib import Path

from docs.make import commands, library, migrations, rules, schemas

DOCS = Path(__file__).resolve().parent.parent
NOTE = "\n<!-- Made from the code by `python -m docs.make`: change it there. -->\n"  # below, where it hides no title


def made() -> dict[str, str]:
    """Every page that is made, by its path below docs/."""
    pages = {**migrations.pages(), **rules.pages(), **commands.pages(), **schemas.pages(), **library.pages()}
    return {name: text + NOTE for name, text in pages.items()}
