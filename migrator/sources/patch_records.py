"""A patch as it was found: which objects it is for, and why they are not migrated without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from migrator.errors import RefusedError
from migrator.values import tree
from migrator.values.edits import Route, Value
from migrator.values.merge import Map, as_map, as_text


class Target(NamedTuple):
    """The namespace (a pattern) of the objects that a patch is for, and the label selector."""

    namespace: str = ""
    labels: str = ""

    def fits(self, metadata: Map) -> bool:
        """Whether an object with this metadata may match; selectors other than `key=value` may match any."""
        own = as_text(metadata.get("namespace"))
        if own and not pattern_matches(self.namespace, own):
            return False
        labels = as_map(metadata.get("labels"))
        pairs = (re.fullmatch(r"\s*([\w./-]+)\s*==?\s*([\w.-]*)\s*", part) for part in self.labels.split(","))
        return all(as_text(labels.get(pair[1])) == pair[2] for pair in pairs if pair is not None)


class Patch(NamedTuple):
    """A patch of the object KIND/NAME (both patterns), the error for migrating that object alone, and its file.

    `target` is the rest of its target, `affixes` the prefixes and suffixes that kustomizations add to object names, and
    `by` the kustomization's file. `is_layer`: its file by itself looks like a layer over the object, so that in a
    directory with both, the two are reported without this record.
    """

    kind: str
    name: str
    error: RefusedError
    file: str = ""
    target: Target = Target()
    affixes: tuple[tuple[str, str], ...] = ()
    by: str = ""
    is_layer: bool = False

    def applies_to(self, items: Collection[str]) -> bool:
        """Whether it applies to one of these objects (KIND/NAME)."""
        return bool(self.matching(items))

    def matching(self, items: Collection[str]) -> list[str]:
        """Those of these objects (KIND/NAME) that it applies to."""
        return matching_items(self.kind, self.name, items, self.affixes)

    def error_of(self, path: str) -> RefusedError:
        """The error for the object in that file, which the remedy names."""
        remedy = self.error.remedy.replace("-f OBJECT", f"-f {path}")
        return RefusedError(self.error.message, path=self.error.path, line=self.error.line, remedy=remedy)


def matching_items(kind: str, name: str, items: Collection[str], affixes: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Those of these objects (KIND/NAME) that the patterns match, with or without an affix on their names."""
    if not affixes and re.fullmatch(r"\w+", kind) and re.fullmatch(r"[\w-]+", name):
        return [item for item in (f"{kind}/{name}",) if item in items]  # most are plain names
    around = [("", ""), *affixes]
    return [
        each
        for each in items
        if pattern_matches(kind, each.partition("/")[0])
        and any(pattern_matches(name, f"{prefix}{each.partition('/')[2]}{suffix}") for prefix, suffix in around)
    ]


def pattern_matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches a kind, a name or a namespace; an empty one matches all.

    Patterns come from a repository, so they are not trusted: one that could backtrack for long is taken to match, and
    so is one that only Go can read.
    """
    is_slow = len(pattern) > 200 or pattern.count("|") > 8 or len(re.findall(r"[*+?{]", pattern)) > 2
    if not pattern or is_slow or re.search(r"\)[*+?{]", pattern):
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True


def refuse_directives(path: str, line_of: Callable[[Route], int], spec: Value) -> None:
    """Raise RefusedError for a strategic patch with merge directives: as a layer it would be merged as Helm does.

    Source: https://github.com/kubernetes-sigs/kustomize (kyaml/yaml/merge2: `$patch: replace|delete|merge`).
    """
    for route, _ in tree.leaves(("spec",), spec):
        if "$patch" in route:
            raise RefusedError(
                f"{tree.show(route)} says how the patch is merged, which layers of values cannot express.",
                path=path,
                line=line_of(route),
                remedy="Remove it, and write null for what it removes, or put what remains into the object.",
            )
