"""A release and its target, as far as known: what the stages of `examine` pass on."""

from typing import TYPE_CHECKING, NamedTuple

from migrator.planning import catalog, discover, plan
from migrator.planning.answers import Asking
from migrator.planning.request import Request
from migrator.sources import Bundle
from migrator.values.changes import Notice
from migrator.values.context import Surroundings
from migrator.values.release import Layer, Release

if TYPE_CHECKING:
    from migrator.planning.local_chart import LocalChart, TwoCharts


class Upgrade(NamedTuple):
    """What was read, what was requested, and what was found out.

    `options` come from the command line, the object around the values and the chart, in this order of precedence.
    """

    bundle: Bundle
    request: Request
    known: tuple[catalog.KnownMigration, ...]
    layers: tuple[Layer, ...]
    options: discover.Options
    detected: discover.Detected
    surroundings: Surroundings
    local_chart: "LocalChart | TwoCharts | None"

    @property
    def selected(self) -> list[catalog.Selected]:
        """The steps that apply to the release."""
        return catalog.select(self.detected.chart, self.detected.version_to, self.known)

    def release(self, flavour: str) -> Release:
        """The release as that flavour (empty for none); a custom chart provides its own defaults."""
        found = discover.build_release(self.detected, self.layers, self.options, flavour).with_surroundings(
            self.surroundings
        )
        return self.local_chart.release_on(found, self.detected.version_to) if self.local_chart is not None else found

    def plan(self, release: Release, ask: Asking | None = None) -> plan.Plan:
        """The plan for that release; raises RefusedError and UsageError as its steps do.

        For a release that runs no Prefect, only the steps of Infrahub's part apply.
        """
        runs_prefect = release.prefect.get("enabled") is not False
        steps = [each for each in self.selected if runs_prefect or each.step.part == "infrahub"]
        return plan.make_plan(release, steps, ask or self.request.asking(), in_one_line=self.request.in_one_line)

    def with_evidence(self, text: str) -> "Upgrade":
        """The same with one more sentence of evidence."""
        return self._replace(detected=self.detected._replace(evidence=(*self.detected.evidence, text)))

    def with_notices(self, notices: list[Notice]) -> "Upgrade":
        """The same with more notices about what was read."""
        return self._replace(bundle=self.bundle._replace(notices=(*self.bundle.notices, *notices)))
