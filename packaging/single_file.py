"""Builds one file for machines without network: `python packaging/single_file.py WHEEL OUTPUT` (with pip and shiv).

It contains the program and its dependencies, by the hashes of runtime.lock, and runs on every CPython from 3.10 to 3.13
of the system it is built on: it includes the C parser for each. Elsewhere Python parses, several times slower.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
LOCK = HERE / "runtime.lock"
MINORS = ("3.10", "3.11", "3.12", "3.13")
COMPILED = ("markupsafe", "ruamel-yaml-clib")


def make(wheel: Path, output: Path) -> None:
    """Put the program and what it needs into one file; the same bytes again for the same wheel and system."""
    with TemporaryDirectory() as folder:
        site = Path(folder, "site")
        install("--target", str(site), "--no-compile", "--require-hashes", "-r", str(LOCK))
        install("--target", str(site), "--no-compile", "--no-deps", str(wheel))
        compiled = Path(folder, "compiled.lock")
        compiled.write_text(part_of_lock(COMPILED), encoding="utf-8")
        for minor in MINORS:
            other = Path(folder, minor)
            install(
                *("--target", str(other), "--no-compile", "--no-deps", "--only-binary", ":all:"),
                *("--python-version", minor, "--require-hashes", "-r", str(compiled)),
            )
            for library in other.rglob("*.so"):
                shutil.copy2(library, site / library.relative_to(other))
        for left in ("bin", ".lock"):
            shutil.rmtree(site / left, ignore_errors=True)
        for record in site.glob(
            "*.dist-info/RECORD"
        ):  # they name the scripts that are gone, and libraries of one minor
            record.unlink()
        shiv = ["--site-packages", str(site), "--entry-point", "migrator.__main__:main", "--reproducible"]
        subprocess.run([sys.executable, "-m", "shiv", *shiv, "--output-file", str(output)], check=True)


def part_of_lock(names: tuple[str, ...]) -> str:
    """The entries of the lock for these packages."""
    entries = re.split(r"\n(?=[a-z])", LOCK.read_text(encoding="utf-8"))
    return "\n".join(entry for entry in entries if entry.split("==")[0] in names) + "\n"


def install(*arguments: str) -> None:
    """Run pip, and stop where it fails."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", *arguments], check=True
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
