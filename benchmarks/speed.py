"""How fast the text engine is, as ratios within one process; absolute seconds say nothing here.

    python -m benchmarks.speed [--files GLOB] [--repeat 5] [--large-mb 50]

Each file is timed several times and its best processor time counts, so that other work on the machine has little
effect.
"""

from __future__ import annotations

import argparse
import fnmatch
import gc
import io
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import corpus
from migrator.errors import InputError
from migrator.values.edits import AddKey
from migrator.yamltext import apply, parse

EDIT = AddKey(("zzzNewKey",), "value")


def bare_events(data: bytes) -> None:
    from _ruamel_yaml import CParser  # type: ignore[import-not-found]

    parser = CParser(data.decode())
    while parser.check_event():
        parser.get_event()


def our_parse(data: bytes) -> None:
    parse(data)


def our_edit(data: bytes) -> None:
    apply(parse(data), [EDIT])


def ruamel_edit(data: bytes) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    tree: Any = yaml.load(data)
    tree[EDIT.route[0]] = EDIT.value
    yaml.dump(tree, io.BytesIO())


def yaml_edit_edit(data: bytes) -> None:
    from yaml_edit import Document

    document = Document.parse(data.decode())
    document[EDIT.route[0]] = EDIT.value
    str(document).encode()


def best(work: Callable[[bytes], None], data: bytes, repeat: int) -> float:
    """The best time in seconds; infinite if the engine fails."""
    found = math.inf
    for _ in range(repeat):
        started = time.process_time()
        try:
            work(data)
        except Exception:
            return math.inf
        found = min(found, time.process_time() - started)
    return found


def by_engine(files: Sequence[bytes], repeat: int) -> None:
    engines: dict[str, Callable[[bytes], None]] = {
        "bare C parser events": bare_events,
        "parse to tree": our_parse,
        "parse, edit, gate": our_edit,
        "ruamel.yaml load, edit, dump": ruamel_edit,
    }
    try:
        import yaml_edit
    except ImportError:
        print("yaml-edit is not installed; it is left out.")
    else:
        assert yaml_edit
        engines["yaml-edit parse, edit, print"] = yaml_edit_edit
    totals = dict.fromkeys(engines, 0.0)
    counted = 0
    for data in files:
        times = {name: best(work, data, repeat) for name, work in engines.items()}
        if math.inf in times.values():  # not all of them read it: compare on what all do
            continue
        counted += 1
        for name, taken in times.items():
            totals[name] += taken
    print(f"{counted} of {len(files)} files that every engine reads, best of {repeat}:")
    for name, total in totals.items():
        print(f"  {name:30} {total * 1e6 / counted:9.0f} us a file")
    bare = totals["bare C parser events"]
    print(f"  parse / bare events:        {totals['parse to tree'] / bare:6.2f}  (wanted: at most 2)")
    ours = totals["parse, edit, gate"]
    print(f"  ruamel.yaml / gated edit:   {totals['ruamel.yaml load, edit, dump'] / ours:6.2f}  (wanted: at least 20)")
    if "yaml-edit parse, edit, print" in totals:
        print(
            f"  gated edit / yaml-edit:     {ours / totals['yaml-edit parse, edit, print']:6.2f}  (wanted: at most 3)"
        )


def by_size(files: Sequence[bytes], largest: int) -> None:
    """Time and memory from 1/16 of `largest` megabytes on: real files under one key each, over and over.

    They are shuffled, so that each size has as many nodes a megabyte as the others: in the order of their names they
    differ by a third.
    """
    files = random.Random(7).sample(files, len(files))
    print("size MB   parse s   parse, edit, gate s   peak memory / file (of either)")
    points: list[tuple[float, float, float]] = []
    for size in (largest / 16, largest / 4, largest):
        data = joined(files, int(size * 1e6))
        gc.collect()
        parsed = best(our_parse, data, 3)
        edited = best(our_edit, data, 3)
        points.append((len(data), parsed, edited))
        print(f"{len(data) / 1e6:7.1f} {parsed:9.2f} {edited:21.2f}", end="   ", flush=True)
        print(f"{peak('parse', data):5.1f} {peak('edit', data):5.1f}")
    (small, *early), (large, *late) = points[0], points[-1]
    for name, one, other in zip(("parse", "edit"), early, late):
        exponent = math.log(other / one) / math.log(large / small)
        print(f"  exponent of {name}: {exponent:.3f}  (wanted: under 1.1)")


def joined(files: Sequence[bytes], size: int) -> bytes:
    pieces: list[bytes] = []
    length = number = 0
    while length < size:
        body = b"".join(
            b"  " + line + b"\n" if line.strip() else b"\n" for line in files[number % len(files)].splitlines()
        )
        pieces.append(b"file%d:\n" % number + body)
        length += len(pieces[-1])
        number += 1
    return b"".join(pieces)


_PEAK_PROGRAM = """
import re, sys
from benchmarks.speed import our_edit, our_parse

def high_water():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1]) * 1024

with open(sys.argv[1], "rb") as file:
    data = file.read()
our_edit(b"a: 1")
before = high_water()
{"parse": our_parse, "edit": our_edit}[sys.argv[2]](data)
print((high_water() - before) / len(data))
"""


def peak(work: str, data: bytes) -> float:
    """The peak growth of a process as a multiple of the file's size, with the C parser's memory; Linux only."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(data)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-c", _PEAK_PROGRAM, file.name, work], check=True, capture_output=True, text=True
        )
    return float(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default="*", help="only files whose names match this pattern")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--large-mb", type=float, default=50, help="size of the largest text; 0 leaves sizes out")
    options = parser.parse_args()
    files: list[bytes] = []
    for path in corpus.files():
        if fnmatch.fnmatch(path.name, options.files):
            try:
                document = parse(path.read_bytes()).documents
            except InputError:
                continue
            if len(document) == 1 and isinstance(document[0].data, dict):
                files.append(path.read_bytes())
    by_engine(files, options.repeat)
    if options.large_mb:
        plain = [
            data
            for data in files
            if not data.startswith((b"---", b"%")) and b"\n---" not in data and b"\n..." not in data
        ]
        by_size(plain, options.large_mb)
    return 0


if __name__ == "__main__":
    sys.exit(main())
