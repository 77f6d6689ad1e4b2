"""The objects around a release: the files that hold them are read once, however many releases ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.sources import nearby
from migrator.sources.directory import survey
from migrator.sources.source import Source, read

from .test_kustomized import HEAD, write
from .test_release_surroundings import FROM
from .texts import VALUES, helm_release


@pytest.mark.parametrize("count", [8, 32])
def test_files_around_many_releases_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """All of them take values from a ConfigMap of the same name, as tenants of one cluster do."""
    seen: list[str] = []

    def counted(path: str) -> Source:
        seen.append(path)
        return read(path)

    monkeypatch.setattr(nearby, "read", counted)
    folders = [f"tenant{number}" for number in range(count)]
    for folder in folders:
        release = helm_release(VALUES, head=FROM.format("ConfigMap")).replace("namespace: prod", f"namespace: {folder}")
        write(tmp_path / folder, {"release.yaml": release, "kustomization.yaml": HEAD.format("release.yaml")})
    write(tmp_path, {"kustomization.yaml": HEAD.format(", ".join(folders))})
    assert len(survey(str(tmp_path)).releases) == count
    # Once for the kustomization next to it, once for the one above, and once as a file of its folder.
    assert len(seen) <= 3 * count
