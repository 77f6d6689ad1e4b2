"""Many runs at once, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-S", str(Path(__file__).with_name("concurrent_runs.py"))]
ANSWERS = ["--redis-db", "2", "--non-interactive"]
BEFORE = b"messaging: {redis: {host: cache}}\n"
AFTER = BEFORE + b"# migrated\n"


def run_all(commands: list[list[str]]) -> list[tuple[int, str]]:
    """Run all at the same time; the exit code and the output of each."""
    done = subprocess.run(COMMAND, input=json.dumps(commands), capture_output=True, text=True, check=True)
    return [(code, words) for code, words in json.loads(done.stdout)]


def test_only_one_of_a_hundred_runs_on_the_same_file_writes(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_bytes(BEFORE)
    results = run_all([["migrate", str(values), *ANSWERS]] * 100)
    assert {code for code, _ in results} <= {0, 5}
    for code, words in results:
        assert code == 0 or "another run is working" in words or "changed since it was read" in words
    assert sum("backup='" in words for _, words in results) == 1
    assert values.read_bytes() == AFTER
    assert len(list(tmp_path.iterdir())) == 2


def test_runs_on_different_files_do_not_interfere(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    paths = [tmp_path / f"values-{number}.yaml" for number in range(20)]
    for path in paths:
        path.write_bytes(BEFORE)
    results = run_all([["migrate", str(path), "--backup-dir", str(store), *ANSWERS] for path in paths])
    assert [code for code, _ in results] == [0] * 20
    assert [path.read_bytes() for path in paths] == [AFTER] * 20
    assert len(list(tmp_path.iterdir())) == 21
    assert len(list(store.iterdir())) == 20
