"""Random releases migrated unattended with random answers, and rendered by Helm before and after.

    python -m benchmarks.upgrades [--releases 200] [--seed 1] [--show 10]

`tests/fuzz/upgrades.py` says how each is judged. Exits with 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import sys
import tempfile
from pathlib import Path

from tests.fuzz import releases
from tests.fuzz.upgrades import Charts, Upgrade


def main() -> int:
    """Run the releases; print how they ended, and each kind of finding with an example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=10, help="findings to print in full, one of a kind")
    chosen = parser.parse_args()
    ends: collections.Counter[str] = collections.Counter()
    kinds: dict[str, list[str]] = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        built = Charts(Path(folder) / "charts")
        room = Path(folder) / "room"
        os.mkdir(room)
        here = os.getcwd()
        os.chdir(room)
        for number in range(chosen.releases):
            rng = random.Random(f"{chosen.seed} {number}")
            upgrade = Upgrade(releases.draw(rng), rng, built)
            ends[upgrade.run()] += 1
            for found in upgrade.findings:
                kinds[found.what].append(f"release {number}: {found.detail}")
        os.chdir(here)
    for end, count in ends.most_common():
        print(f"{count:6} {end}")
    for what, details in sorted(kinds.items(), key=lambda each: -len(each[1])):
        print(f"{len(details):6} FOUND {what}")
    for what, details in [*kinds.items()][: chosen.show]:
        print(f"\n=== {what}\n{details[0]}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
