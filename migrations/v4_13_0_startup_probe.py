"""A new startupProbe kills the Infrahub server if it does not answer /api/config on port 8000 within 300 seconds.

infrahub-enterprise 4.13.0 (infrahub 4.27.0) added `infrahubServer.infrahubServer.startupProbe`. A file that gives its
livenessProbe more time, another port or another handler worked without it, and its server is now killed at start. A
release already on 4.13.0 or later has the probe, and nothing changes there.

The charts' own probes use `httpGet`. A file with the `exec` of a 3.1 chart renders both handlers into one probe, which
Kubernetes refuses.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.charts.infrahub import STARTUP_PROBE, handlers
from migrator.migration import Ask, Choice, Decision, Migration, Outcome, Question, Step, one_of
from migrator.values.edits import LAST, Place, Route, Value, after, before
from migrator.values.merge import as_map
from migrator.values.part import Part
from migrator.values.release import Release

WHY_ONE = "Kubernetes refuses a probe with two handlers, and the chart's own httpGet would be merged with this one"
WHY_SAME = "the chart's new startupProbe uses its own port and path, and kills a server that answers elsewhere"
WHY_CHOSEN = "as answered, for the startupProbe that the chart now adds"

LIVENESS: Route = (*infrahub.SERVER, "livenessProbe")
READINESS: Route = (*infrahub.SERVER, "readinessProbe")
STARTUP: Route = (*infrahub.SERVER, "startupProbe")
SECONDS, PERIOD = 300, 5
"""How long the chart's own probe waits, and its interval."""


def single_handler(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Remove the chart's httpGet from a probe for which a layer sets another handler."""
    part = infrahub.part_of(release)
    for path in (LIVENESS, READINESS, STARTUP) if part is not None else ():
        assert part is not None
        others = [each for each in handlers(part.get(path)) if each != "httpGet"]
        if len(handlers(part.get(path))) < 2 or part.owners((*path, "httpGet")) or len(others) != 1:
            continue
        layer = part.owners((*path, others[0]))[-1]
        place = before(others[0])
        yield part.add((*path, "httpGet"), None, WHY_ONE, "required", layer=layer, place=place)


def startup_probe(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Make the new probe use the same handler as the old ones, and wait as long."""
    part = infrahub.part_of(release)
    if part is None or part.owners(STARTUP) or not (part.owners(LIVENESS) or part.owners(READINESS)):
        return
    liveness, readiness = part.get(LIVENESS), part.get(READINESS)
    own, others = _own_get(part, LIVENESS), _own_get(part, READINESS)
    use_http_get = handlers(liveness) == handlers(readiness) == ["httpGet"]
    seconds = _seconds(liveness)
    if use_http_get and not own and not others and seconds <= SECONDS:
        return
    if not release.is_below(STARTUP_PROBE):
        if not release.before.is_known:
            yield part.notice(LIVENESS, _UNKNOWN, "warning")
        return
    if use_http_get and own == others and seconds <= SECONDS:
        yield _put(part, {"httpGet": own}, WHY_SAME)
        return
    answer = ask(_question(liveness, readiness, seconds))
    if answer is not None:
        probe: Value = {"match": _matching(liveness, own, seconds), "default": {}, "none": None}[answer]
        yield _put(part, probe, WHY_CHOSEN)


_UNKNOWN = (
    "From 4.13.0 on a startupProbe gives the Infrahub server 300 s to answer /api/config on port 8000. The probes "
    "here differ or wait longer: if the release runs an older chart, give its version with --from."
)


def _question(liveness: Value, readiness: Value, seconds: int) -> Question:
    how = [f"the livenessProbe waits {seconds} s"] if seconds > SECONDS else []
    if handlers(liveness) != ["httpGet"]:
        how.append(f"the livenessProbe uses {' and '.join(handlers(liveness)) or 'no handler'}")
    elif as_map(liveness).get("httpGet") != as_map(readiness).get("httpGet"):
        how.append("the livenessProbe and the readinessProbe differ")
    return Question(
        id="startup-probe",
        text="The chart now adds a startupProbe to the Infrahub server: it tries /api/config on port 8000 for "
        f"{SECONDS} s, then kills the server. Here {' and '.join(how)}. Which startupProbe do you want?",
        flag="--answer startup-probe=match|default|none",
        choices=(
            Choice("match", "a copy of the livenessProbe, with the same time to start"),
            Choice("default", f"the chart's own: {SECONDS} s, on port 8000"),
            Choice("none", "none, as before: only the livenessProbe watches the start"),
        ),
        suggestion="match",
    )


def _matching(liveness: Value, own: Value, seconds: int) -> Value:
    """A startupProbe with the livenessProbe's handler and time, reduced to what differs from the chart's own."""
    probe: dict[str, Value] = {}
    if handlers(liveness) == ["httpGet"]:
        probe |= {"httpGet": own} if own else {}
    elif not handlers(liveness):
        return None
    else:
        probe |= {"httpGet": None, **{name: as_map(liveness)[name] for name in handlers(liveness) if name != "httpGet"}}
    if seconds > SECONDS:
        probe["failureThreshold"] = -(-seconds // PERIOD)
    return probe


def _put(part: Part, probe: Value, why: str) -> Outcome:
    """The change that adds the probe to the layer of the older probes, after them."""
    beside = [path for path in (READINESS, LIVENESS) if part.owners(path)]
    layer = max([part.owners(path)[-1] for path in beside], default=part.place(STARTUP))
    place: Place = next((after(str(path[-1])) for path in beside if layer in part.owners(path)), LAST)
    return part.add(STARTUP, probe, why, "behaviour", layer=layer, place=place)


def _own_get(part: Part, path: Route) -> Value:
    """What the layers themselves set in a probe's httpGet."""
    return as_map(part.own((*path, "httpGet")))


def _seconds(probe: Value) -> int:
    """How many seconds a probe lets a server start; 0 if it does not say so in numbers."""
    numbers = [as_map(probe).get(key, 0) for key in ("initialDelaySeconds", "failureThreshold", "periodSeconds")]
    delay, failures, period = (each if isinstance(each, int) else 0 for each in numbers)
    return delay + failures * period


MIGRATION = Migration(
    title="startup probe",
    versions=STARTUP_PROBE,
    steps=(
        Step("one-handler", "give each probe one handler", single_handler, {}, "infrahub"),
        Step("startup-probe", "match the startupProbe to existing probes", startup_probe, {}, "infrahub"),
    ),
    questions={"startup-probe": Decision(one_of("match", "default", "none"))},
)
