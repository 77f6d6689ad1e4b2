"""How long `infrahub-migrator check FILE` takes, compared with loading and dumping the file with ruamel.yaml.

Both are whole processes, run in turn, so that a machine that slows down slows down both:

    python benchmarks/startup.py [FILE] [--runs N]

Run it in an environment with the wheel installed: an editable install adds an import hook to every start.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

LOAD_AND_DUMP = """
import sys
from ruamel.yaml import YAML
yaml = YAML()
with open(sys.argv[1]) as file:
    data = yaml.load(file)
yaml.dump(data, sys.stdout)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="a values file (default: the sample that `example` prints)")
    parser.add_argument("--runs", type=int, default=41)
    options = parser.parse_args()
    program = os.path.join(os.path.dirname(sys.executable), "infrahub-migrator")
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or os.path.join(folder, "values.yaml")
        if not options.file:
            with open(path, "wb") as file:
                file.write(subprocess.run([program, "example"], capture_output=True, check=True).stdout)
        commands = {
            "check": [program, "check", path],
            "load and dump": [sys.executable, "-c", LOAD_AND_DUMP, path],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(options.runs + 2):
            for name, command in commands.items():
                began = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                if turn >= 2:  # the first turns fill the caches
                    taken[name].append(time.perf_counter() - began)
    for name, times in taken.items():
        spread = f"{min(times) * 1000:.1f} to {max(times) * 1000:.1f}"
        print(f"{name:<14} median {statistics.median(times) * 1000:6.1f} ms ({spread})")
    pairs = [ours / theirs for ours, theirs in zip(taken["check"], taken["load and dump"])]
    print(f"ratio          median {statistics.median(pairs):.2f} over {options.runs} pairs")


if __name__ == "__main__":
    main()
