"""Writes the pages that are generated from the code, if they differ: `python -m docs.make`.

They are committed, to be read in the repository; `tests/docs/test_made_pages.py` compares them with the code.
"""

from __future__ import annotations

from docs.make import DOCS, made_pages

for name, text in made_pages().items():
    path = DOCS / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"written: docs/{name}")
