"""What a directory does not say about its files: which are layers of one release, and which is the base of which."""

from collections.abc import Iterator, Mapping, Sequence

from migrator.errors import RefusedError


class Doubt(RefusedError):
    """Nothing in a directory says which of its files are layers of one release."""


def shared_values_error(path: str, takers: Sequence[str]) -> RefusedError:
    """The error for a file whose values are used by releases in several files that are not written together."""
    return RefusedError(
        f"has values of the releases in {' and '.join(takers)}, which are not written together.",
        path=path,
        remedy="Name the layers of one of them (-f FILE -f OBJECT), and then those of the others.",
    )


def several_layers_error(layers: tuple[str, ...]) -> RefusedError:
    """The error for files that look like the layers of one release, lowest first."""
    below = ", ".join(layers[:-1])
    return RefusedError(
        f"overrides {below}: they look like layers of one release, which must be migrated together.",
        path=layers[-1],
        remedy=f"Name the layers in Helm's order (-f {' -f '.join(layers)}), or each file that is a release by "
        "itself. For a whole directory, infrahub-migrator init writes a project file that records it.",
    )


def base_doubts(upper: Mapping[str, int], lower: Mapping[str, str]) -> Iterator[Doubt]:
    """A doubt for each file of `upper`, with how many could be its base, and of `lower`, with what may override it."""
    remedy = "Name the layers of each release in Helm's order (-f FILE -f FILE), or each file that is one by itself."
    for path, count in upper.items():
        what = f"builds on a base, but nothing says which of the {count} complete values files next to it that is."
        yield Doubt(what, path=path, remedy=remedy)
    for path, other in lower.items():
        if path not in upper:
            yield Doubt(f"may be the base of {other} next to it, but nothing says so.", path=path, remedy=remedy)
