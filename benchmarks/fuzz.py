"""Run every command on very many hostile inputs, and report what goes wrong.

    python -m benchmarks.fuzz [--inputs N] [--seed S] [--jobs N] [--seconds LIMIT] [--keep DIR] [--only NUMBER]

Input NUMBER of a seed is always the same, so `--only` tries one again and shows its findings in full. Inputs are made
from the samples of the program and from the corpus (MIGRATOR_CORPUS, else `../shared/corpus` next to the
checkout), if there is one. Exits with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks import corpus
from tests.fuzz import hostile
from tests.fuzz.command_sequence import CommandSequence, Finding

BATCH = 100
MEMORY = 2 * 1024**3
"""Bytes that a process may use: an input that needs more is reported, and does not bring the machine down."""


class Batch(NamedTuple):
    """The result of some inputs: how many of each kind, how many commands ran, the longest, and the findings."""

    kinds: collections.Counter[str]
    codes: collections.Counter[str]
    runs: int
    longest: tuple[float, int]
    found: list[tuple[int, Finding]]


@cache
def _seeds() -> hostile.Seeds:
    folder = corpus.folder().parent
    return hostile.seeds(folder if folder.is_dir() else None)


def try_one(seed: str, number: int, seconds: float) -> tuple[hostile.Input, CommandSequence]:
    """Generate one input and run the commands on it, in a directory of its own."""
    rng = random.Random(f"{seed}/{number}")
    made = hostile.draw(rng, _seeds())
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.path.isdir(memory) else None) as room:
        os.chdir(room)
        sequence = CommandSequence(made, rng, room, seconds)
        try:
            sequence.run()
        finally:
            os.chdir("/")
    return made, sequence


def _try_batch(seed: str, numbers: range, seconds: float) -> Batch:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    kinds: collections.Counter[str] = collections.Counter()
    codes: collections.Counter[str] = collections.Counter()
    found: list[tuple[int, Finding]] = []
    runs = 0
    longest = (0.0, -1)
    for number in numbers:
        began = time.perf_counter()
        made, sequence = try_one(seed, number, seconds)
        longest = max(longest, (time.perf_counter() - began, number))
        kinds[made.how] += 1
        codes += sequence.codes
        runs += sequence.runs
        found += [(number, finding) for finding in sequence.findings]
    return Batch(kinds, codes, runs, longest, found)


def main() -> int:
    """The exit code: 0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10, help="how long one command may take")
    parser.add_argument("--keep", type=Path, help="a directory for the inputs of findings")
    parser.add_argument("--only", type=int, help="try this one input and show everything")
    options = parser.parse_args()
    if options.only is not None:
        made, sequence = try_one(options.seed, options.only, options.seconds)
        print(made.how, hostile.described(made))
        for finding in sequence.findings:
            print(f"--- {finding.what}\n{finding.detail}")
        return 1 if sequence.findings else 0
    began = time.monotonic()
    kinds: collections.Counter[str] = collections.Counter()
    codes: collections.Counter[str] = collections.Counter()
    found: dict[str, list[tuple[int, Finding]]] = {}
    runs = 0
    longest = (0.0, -1)
    with ProcessPoolExecutor(options.jobs) as pool:
        starts = range(0, options.inputs, BATCH)
        jobs = [
            pool.submit(_try_batch, options.seed, range(start, min(start + BATCH, options.inputs)), options.seconds)
            for start in starts
        ]
        for job in as_completed(jobs):
            batch = job.result()
            kinds += batch.kinds
            codes += batch.codes
            runs += batch.runs
            longest = max(longest, batch.longest)
            if kinds.total() % 5000 < BATCH:
                print(f"{kinds.total():,} inputs after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            for number, finding in batch.found:
                if finding.what not in found:
                    print(f"input {number}: {finding.what}: {finding.detail[:1500]}", flush=True)
                found.setdefault(finding.what, []).append((number, finding))
    for what, each in sorted(found.items(), key=lambda pair: -len(pair[1])):
        print(f"{len(each):6} {what}: inputs {', '.join(str(number) for number, _ in each[:8])}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            made = hostile.draw(random.Random(f"{options.seed}/{each[0][0]}"), _seeds())
            (options.keep / f"{each[0][0]}.json").write_text(hostile.described(made), encoding="utf-8")
    print("inputs: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    print("ends: " + ", ".join(f"{what} {count}" for what, count in sorted(codes.items())))
    seconds = time.monotonic() - began
    print(
        f"{kinds.total():,} inputs, {runs:,} commands in {seconds:.0f} s; the longest input took {longest[0]:.2f} s "
        f"(number {longest[1]}); {sum(map(len, found.values()))} findings of {len(found)} kinds"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
