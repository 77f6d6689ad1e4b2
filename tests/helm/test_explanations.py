"""What explains a difference, for moves made up here; how moves are found is tested with the charts."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.helm import explanations, manifests
from migrator.helm.explanations import OwnValues, ReportedStep
from migrator.helm.upgrade import Cause, Move, RenderedUpgrade
from migrator.report.cluster_records import Explanation
from migrator.report.records import ChangeReport
from migrator.values.edits import Value

TEMPLATES, VALUES, CHART, FIRST, SECOND = (
    Cause("templates"),
    Cause("values"),
    Cause("chart"),
    Cause("step", 0),
    Cause("step", 1),
)


def deployment(env: dict[str, str], **fields: Value) -> manifests.Objects:
    container: dict[str, Value] = {"name": "prefect-server", **fields}
    container["env"] = [{"name": name, "value": value} for name, value in env.items()]
    pod: Value = {"spec": {"template": {"spec": {"containers": [container]}}}}
    assert isinstance(pod, dict)
    return manifests.objects([{"kind": "Deployment", "metadata": {"name": "prefect-server"}, **pod}])


def change(path: str, why: str, after: Value = None) -> ChangeReport:
    return ChangeReport("id", "m", "s", "add", path, "f", 1, None, after, why, "behaviour")


def step(name: str, *changes: ChangeReport) -> ReportedStep:
    return ReportedStep("migration", name, f"title of {name}", changes)


STEPS = (
    step("first", change("infrahub.prefect-server.server.env.A", "why A"), change("x.backgroundServices.env.A", "not")),
    step("second", change("infrahub.prefect-server.backgroundServices.messaging.redis.host", "why host")),
)


def explained(
    before: manifests.Objects,
    after: manifests.Objects,
    *causes: Cause,
    own: OwnValues = OwnValues({}, {}),  # noqa: B008 - an immutable record
) -> list[Explanation]:
    """The explanations if a single move leads from `before` to `after`."""
    upgrade = RenderedUpgrade(before, after, (Move(before, after, causes),), (frozenset(), frozenset()))
    return [explanation for _, explanation in explanations.explain(upgrade, STEPS, own)]


@pytest.mark.parametrize(
    ("name", "causes", "expected"),
    [
        ("A", (FIRST,), ("step", "first", "why A")),
        ("B", (FIRST,), ("step", "first", "")),  # certainly the cause, although neither of its two changes mentions it
        ("B", (SECOND,), ("step", "second", "why host")),
        ("B", (FIRST, SECOND), ("step", "first", "together with step second: neither renders alone")),
        ("PREFECT_REDIS_MESSAGING_HOST", (FIRST, SECOND), ("step", "second", "why host")),
        ("A", (CHART, FIRST), ("step", "first", "why A")),
        ("B", (CHART, FIRST), ("none", "", "no single cause could be identified")),
        ("B", (TEMPLATES,), ("none", "", "it comes with the new chart, whatever the file says")),
        ("B", (CHART,), ("none", "", "it comes with the new chart, whatever the file says")),
        ("B", (VALUES,), ("values", "", "they differ from the old chart's")),
        ("B", (), ("none", "", "no single cause could be identified")),
    ],
)
def test_an_entry_is_explained_by_what_causes_it(
    name: str, causes: tuple[Cause, ...], expected: tuple[str, str, str]
) -> None:
    (found,) = explained(deployment({}), deployment({name: "x"}), *causes)

    assert (found.kind, found.step, found.text) == expected
    assert found.title == (f"title of {found.step}" if found.step else "")


def test_the_last_move_that_changes_a_field_explains_it() -> None:
    ends = deployment({"A": "1"}), deployment({"A": "3"})
    between = deployment({"A": "2"}), deployment({"A": "3"})
    moves = (
        Move(ends[0], between[0], (TEMPLATES,)),
        Move(between[0], between[1], (FIRST,)),
        Move(between[1], ends[1], (VALUES,)),
    )
    upgrade = RenderedUpgrade(*ends, moves, (frozenset(), frozenset()))

    ((_, found),) = explanations.explain(upgrade, STEPS, OwnValues({}, {}))
    assert found.step == "first"


@pytest.mark.parametrize("cause", [VALUES, CHART])
@pytest.mark.parametrize(
    ("was", "became", "text"),
    [
        ({"server": {"env": [{"name": "B"}]}}, {"server": {"env": []}}, "server.env no longer has it"),
        ({"server": {"env": []}}, {"server": {"env": [{"name": "B"}]}}, "server.env has it now"),
        ({"worker": {"env": {"B": "1"}}}, {"worker": {"env": {"B": "2"}}}, "worker.env.B differs"),
        (
            {"backgroundServices": {"env": []}, "server": {"env": []}},
            {"backgroundServices": {"env": [{"name": "B"}]}, "server": {"env": [{"name": "B"}]}},
            "server.env has it now",
        ),
    ],
)
def test_an_entry_is_found_in_the_charts_own_values(
    was: dict[str, Any], became: dict[str, Any], text: str, cause: Cause
) -> None:
    (found,) = explained(deployment({}), deployment({"B": "x"}), cause, own=OwnValues(was, became))

    assert found == Explanation("values", text=text)


def test_another_field_is_found_in_the_charts_own_values() -> None:
    own = OwnValues({"server": {"tty": {"on": 1}, "x": 1}}, {"server": {"tty": {"on": 2}, "x": 1}})

    (found,) = explained(deployment({}), deployment({}, tty=True), VALUES, own=own)
    assert found == Explanation("values", text="server.tty.on differs")
    (found,) = explained(deployment({}), deployment({}, stdin=2), VALUES, own=own)
    assert found == Explanation("values", text="server.tty.on differs")
    (found,) = explained(deployment({}), deployment({}, stdin=3), VALUES, own=own)
    assert found == Explanation("values", text="they differ from the old chart's")


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"image": "x:2"}, "it uses another image"),
        ({"livenessProbe": {"x": 1}}, "it turns the health probes on, unless the values say otherwise"),
        ({"lifecycle": {"x": 1}}, ""),
        (
            {"automountServiceAccountToken": True},
            "it now says that the service account's token is mounted, which is Kubernetes' default",
        ),
        ({"automountServiceAccountToken": False}, ""),
    ],
)
def test_known_changes_of_the_charts_are_explained(fields: dict[str, Value], known: str) -> None:
    (found,) = explained(deployment({}), deployment({}, **fields), TEMPLATES)

    assert found.kind == ("chart" if known else "none")
    assert found.text == (known or "it comes with the new chart, whatever the file says")


@pytest.mark.parametrize("setting", ["CONNECTION_URL", "MIGRATE_ON_START"])
def test_settings_that_the_chart_renames_are_explained_together(setting: str) -> None:
    old, new = f"PREFECT_API_DATABASE_{setting}", f"PREFECT_SERVER_DATABASE_{setting}"

    found = explained(deployment({old: "x"}), deployment({new: "x"}), TEMPLATES)
    assert found == [Explanation("chart", text=f"it now injects {new} in place of {old}")] * 2
    assert explained(deployment({new: "x"}), deployment({old: "x"}), TEMPLATES)[0].kind == "none"


def test_a_field_generated_at_one_end_only_is_unexplained() -> None:
    ends = deployment({"A": "1"}), deployment({"A": "2"})
    (difference,) = manifests.compare(*ends)
    field = frozenset({(difference.what, difference.route)})

    def kind(*made_up: frozenset[tuple[str, tuple[str | int, ...]]]) -> str:
        upgrade = RenderedUpgrade(*ends, (Move(*ends, (FIRST,)),), made_up)
        ((_, found),) = explanations.explain(upgrade, STEPS, OwnValues({}, {}))
        return found.kind

    assert [kind(field, field), kind(frozenset(), field), kind(field, frozenset())] == ["made-up", "none", "none"]
    assert kind(frozenset(), frozenset()) == "step"
