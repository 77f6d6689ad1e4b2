"""What is asked of a run on one release."""

from collections.abc import Mapping
from typing import NamedTuple

from migrator.planning.answers import Asking, Earlier
from migrator.planning.discover import Options
from migrator.values.context import Surroundings


class Request(NamedTuple):
    """The upgrade, the answers given, and whether safe defaults may answer.

    `bump` is whether the chart's version in a GitOps object moves with its values, `chart_path` a chart whose
    defaults are to count in place of the published ones (empty for none), with `old_chart_path` the one that runs now,
    `earlier` tells of answers that are replayed, `surroundings` what is known of the release's Redis from elsewhere.
    `in_a_line`: a line is all that is told, so that of a release with open questions nobody asks what rules say.
    """

    options: Options
    given: Mapping[str, str]
    defaults: bool = True
    earlier: Mapping[str, Earlier] = {}
    bump: bool = True
    chart_path: str = ""
    surroundings: Surroundings = Surroundings()
    old_chart_path: str = ""
    in_a_line: bool = False

    def asking(self) -> Asking:
        """Who answers the questions of one plan."""
        return Asking(self.given, defaults=self.defaults, earlier=self.earlier)
