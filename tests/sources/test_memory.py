"""The files around releases are read once a run, however many releases there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator import sources
from migrator.sources import memory, nearby, peeking

from .texts import VALUES, helm_release, indented

COUNT = 12


def folder_of(path: Path) -> list[str]:
    """HelmReleases in one folder, each with its own ConfigMap of values."""
    names = []
    for number in range(COUNT):
        head = f"  valuesFrom: [{{kind: ConfigMap, name: base-{number}}}]\n"
        release = helm_release("a: 1\n", head=head).replace("name: infrahub\n", f"name: r{number}\n")
        config = f"kind: ConfigMap\nmetadata: {{name: base-{number}}}\ndata:\n  values.yaml: |\n{indented(VALUES, 4)}"
        (path / f"r{number}.yaml").write_text(release, "utf-8")
        (path / f"c{number}.yaml").write_text(f"apiVersion: v1\n{config}", "utf-8")
        names += [f"  - r{number}.yaml\n", f"  - c{number}.yaml\n"]
    (path / "kustomization.yaml").write_text("resources:\n" + "".join(names), "utf-8")
    return [str(path / f"r{number}.yaml") for number in range(COUNT)]


def test_files_next_to_many_releases_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = folder_of(tmp_path)
    peeked: list[str] = []

    def peek(path: str) -> bytes | None:
        peeked.append(path)
        return peeking.peek(path)

    monkeypatch.setattr(nearby, "peek", peek)
    with sources.kept():
        together = [sources.open_file(path).bundles[0] for path in paths]
    files = 2 * COUNT + 1
    assert (
        len(peeked) == 2 * files - 1
    )  # once for the kustomization, which does not list itself, and once for the folder
    apart = [sources.open_file(path).bundles[0] for path in paths]
    assert len(peeked) > COUNT * files
    assert [[layer.name for layer in each.layers] for each in together] == [
        [layer.name for layer in each.layers] for each in apart
    ]
    assert all(each.layers[0].data for each in together)


def test_nothing_is_remembered_beyond_the_block() -> None:
    answers = iter(range(3))
    with memory.kept(), memory.kept():
        assert memory.once("a", 1, lambda: next(answers)) == 0
        assert memory.once("a", 1, lambda: next(answers)) == 0
    assert memory.once("a", 1, lambda: next(answers)) == 1


def test_an_inner_block_shares_the_cache_of_the_outer() -> None:
    answers = iter(range(3))
    with memory.kept():
        assert memory.once("a", 1, lambda: next(answers)) == 0
        with memory.kept():
            assert memory.once("a", 1, lambda: next(answers)) == 0
        assert memory.once("b", 1, lambda: next(answers)) == 1


def test_the_sixteen_most_recently_used_entries_are_kept() -> None:
    asked: list[int] = []

    def ask(number: int) -> None:
        memory.once("a", number, lambda: asked.append(number))

    with memory.kept():
        for number in [*range(16), 0, 16, 0, 15, 1]:
            ask(number)
    assert asked == [*range(17), 1]


@pytest.mark.parametrize(
    "name",
    ["base", '"base"', "&x base", "!!str base", "\n    base", ">-\n    base", '"b\\x61se"', "*x"],
)
def test_an_object_is_found_however_its_name_is_written(tmp_path: Path, name: str) -> None:
    release = tmp_path / "release.yaml"
    release.write_text(helm_release("a: 1\n", head="  valuesFrom: [{kind: ConfigMap, name: base}]\n"), "utf-8")
    anchor = "labels: {x: &x base}\n  " if name == "*x" else ""
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  {anchor}name: {name}\ndata:\n  values.yaml: |\n"
    # There is no other `name:` in the text, such as that of an env entry.
    (tmp_path / "config.yaml").write_text(text + "    infrahub: {prefect-server: {}}\n", "utf-8")
    layers = sources.open_file(str(release)).bundles[0].layers
    assert [Path(layer.name).name for layer in layers] == ["config.yaml", "release.yaml"]
