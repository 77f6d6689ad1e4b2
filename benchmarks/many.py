"""How the time of `check DIR` grows with the directory, and what a directory of unrelated files costs.

    python -m benchmarks.many [--sizes 100,200,400,800] [--together 1000] [--most 10000]
        [--files 10000] [--relevant 20] [--runs 5]

Every figure is of whole processes. What is compared runs in turn, so that a machine that slows down slows down both.
Medians of processor time are compared, so that other work on the machine has little effect.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

VALUES = """\
infrahub:
  prefect-server:
    server:
      env:
        - {{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}}
        - {{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}}
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {{host: redis.p{number:05}, db: 1}}
      env:
        - {{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}}
"""
OTHER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{number}, labels: {{app: app-{number}, tier: web}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: app-{number}}}}}
  template:
    metadata: {{labels: {{app: app-{number}}}}}
    spec:
      containers:
        - name: web
          image: registry.example/app:{number}
          args: ["--listen", ":8080"]
          env: [{{name: LEVEL, value: "info"}}, {{name: REGION, value: "eu"}}]
          resources: {{limits: {{cpu: 500m, memory: 256Mi}}}}
"""
LOOP = """
import os, sys
found = 0
for folder, folders, files in os.walk(sys.argv[1]):
    for name in files:
        with open(os.path.join(folder, name), "rb") as file:
            found += b"infrahub" in file.read()
print(found)
"""


def run(command: Sequence[str]) -> tuple[float, int]:
    """Seconds on the processor of a process and its children, and its peak memory in KiB."""
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
    script += "stderr=subprocess.DEVNULL); used = resource.getrusage(resource.RUSAGE_CHILDREN); "
    script += "print(used.ru_utime + used.ru_stime, used.ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, *command], check=True, capture_output=True, text=True)
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


def elapsed(command: Sequence[str]) -> float:
    """Seconds by the clock."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def speedup_of_two_processes() -> float:
    """How many times as much two independent processes do as one: 2 on two processors without other work."""
    command = (sys.executable, "-c", "total = 0\nfor number in range(10_000_000): total += number")
    alone = elapsed(command)
    began = time.perf_counter()
    both = [subprocess.Popen(command) for _ in range(2)]
    for each in both:
        each.wait()
    return 2 * alone / (time.perf_counter() - began)


def releases(folder: Path, count: int, *, apart: bool) -> Path:
    """Write so many releases, in one folder or in one each."""
    for number in range(count):
        path = folder / f"c{number:05}/values.yaml" if apart else folder / f"r{number:05}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(VALUES.format(number=number), "utf-8")
    return folder


def mixed(folder: Path, count: int, relevant: int) -> Path:
    """Write so many files, in folders of a hundred, of which a few are relevant."""
    for number in range(count):
        path = folder / f"team{number // 100:03}/app{number:05}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        is_relevant = number % (count // relevant) == 0
        path.write_text((VALUES if is_relevant else OTHER).format(number=number), "utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100,200,400,800")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--relevant", type=int, default=20)
    parser.add_argument("--together", type=int, default=1_000)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    program = os.path.join(os.path.dirname(sys.executable), "infrahub-migrator")
    sizes = [int(each) for each in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        for apart in (False, True):
            print("a folder for each release" if apart else "all releases in one folder")
            folders = {size: releases(top / f"{apart}-{size}", size, apart=apart) for size in sizes}
            taken: dict[int, list[float]] = {size: [] for size in sizes}
            memory = {}
            for _ in range(options.runs):
                for size, folder in folders.items():
                    seconds, memory[size] = run([program, "check", str(folder), "--jobs", "1"])
                    taken[size].append(seconds)
            times = {size: statistics.median(each) for size, each in taken.items()}
            for size, seconds in times.items():
                print(f"  {size:6} releases {seconds:7.2f} s  {seconds / size * 1000:5.2f} ms each  {memory[size]} KiB")
            exponent = math.log(times[sizes[-1]] / times[sizes[0]]) / math.log(sizes[-1] / sizes[0])
            print(f"  exponent {exponent:.2f} (wanted: under 1.1)")
            most = releases(top / f"{apart}-{options.most}", options.most, apart=apart)
            peak = run([program, "check", str(most), "--jobs", "1"])[1]
            print(f"  peak memory of {options.most} {peak} KiB: {peak / memory[sizes[0]]:.2f} times that of {sizes[0]}")
        folder = releases(top / "jobs", options.together, apart=True)
        by_one, by_two, gains = [], [], []
        for _ in range(options.runs):
            gains.append(speedup_of_two_processes())
            by_one.append(elapsed([program, "check", str(folder), "--jobs", "1"]))
            by_two.append(elapsed([program, "check", str(folder), "--jobs", "2"]))
        faster = statistics.median(one / two for one, two in zip(by_one, by_two))
        print(f"{options.together} releases by the clock, on a machine that does nothing else")
        print(f"  one process {statistics.median(by_one):.2f} s, two {statistics.median(by_two):.2f} s")
        print(f"  {faster:.2f} times as fast (wanted: 1.6)")
        print(f"  two loops that share nothing gain {statistics.median(gains):.2f} here")
        folder = mixed(top / "mixed", options.files, options.relevant)
        loop, check = [], []
        for _ in range(options.runs):
            loop.append(run([sys.executable, "-c", LOOP, str(folder)])[0])
            check.append(run([program, "check", str(folder)])[0])
        ratio = statistics.median(ours / theirs for ours, theirs in zip(check, loop))
        print(f"{options.files} files, {options.relevant} relevant")
        print(f"  loop {statistics.median(loop):.2f} s, check {statistics.median(check):.2f} s")
        print(f"  ratio {ratio:.2f} (wanted: at most 4)")


if __name__ == "__main__":
    main()
