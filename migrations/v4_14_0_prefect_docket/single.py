"""What 4.14.0 says to a release whose background services run inside the API process: nothing changes, and why."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts.presets import EXAMPLE_HOST
from migrator.prefect import deployment, env, redis_url, shapes
from migrator.prefect.docket import Docket, dockets_in_env
from migrator.prefect.names import DOCKET_NAME, MESSAGING, SEPARATE, WEBSERVER_ONLY
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.merge import as_map
from migrator.values.release import Release


def _shares_a_docket(release: Release) -> bool:
    """Whether an env entry gives all of the API's processes one docket, as far as anybody can tell from here."""
    named = next((each.docket for each in dockets_in_env(release) if each.pod == "server"), Docket())
    return named is None or bool(named.secret) or bool(named.url and not redis_url.complaint_about(named.url))


def single_deployment(release: Release) -> Iterator[Notice]:
    """That nothing is to be done, and what is wrong all the same."""
    if env.may_stand_unseen(release, SEPARATE):
        return  # whether it is one has still to be answered
    crowd = deployment.several_processes(release)
    example = EXAMPLE_HOST in str(as_map(tree.get(release.prefect, MESSAGING)))
    is_refused = example and shapes.is_validated(release)
    yield Notice(
        "backgroundServices.runAsSeparateDeployment is not true, so the background services run inside the API "
        f"process.{'' if crowd else ' One process needs no shared docket.'}"
        f"{'' if is_refused else ' Nothing changes here.'}"
    )
    if crowd and not _shares_a_docket(release):
        yield Notice(
            f"{crowd}, so the background services run several times over, each with a docket of its own, and work is "
            f"done twice. Run one process, or set {DOCKET_NAME} in server.env: the chart's own "
            "messaging.docket counts only with runAsSeparateDeployment: true.",
            "warning",
            rule="docket-private",
        )
    if deployment.webserver_only(release):
        yield Notice(
            f"{WEBSERVER_ONLY} is set and there is no background deployment, so nothing runs the background "
            "services. Set backgroundServices.runAsSeparateDeployment: true, or take the entry out.",
            "warning",
            rule="services-nowhere",
        )
    if example and not is_refused:
        yield Notice(
            f"messaging holds the presets' example host {EXAMPLE_HOST}, and with configPreset set the new chart "
            "refuses it even where nothing uses it. Put your own host there.",
            "warning",
        )
