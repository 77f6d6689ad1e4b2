"""The Infrahub image sets PROMETHEUS_MULTIPROC_DIR to a folder that the background services cannot write to.

infrahub-enterprise 4.14.1 sets it to "" on the background services in every preset, so that the metric files go to the
working directory and the pods start. A file with its own env list must set it itself. The image of infrahub has the
same folder; there the entry is added for 4.29.2, which gave the server its own.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-enterprise/CHANGELOG.md
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Migration, Outcome, Step
from migrator.prefect import deployment, env, env_edits
from migrator.prefect.docket import has_working_docket
from migrator.prefect.env import EnvList
from migrator.prefect.questions import ON_UNSEEN_ENV, add_list
from migrator.values import tree
from migrator.values.changes import Change, Notice
from migrator.values.edits import FIRST, AddKey, Place, SetValue, Value
from migrator.values.edits import before as before_item
from migrator.values.release import Release

NAME = "PROMETHEUS_MULTIPROC_DIR"
WHY = "the image's own folder is read-only for the background services, which otherwise crash at start"


def metrics_directory(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make PROMETHEUS_MULTIPROC_DIR empty on the background pod, unless it is set to something else."""
    if not deployment.is_separate(release) or not deployment.has_infrahub_image(release):
        return
    if env.effective_global(release).named(NAME):
        return
    entry: Value = {"name": NAME, "value": ""}
    lists = env.lists_in_layers(release, env.BACKGROUND)
    for env_list in lists:
        if not env_list.named(NAME):
            yield env_edits.insert(env_list, NAME, "", _place(release, env_list), WHY, "required")
    if not env.is_in_layer(release, env.BACKGROUND) and env.winner(release, "background", NAME) is None:
        yield from add_list(
            release, ask, env.BACKGROUND, lambda: _own_list(release, entry), f'{NAME} ""', settled=_is_settled(release)
        )
    elif all(env_list.named(NAME) for env_list in lists):
        return
    for source in env.extra_sources(release, "background"):
        yield Notice(
            f"{source} may set {NAME} too. The empty entry in env overrides it: if so, remove the entry.", "warning"
        )


def _place(release: Release, env_list: EnvList) -> Place:
    """First in the list, below a comment at its head.

    If earlier entries were removed, a comment above the first remaining one belongs to that entry.
    """
    before = [each for each in env.lists_in_layers(release.start, env.BACKGROUND) if each.layer == env_list.layer]
    names = [each.entries[0].name for each in (*before, env_list) if each.entries]
    return FIRST if len(set(names)) < 2 else before_item(env_list.entries[0].position)


def _is_settled(release: Release) -> bool:
    """Whether it was decided before that the list is elsewhere.

    A release on 4.14.0 with its own `server.env` got its docket without being asked about the other list.
    """
    on_4_14_0 = release.runs_on("4.14.0") and not release.runs_on("4.14.1")
    return has_working_docket(release.start) and not (on_4_14_0 and release.owners(env.SERVER))


def _own_list(release: Release, entry: Value) -> Change:
    """The change that creates the list, since neither a layer nor the chart's defaults have a non-empty one."""
    route = (*release.root, *env.BACKGROUND)
    owners = release.owners(env.BACKGROUND)
    edit = SetValue(route, [entry]) if owners else AddKey(route, [entry])
    layer = owners[-1] if owners else release.default_layer()
    return Change(layer, edit, f"{tree.show(route)}.{NAME}", None, "", WHY, "required")


MIGRATION = Migration(
    title="metrics directory",
    versions={"infrahub-enterprise": "4.14.1", "infrahub": "4.29.2"},
    steps=(Step("metrics-directory", 'set the metrics directory to ""', metrics_directory),),
    questions={"unseen-env": ON_UNSEEN_ENV},
)
