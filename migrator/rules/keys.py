"""Rules of keys that the target's charts no longer read, or refuse, and of values that their schema refuses."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub, retired
from migrator.rules.rule import Breach, Rule, at, full_path
from migrator.values import tree
from migrator.values.merge import as_text
from migrator.values.part import Part
from migrator.values.release import Release


def breach(part: Part, path: tuple[str | int, ...], text: str, remedy: str = "") -> Breach:
    """A breach at a path in a chart's part, in the last layer that has the path or its nearest parent."""
    for depth in range(len(path), -1, -1):
        owners = part.owners(path[:depth])
        if owners:
            return Breach(text, owners[-1], part.root + path[:depth], remedy=remedy)
    return Breach(text, part.release.default_layer(), part.root, remedy=remedy)


def _refused(release: Release) -> Iterator[Breach]:
    for found in retired.occurrences(release):
        if found.key.refused:
            yield breach(found.part, found.path, found.text.rstrip("."), found.key.remedy)


def _unread(release: Release) -> Iterator[Breach]:
    for found in retired.occurrences(release):
        if not found.key.refused:
            yield breach(found.part, found.path, found.text.rstrip("."), found.key.remedy)


def _level(release: Release) -> Iterator[Breach]:
    for path in retired.refused_levels(release):
        yield at(release, path, f"{full_path(release, path)} is {tree.get(release.prefect, path)!r}")


def _two_secrets(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    for place in (infrahub.SERVER, infrahub.WORKER) if part is not None else ():
        assert part is not None
        old, new = (*place, "envFromExistingSecret"), (*place, "envFromExistingSecrets")
        if as_text(part.get(old)) and part.get(new):
            yield breach(part, old, f"{part.show(old)} and {part.show(new)} are both set")


RULES = (
    Rule(
        "key-refused",
        "error",
        "No key is set that the chart refuses.",
        "Remove the key.",
        _refused,
        "infrahub",
    ),
    Rule(
        "key-unread",
        "warning",
        "No key is set that the charts no longer read.",
        "Remove the key.",
        _unread,
        "infrahub",
    ),
    Rule(
        "logging-level",
        "error",
        "A logging level is DEBUG, INFO, WARNING, ERROR or CRITICAL, in upper case.",
        "Use one of them, or remove the key: the chart's schema refuses anything else.",
        _level,
    ),
    Rule(
        "env-secrets",
        "error",
        "The Secrets of an environment are in one key.",
        "Put all of them into envFromExistingSecrets: the chart refuses both keys together.",
        _two_secrets,
        "infrahub",
    ),
)
