"""Judge random edits of every kind on every file of the corpus, and a sample of them by other engines.

    python -m benchmarks.sweep [--per-kind 5] [--seed 1] [--files GLOB] [--rivals 200] [--show 20]

Prints tables by kind of edit, by variant of the files and by what is in them. Exits with 1 if any of our edits went
wrong, or more than 0.2% were refused.
"""

from __future__ import annotations

import argparse
import fnmatch
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks import corpus, rivals
from migrator.errors import InputError, RefusedError, VerificationError
from migrator.values.edits import Edit
from migrator.yamltext import Document, Stream, apply, parse
from tests.yamltext.copies import shared_spans
from tests.yamltext.judge import verdict
from tests.yamltext.random_edits import KINDS, draw
from tests.yamltext.variants import variants

OUTCOMES = ("ok", "alias copied", "wrong value", "collateral", "refused", "gated", "crash")
Table = dict[str, Counter[str]]


def ours(stream: Stream, document: Document, edit: Edit) -> tuple[str, str]:
    """The outcome of one edit by our engine, and its error."""
    try:
        after = apply(stream, [edit], document.index)
    except RefusedError as error:
        return "refused", str(error)
    except VerificationError as error:
        return "gated", str(error)
    except Exception as error:  # any other error counts as a crash
        return "crash", repr(error)
    return verdict(stream, document, edit, after.stream.data, copied=bool(after.copies)), ""


def features(text: str, stream: Stream) -> list[str]:
    """The features of a file that make edits harder."""
    record = stream.layout.record
    found = ["any"]
    if len(stream.documents) > 1:
        found.append("several documents")
    if record.anchors:
        found.append("anchors")
    if any(kind in record.kinds for kind in (7, 9)):
        found.append("flow style")
    if any(kind in record.kinds for kind in (3, 4)):
        found.append("block scalars")
    if "\t" in text:
        found.append("tabs")
    if "{{" in text:
        found.append("template braces")
    if len(text) > 50_000:
        found.append("over 50 kB")
    return found


def print_table(title: str, table: Table) -> None:
    width = max(len(name) for name in (title, *table))
    print(f"\n{title:{width}}  {'edits':>8}  " + "  ".join(f"{name:>12}" for name in OUTCOMES))
    for name, counts in table.items():
        print(f"{name:{width}}  {counts.total():8}  " + "  ".join(f"{counts[one]:12}" for one in OUTCOMES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-kind", type=int, default=5, help="up to so many edits of each kind a file and variant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", default="*", help="only files whose names match this pattern")
    parser.add_argument("--folder", type=Path, help="other files than the corpus")
    parser.add_argument("--rivals", type=int, default=1000, help="how many edits the rivals get; 0 leaves them out")
    parser.add_argument("--show", type=int, default=20, help="how many failures of each kind to print")
    options = parser.parse_args()
    by_kind: Table = {kind: Counter() for kind in KINDS}
    by_variant: Table = defaultdict(Counter)
    by_feature: Table = defaultdict(Counter)
    sample: list[tuple[bytes, int, str, Edit]] = []
    chooser = random.Random(options.seed)
    shown: Counter[str] = Counter()
    unreadable = drawn = 0
    started = time.perf_counter()
    for path in corpus.files(options.folder):
        if not fnmatch.fnmatch(path.name, options.files):
            continue
        for variant, data in variants(path.read_bytes()):
            try:
                stream = parse(data, path.name)
            except InputError:
                unreadable += variant == "as is"
                continue
            rng = random.Random(f"{options.seed} {path.name} {variant}")
            document = rng.choice(stream.documents)
            traits = features(stream.layout.text, stream)
            for kind, edit in draw(rng, document.data, options.per_kind):
                outcome, error = ours(stream, document, edit)
                for table, names in ((by_kind, [kind]), (by_variant, [variant]), (by_feature, traits)):
                    for name in names:
                        table[name][outcome] += 1
                if outcome not in ("ok", "alias copied") and shown[outcome] < options.show:
                    shown[outcome] += 1
                    print(f"{outcome}: {path.name} ({variant}) document {document.index}: {edit} {error}")
                if variant == "as is":
                    drawn += 1
                    # A uniform sample of all edits, of a fixed size (reservoir sampling).
                    if len(sample) < options.rivals:
                        sample.append((data, document.index, kind, edit))
                    elif options.rivals and chooser.random() < options.rivals / drawn:
                        sample[chooser.randrange(options.rivals)] = (data, document.index, kind, edit)
    total = sum(by_kind.values(), Counter())
    print(f"{total.total():,} edits in {time.perf_counter() - started:.0f} s; {unreadable} files are no YAML")
    print_table("kind of edit", {**by_kind, "all": total})
    print_table("variant", by_variant)
    print_table("files with", by_feature)
    if sample:
        print_rivals(sample)
    wrong = total["wrong value"] + total["collateral"] + total["crash"] + total["gated"]
    return 1 if wrong or total["refused"] > total.total() * 0.002 else 0


def print_rivals(sample: list[tuple[bytes, int, str, Edit]]) -> None:
    """The same edits by all engines, on files of one document, as far as each supports them."""
    engines: dict[str, Callable[[bytes, Edit], bytes | None]] = {"this engine": _ours_on_bytes, **rivals.available()}
    table: Table = {name: Counter() for name in engines}
    for data, index, _, edit in sample:
        stream = parse(data)
        if index or len(stream.documents) > 1:
            continue
        for name, engine in engines.items():
            try:
                after = engine(data, edit)
            except RefusedError:
                table[name]["refused"] += 1
                continue
            except Exception:
                table[name]["crash"] += 1
                continue
            if after is None:  # the engine has no such edit
                table[name]["refused"] += 1
                continue
            table[name][_judged(stream, edit, after)] += 1
    print_table("engine", table)


def _judged(before: Stream, edit: Edit, after: bytes) -> str:
    """The verdict on an edit by any engine; all may copy what an alias or a merge key shares."""
    document = before.documents[0]
    outcome = verdict(before, document, edit, after)
    if outcome == "collateral" and shared_spans(document, edit)[0]:
        return verdict(before, document, edit, after, copied=True)
    return outcome


def _ours_on_bytes(data: bytes, edit: Edit) -> bytes:
    return apply(parse(data), [edit]).stream.data


if __name__ == "__main__":
    sys.exit(main())
