"""Run by `test_disks.py` in its own mount namespace: a disk that becomes full at every point, then a read-only one.

    unshare --mount python tests/faults/disks.py EMPTY-DIRECTORY

Mounts a small tmpfs there, writes three layers with various amounts of free space, and prints the result.
"""

from __future__ import annotations

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from migrator import files
from migrator.errors import WriteError
from migrator.files import writing

PAGE = 4096
BEFORE = b"a: 1\n" * 1500
AFTER = BEFORE + b"b: 2\n"
LAYERS = ("one.yaml", "two.yaml", "three.yaml")


def attempt(directory: str, pages: int) -> bool:
    """Write the layers with `pages` pages free; whether that worked. Asserts that every file is whole."""
    paths = [os.path.join(directory, name) for name in LAYERS]
    for path in paths:
        with open(path, "wb") as stream:
            stream.write(BEFORE)
    space = os.statvfs(directory)
    with open(os.path.join(directory, "filler"), "wb") as stream:
        stream.write(b"\0" * (space.f_bavail * space.f_frsize - pages * PAGE))
    words = ""
    try:
        writing.write([writing.Replacement(files.read(path), AFTER) for path in paths])
    except WriteError as error:
        words = str(error)
    worked = not words
    assert worked or ("No space left on device" in words and "Free some space" in words), words
    for path in paths:
        with open(path, "rb") as stream:
            assert stream.read() == (AFTER if worked else BEFORE), path
    os.unlink(os.path.join(directory, "filler"))
    assert len(os.listdir(directory)) == (6 if worked else 3), os.listdir(directory)
    for name in os.listdir(directory):
        os.unlink(os.path.join(directory, name))
    return worked


def main() -> None:
    """Prints how many attempts were refused and how many worked."""
    directory = sys.argv[1]
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", directory], check=True)
    results = [attempt(directory, pages) for pages in range(30)]
    assert results == sorted(results), results
    print(f"full disk: {results.count(False)} refused, {results.count(True)} written")

    path = os.path.join(directory, "values.yaml")
    with open(path, "wb") as stream:
        stream.write(BEFORE)
    subprocess.run(["mount", "-o", "remount,ro", directory], check=True)
    try:
        writing.write([writing.Replacement(files.read(path), AFTER)])
    except WriteError as error:
        print(f"read-only disk: {error}")


if __name__ == "__main__":
    main()
