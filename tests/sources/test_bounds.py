"""Everything that is read has a size limit, wherever it comes from."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from migrator.charts import archive
from migrator.errors import MigratorError
from migrator.files import LARGEST


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_endless_standard_input_is_refused() -> None:
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-m", "migrator", "plan", "-"], stdin=zeros, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 2
    assert "(standard input): is larger than 8 MiB, too large for a values file." in done.stderr


def test_input_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    data = b"# " + b"x" * (LARGEST - 9) + b"\na: 1\n"
    done = subprocess.run([sys.executable, "-m", "migrator", "plan", "-"], input=data[:LARGEST], capture_output=True)
    assert b"larger" not in done.stderr
    assert b"bug in" not in done.stderr


def test_an_answers_file_has_the_same_limit(tmp_path: Path) -> None:
    values, answers = tmp_path / "values.yaml", tmp_path / "answers.yaml"
    values.write_text("infrahub: {}\n")
    answers.write_bytes(b"#" * (LARGEST + 1))
    command = [sys.executable, "-m", "migrator", "plan", str(values), "--answers", str(answers)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{answers}: is larger than 8 MiB" in done.stderr


def packed(files: dict[str, bytes], *, name: str = "c") -> bytes:
    """A packed chart with these files and a Chart.yaml."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1, format=tarfile.GNU_FORMAT) as chart:
        for path, data in {"Chart.yaml": f"name: {name}\nversion: 1.0.0\n".encode(), **files}.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(data)
            chart.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    """The size limit of a chart, a hundredth of the real one."""
    bound = 1024 * 1024
    monkeypatch.setattr(archive, "LARGEST", bound)
    monkeypatch.setattr(archive, "_LARGEST_STREAM", 2 * bound)
    return bound


def test_a_chart_that_unpacks_to_too_much_is_refused(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "c.tgz"
    path.write_bytes(packed({"values.yaml": b"\n" * limit}))
    with pytest.raises(archive.ChartError, match="is more than 1 MiB unpacked"):
        archive.own_metadata(str(path))
    # Helm accepts a chart of exactly the limit.
    path.write_bytes(packed({"values.yaml": b"\n" * (limit - len(b"name: c\nversion: 1.0.0\n"))}))
    assert archive.own_metadata(str(path))["name"] == "c"


def test_a_chart_folder_has_the_same_limit(tmp_path: Path, limit: int) -> None:
    (tmp_path / "Chart.yaml").write_bytes(b"name: c\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_bytes(b"\n" * (limit - 23))
    assert archive.own_metadata(str(tmp_path))["name"] == "c"
    (tmp_path / "values.yaml").write_bytes(b"\n" * limit)
    with pytest.raises(archive.ChartError, match="is more than 1 MiB"):
        archive.own_metadata(str(tmp_path))


def test_long_entry_names_count_towards_the_limit(tmp_path: Path, limit: int) -> None:
    """A name is read into memory before the size of its entry is known."""
    path = tmp_path / "c.tgz"
    path.write_bytes(packed({"n" * (3 * limit): b""}))
    assert path.stat().st_size < 100_000
    with pytest.raises(archive.ChartError, match="is more than 2 MiB unpacked"):
        archive.own_metadata(str(path))


@pytest.mark.parametrize("is_folder", [False, True])
def test_packed_subcharts_share_one_limit(tmp_path: Path, limit: int, is_folder: bool) -> None:
    inner = packed({"values.yaml": b"a: 1\n", "blank.txt": b"\n" * (limit // 2)}, name="inner")
    for many, fits in ((3, True), (5, False)):
        charts = {f"charts/inner-{number}.tgz": inner for number in range(many)}
        path = tmp_path / f"{many}"
        if is_folder:
            (path / "charts").mkdir(parents=True)
            (path / "Chart.yaml").write_bytes(b"name: c\nversion: 1.0.0\n")
            for name, data in charts.items():
                (path / name).write_bytes(data)
        else:
            path.write_bytes(packed(charts))
        if fits:
            assert archive.own_values(str(path)) == {"inner": {"a": 1}}
        else:
            with pytest.raises(archive.ChartError, match="is more than 2 MiB unpacked"):
                archive.own_values(str(path))


def test_a_damaged_archive_is_an_error(tmp_path: Path) -> None:
    whole = packed({"values.yaml": b"a: 1\n" * 1000})
    path = tmp_path / "c.tgz"
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            archive.own_values(str(path))
        except MigratorError:
            continue  # with an explanation, whatever it is
    path.write_bytes(whole[:-20])
    with pytest.raises(archive.ChartError, match="no chart could be loaded"):
        archive.own_values(str(path))
