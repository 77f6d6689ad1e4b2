"""What a run is to do with one release."""

from collections.abc import Mapping
from typing import NamedTuple

from migrator.planning.answers import Asking, SavedAnswer
from migrator.planning.discover import Options
from migrator.values.context import Surroundings


class Request(NamedTuple):
    """The upgrade, the given answers, and whether safe defaults may answer.

    `bump`: the chart's version in a GitOps object moves with its values. `chart_path`: a chart whose defaults replace
    the published ones (empty for none); `old_chart_path`: with it, the chart that runs now. `earlier` describes
    replayed answers, `surroundings` what is known about the release's Redis from elsewhere. `in_one_line`: the report
    is a single line, so rules need not run for a release with open questions.
    """

    options: Options
    given: Mapping[str, str]
    defaults: bool = True
    earlier: Mapping[str, SavedAnswer] = {}
    bump: bool = True
    chart_path: str = ""
    surroundings: Surroundings = Surroundings()
    old_chart_path: str = ""
    in_one_line: bool = False

    def asking(self) -> Asking:
        """Who answers the questions of one plan."""
        return Asking(self.given, defaults=self.defaults, earlier=self.earlier)
