"""The supported route from one version to another: one minor version of Infrahub at a time.

Sources: https://docs.infrahub.app/deploy-manage/maintain-upgrade/upgrade/overview (upgrades from the previous minor
version only; `infrahub upgrade` in the server's pod, then the server and the workers restarted).
"""

from __future__ import annotations

from typing import NamedTuple

from packaging.version import Version

from migrator.charts import published
from migrator.charts.published import OneWay
from migrator.values.changes import Notice

ADVICE = "only one at a time is supported. plan --route shows the stops."


class Stop(NamedTuple):
    """A chart version to stop at until everything runs, empty if none is known, and the Infrahub that it installs.

    `crossed` are the one-way steps on the way to it.
    """

    version: str
    app: str
    crossed: tuple[OneWay, ...]

    def text(self, number: int, of: int) -> str:
        """What to do at it, as a sentence or two."""
        what = f"{self.version} (Infrahub {self.app})" if self.app else self.version
        if not self.version:
            what = f"a chart that installs Infrahub {self.app}; none is known here (helm search repo -l)"
        warning = "".join(f" {step.what}: that backup is the only way back." for step in self.crossed)
        return (
            f"Stop {number} of {of}: {what}. Back up Neo4j and PostgreSQL; upgrade, wait until every pod is ready, "
            f"run infrahub upgrade in the server's pod, and restart server and workers.{warning}"
        )


def stops(chart: str, start: Version | None, to: Version, to_text: str) -> list[Stop]:
    """The versions to stop at, the target last: one for each minor of Infrahub, and one before each one-way step."""
    lines = [line for line in published.LINES if line.of(chart) and (start is None or Version(line.of(chart)) > start)]
    found: list[Stop] = []
    here, last = _minor(chart, start), _minor(chart, to)
    if here is not None and last is not None:
        for minor in range(here[1] + 1, last[1]):
            of_minor = [line.of(chart) for line in lines if line.minor == (here[0], minor)]
            way_back = [each for each in of_minor if not published.one_way_steps(chart, start, Version(each))]
            version = (way_back or of_minor or [""])[-1]
            found.append(Stop(version, f"{here[0]}.{minor}", ()))
    for step in published.one_way_steps(chart, start, to):
        before = [line for line in lines if Version(line.of(chart)) < Version(step.versions[chart])]
        if before and before[-1].of(chart) not in [stop.version for stop in found]:
            version = before[-1].of(chart)
            found.append(Stop(version, published.app_of(chart, Version(version)), ()))
    found.append(Stop(to_text, published.app_of(chart, to), ()))
    return _with_crossings(found, chart, start)


def notices(chart: str, start: Version | None, to: Version, to_text: str) -> list[Notice]:
    """The stops as notices; what is unknown about the route comes first."""
    if start is None:
        return [Notice("The version that runs now is not known, so the stops cannot be worked out: give --from.")]
    if chart == "prefect-server":
        return [Notice(f"{to_text} is reached in one step: no known version needs a stop on the way.")]
    found = stops(chart, start, to, to_text)
    return [Notice(stop.text(number, len(found))) for number, stop in enumerate(found, 1)]


def skips_minors(chart: str, start: Version | None, to: Version) -> bool:
    """Whether the two are more than one minor version of Infrahub apart, as far as is known.

    prefect-server on its own is upgraded in one step, whatever Infrahub came with the same version of it.
    """
    if chart == "prefect-server":
        return False
    here, last = _minor(chart, start), _minor(chart, to)
    return here is not None and last is not None and here[0] == last[0] and last[1] - here[1] > 1


def _minor(chart: str, version: Version | None) -> tuple[int, int] | None:
    """The minor version of Infrahub that comes with a version of the chart, if it is known."""
    line = published.line_of(chart, version) if version is not None else None
    return line.minor if line is not None else None


def _with_crossings(found: list[Stop], chart: str, start: Version | None) -> list[Stop]:
    here, result = start, []
    for stop in found:
        there = Version(stop.version) if stop.version else here
        crossed = published.one_way_steps(chart, here, there) if there is not None else []
        result.append(stop._replace(crossed=tuple(crossed)))
        here = there
    return result
