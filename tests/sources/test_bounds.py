"""What is read has a bound, wherever it comes from."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from migrator.charts import archive
from migrator.files import LARGEST


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_standard_input_without_end_is_refused_at_once() -> None:
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-m", "migrator", "plan", "-"], stdin=zeros, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 2
    assert "(standard input): is larger than 8 MiB, which no values file is." in done.stderr


def test_what_fits_is_read(tmp_path: Path) -> None:
    data = b"# " + b"x" * (LARGEST - 9) + b"\na: 1\n"
    done = subprocess.run([sys.executable, "-m", "migrator", "plan", "-"], input=data[:LARGEST], capture_output=True)
    assert b"larger" not in done.stderr
    assert b"mistake" not in done.stderr


def test_an_answers_file_has_the_same_bound(tmp_path: Path) -> None:
    values, answers = tmp_path / "values.yaml", tmp_path / "answers.yaml"
    values.write_text("infrahub: {}\n")
    answers.write_bytes(b"#" * (LARGEST + 1))
    command = [sys.executable, "-m", "migrator", "plan", str(values), "--answers", str(answers)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{answers}: is larger than 8 MiB" in done.stderr


def packed(path: Path, size: int) -> None:
    """A chart with a values file of so many blank bytes, which pack to almost nothing."""
    with tarfile.open(path, "w:gz", compresslevel=1) as chart:
        for name, data in (("c/Chart.yaml", b"name: c\nversion: 1.0.0\n"), ("c/values.yaml", b"\n" * size)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            chart.addfile(entry, io.BytesIO(data))


def test_a_chart_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1024 * 1024)
    path = tmp_path / "c.tgz"
    packed(path, 1024 * 1024)
    with pytest.raises(archive.ChartError, match="unpacks to more than 1 MiB"):
        archive.own_metadata(str(path))
    packed(path, 1024)
    assert archive.own_metadata(str(path))["name"] == "c"
