"""Writes the pages that are made from the code, where they differ: `python -m docs.make`.

They are committed, for whoever reads them in the repository; `tests/docs/test_made_pages.py` holds them to the code.
"""

from __future__ import annotations

from docs.make import DOCS, made

for name, text in made().items():
    path = DOCS / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"written: docs/{name}")
