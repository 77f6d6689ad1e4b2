"""prefect-server 2026.7.23210422 probes its server by default, and Kubernetes restarts a server that does not
answer.

The startupProbe gives it 300 s to answer at /health below the API's base path; the readinessProbe needs the database.
Prefect 3.1.8 to 3.1.12 answers both with 401 when basic auth is on, and a custom `server.args` may serve neither. No
Infrahub chart has this yet: it concerns prefect-server installed on its own. From 2026.7.31163938 on
`server.uiConfig.prefectUiApiUrl` is a template.

Sources:
https://github.com/PrefectHQ/prefect-helm/blob/2026.7.23210422/charts/prefect-server/UPGRADING.md
https://github.com/PrefectHQ/prefect-helm/blob/2026.7.31163938/charts/prefect-server/values.yaml
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.migration import Ask, Choice, Decision, Migration, Outcome, Question, Step, one_of
from migrator.values.changes import Notice
from migrator.values.merge import as_text
from migrator.values.part import prefect_part
from migrator.values.release import Release

VERSIONS = {"prefect-server": "2026.7.23210422"}
WHY = {"disable": "the server keeps running without probes", "enable": "the server gets the new chart's probes"}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def probes(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Set explicitly whether the server is probed, for each probe that the values do not mention."""
    part = prefect_part(release)
    left_open = [name for name in PROBES if part.own(("server", name, "enabled")) is None]
    if not left_open or not release.may_be_below(VERSIONS):
        return
    answer = ask(_question(left_open))
    if answer is not None:
        for name in left_open:
            is_on = answer == "enable"
            yield part.set(("server", name, "enabled"), is_on, WHY[answer], "behaviour" if is_on else "none")


def ui_url(release: Release, ask: Ask) -> Iterator[Notice]:
    """Report braces in the UI's URL, which are now a template."""
    part, path = prefect_part(release), ("server", "uiConfig", "prefectUiApiUrl")
    if "{{" in as_text(part.own(path)):
        yield part.notice(path, f"from 2026.7.31163938 on, {part.show(path)} is rendered as a template.", "warning")


def _question(left_open: list[str]) -> Question:
    names = " and ".join(", ".join(left_open).rsplit(", ", 1))
    return Question(
        id="probes",
        text=f"The new chart enables the {names} of the server: a server that does not answer /health within 300 s "
        "is killed, and it gets no requests while the database is down. Prefect 3.1.8 to 3.1.12 with basic "
        "auth answers 401. Enable them?",
        flag="--answer probes=disable|enable",
        choices=(
            Choice("disable", "as before: the values turn them off"),
            Choice("enable", "as in the new chart: the values turn them on"),
        ),
        suggestion="disable",
    )


MIGRATION = Migration(
    title="probes of the server",
    versions=VERSIONS,
    steps=(
        Step("probes", "decide on the server's new probes", probes),
        Step("ui-url", "report braces in the UI's URL", ui_url, {"prefect-server": "2026.7.31163938"}, kind="report"),
    ),
    questions={"probes": Decision(one_of("disable", "enable"))},
)
