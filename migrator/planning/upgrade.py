"""A release and where it goes, as far as it is found out: what the stages of `examine` hand on."""

from typing import TYPE_CHECKING, NamedTuple

from migrator.planning import catalog, discover, plan
from migrator.planning.answers import Asking
from migrator.planning.request import Request
from migrator.sources import Bundle
from migrator.values.changes import Notice
from migrator.values.context import Surroundings
from migrator.values.release import Layer, Release

if TYPE_CHECKING:
    from migrator.planning.own_chart import OwnChart, TwoCharts


class Upgrade(NamedTuple):
    """What was read, what is asked of it, and what was found out.

    `options` are what the command line, the object around the values and the chart say, in this order of precedence.
    """

    bundle: Bundle
    request: Request
    known: tuple[catalog.Known, ...]
    layers: tuple[Layer, ...]
    options: discover.Options
    found: discover.Found
    surroundings: Surroundings
    own_chart: "OwnChart | TwoCharts | None"

    @property
    def selected(self) -> list[catalog.Selected]:
        """The steps that the release is judged by."""
        return catalog.select(self.found.chart, self.found.version_to, self.known)

    def release(self, flavour: str) -> Release:
        """The release, if that is its flavour (empty for none); a chart of one's own brings its defaults itself."""
        found = discover.release_of(self.found, self.layers, self.options, flavour).with_surroundings(self.surroundings)
        return self.own_chart.below(found, self.found.version_to) if self.own_chart is not None else found

    def plan(self, release: Release, ask: Asking | None = None) -> plan.Plan:
        """The plan for that release; raises RefusedError and UsageError as its steps do.

        One that runs no Prefect is judged by the steps of Infrahub's part.
        """
        runs_prefect = release.prefect.get("enabled") is not False
        steps = [each for each in self.selected if runs_prefect or each.step.part == "infrahub"]
        return plan.make(release, steps, ask or self.request.asking(), in_a_line=self.request.in_a_line)

    def with_evidence(self, text: str) -> "Upgrade":
        """The same, with one more sentence of why it is what it is."""
        return self._replace(found=self.found._replace(evidence=(*self.found.evidence, text)))

    def with_notices(self, notices: list[Notice]) -> "Upgrade":
        """The same, with more to be told of what was read."""
        return self._replace(bundle=self.bundle._replace(notices=(*self.bundle.notices, *notices)))
