"""Which pods a migration restarts, as far as the changed values show."""

from __future__ import annotations

from migrator.report.records import FileReport

_RESTARTS = {
    "server": ("the Prefect API server",),
    "backgroundServices": ("the Prefect background services",),
    "backgroundServices.messaging": ("the Prefect API server", "the Prefect background services"),
    "backgroundServices.runAsSeparateDeployment": ("the Prefect API server", "the Prefect background services"),
    "global": ("the Prefect API server", "the Prefect background services"),
}
"""Which pods a value below the Prefect root is rendered into: the messaging block goes into both."""


def what_restarts(file: FileReport) -> tuple[str, ...]:
    """Which pods are rendered differently, and how to see what else the chart version changes, a sentence each."""
    found: dict[str, None] = {}
    for change in file.changes:
        if change.migration == "chart-version":
            continue
        first, *rest = below_root(change.path, file.root).split(".")
        longer = f"{first}.{rest[0]}" if rest else first
        whose = _RESTARTS.get(longer) or _RESTARTS.get(first) or (f"what is set up by {change.path}",)
        found |= dict.fromkeys(whose)
    if not found:
        return ()
    pods = list(found)
    named = " and ".join([", ".join(pods[:-1]), pods[-1]] if len(pods) > 1 else pods)
    return (
        f"{sentence(named)}, whose pods are rendered from the changed values.",
        "The new chart version can restart others as well: infrahub-migrator diff --rendered FILE --old-chart-path OLD "
        "--chart-path NEW shows all that changes in the cluster.",
    )


def below_root(path: str, root: str) -> str:
    """The path of a change below the Prefect root."""
    return path.removeprefix(f"{root}.") if root != "." else path


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
