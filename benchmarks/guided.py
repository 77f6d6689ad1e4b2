"""Search for texts that break the text engine, with atheris, a fuzzer guided by coverage.

    pip install atheris
    python -m benchmarks.guided [--seconds N] [--texts DIR]

The first four bytes of an input choose the edits, the rest is the text. It must parse or be refused with a reason, and
each edit must be right by `tests.yamltext.judge`, or be refused. What goes wrong is printed with the input, once for
each kind. The search goes on until the time is up; libFuzzer's last lines say how many inputs it ran. `--texts` keeps
the texts that reached new code, so that another search starts where this one ended.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

LARGEST = 3000
"""Bytes of a text; a fault in a long text also shows in a short one, and sooner."""

EDITS = 1
"""Edits of each kind that are tried on a text."""


class Search:
    """One search: what was found so far, by kind."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def try_one(self, data: bytes) -> None:
        """Parse a text and edit it; never raises, so the search goes on."""
        from benchmarks.sweep import ours
        from migrator.errors import InputError
        from migrator.yamltext import parse
        from tests.yamltext.random_edits import draw

        rng = random.Random(data[:4])
        text = data[4:]
        try:
            stream = parse(text, "text")
        except InputError:
            return
        except Exception as error:
            self._report(f"{type(error).__name__} while reading", traceback.format_exc(), data)
            return
        for document in stream.documents[:2]:
            edits = list(draw(rng, document.data, EDITS))
            for kind, edit in rng.sample(edits, min(4, len(edits))):
                outcome, words = ours(stream, document, edit)
                if outcome not in ("ok", "alias copied", "refused"):
                    self._report(f"{kind}: {outcome}", f"{edit} {words}", data)

    def _report(self, what: str, detail: str, data: bytes) -> None:
        self.found[what] = self.found.get(what, 0) + 1
        if self.found[what] == 1:
            print(f"found: {what}\n{detail}\n{data!r}", flush=True)


def seeds(folder: Path) -> None:
    """Write files to start from: short texts with all features of YAML, and the samples of the program."""
    from migrator.charts.example import values
    from tests.fuzz.hostile import BARE, METACHARACTERS, NASTY

    texts = [
        BARE.encode(),
        values("small").encode()[:LARGEST],
        b"a: &x [1, {b: c}]\nd: *x\ne:\n  <<: {f: g}\n  h: |\n    i\n",
    ]
    texts += [b"a: " + each + b"\nb: 1\n" for each in NASTY] + [b"a: b\n" + each + b"c: d\n" for each in METACHARACTERS]
    for number, text in enumerate(texts):
        (folder / f"{number:03}").write_bytes(b"seed" + text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--texts", type=Path, help="a directory to begin from and to add to")
    options = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("There is no atheris here: pip install atheris.")
    guide: Any = atheris
    with guide.instrument_imports(include=["migrator"]):
        import migrator.yamltext

        for module in pkgutil.iter_modules(migrator.yamltext.__path__):  # what is imported here guides the search
            importlib.import_module(f"migrator.yamltext.{module.name}")
    folder = options.texts or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    seeds(folder)
    limits = [f"-max_total_time={options.seconds}", f"-max_len={LARGEST}", "-timeout=20", "-print_final_stats=1"]
    guide.Setup([sys.argv[0], *limits, str(folder)], Search().try_one)
    guide.Fuzz()


if __name__ == "__main__":
    main()
