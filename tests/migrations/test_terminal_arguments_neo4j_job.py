"""What a chart changes silently is reported once, and only for a release that it affects."""

from __future__ import annotations

import pytest

from .conftest import Migrate, Plans

PAST = {"version_from": "4.21.2"}
SERVER = "infrahub:\n  infrahubServer:\n    infrahubServer:\n"
HEAP = """\
configPreset: medium
infrahub:
  prefect-server: {enabled: false}
  neo4j:
    neo4j: {resources: {requests: {memory: "34359738368"}}}
    config:
      server.memory.heap.initial_size: "24G"
      server.memory.heap.max_size: "24G"  # ours
"""


@pytest.mark.parametrize(
    ("text", "options", "reported"),
    [
        (SERVER + "      args: []\n", {"version_from": "4.14.1"}, "without a terminal"),
        (SERVER + "      tty: true\n", {"version_from": "4.14.1"}, "tty takes effect from 4.15.0 on"),
        (SERVER + "      env: {INFRAHUB_INITIAL_ADMIN_TOKEN: x}\n", {"version_from": "4.18.0"}, "published"),
        (SERVER + '      env: {INFRAHUB_INITIAL_ADMIN_TOKEN: ""}\n', {"version_from": "4.18.0"}, "published"),
        ("infrahub: {upgrade: {enabled: true}}\n", {"version_from": "4.16.0"}, "--rebase-branches"),
        ("infrahub: {upgrade: {}}\n", {"version_from": "4.18.0", "version_to": "4.21.2"}, "it is the only way back"),
        ("infrahub: {neo4j: {enabled: false}}\n", {"version_from": "4.18.0", "version_to": "4.19.0"}, "Neo4j is off"),
        (
            "infrahub: {neo4j: {image: {customImage: x}}}\n",
            {"version_from": "4.18.0", "version_to": "4.19.0"},
            "pins Neo4j",
        ),
        (
            "infrahub: {neo4j: {neo4j: {resources: {limits: null}}}}\n",
            {"version_from": "4.18.0", "version_to": "4.19.0"},
            "limits is null",
        ),
        (
            "infrahub: {neo4j: {env: {NEO4J_PLUGINS: '[apoc]'}}}\n",
            {"version_from": "4.18.0", "version_to": "4.19.0"},
            "(not verified)",
        ),
        (
            "infrahub: {infrahubTaskWorker: {infrahubTaskWorker: {args: [infrahub, git-agent, start]}}}\n",
            {"version_from": "4.18.0", "version_to": "4.19.0"},
            "git-agent",
        ),
        (
            SERVER + "      extraVolumes: [{name: ca}]\n  upgrade: {enabled: true}\n",
            {"version_from": "4.18.0"},
            "gets none of these volumes",
        ),
        (
            SERVER + "      extraVolumes: [{persistentVolumeClaim: {}}]\n  upgrade: {enabled: true}\n",
            {"version_from": "4.19.0"},
            "ReadWriteOnce",
        ),
    ],
)
def test_a_silent_change_is_reported_once_and_nothing_is_edited(
    migrate: Migrate, text: str, options: dict[str, str], reported: str
) -> None:
    done = migrate(text, **options)
    assert done.text == text
    assert done.notices.count(reported) == 1, done.notices


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (SERVER + "      args: []\n", {"version_from": "4.15.0"}),
        (SERVER + "      env: {INFRAHUB_LOG_LEVEL: INFO}\n", {"version_from": "4.18.0"}),
        (
            SERVER
            + '      env: {INFRAHUB_INITIAL_ADMIN_TOKEN: x, INFRAHUB_INITIAL_AGENT_TOKEN: ""}\n'
            + '  infrahubTaskWorker: {infrahubTaskWorker: {env: {INFRAHUB_INITIAL_AGENT_TOKEN: ""}}}\n',
            {"version_from": "4.18.0"},
        ),
        ("infrahub: {upgrade: {enabled: false}}\n", {"version_from": "4.16.0"}),
        ("infrahub: {upgrade: {}}\n", {"version_from": "4.19.0"}),
        (SERVER + "      extraVolumes: [{name: ca}]\n  upgrade: {enabled: true}\n", {"version_from": "4.21.2"}),
        (
            SERVER + "      extraVolumes: [{name: ca}]\n  upgrade: {enabled: true}\n",
            {"version_from": "4.19.0", "version_to": "4.21.2"},
        ),
        (SERVER + "      extraVolumes: [{persistentVolumeClaim: {}}]\n  upgrade: {enabled: true}\n", PAST),
        ("infrahub: {infrahubTaskWorker: {infrahubTaskWorker: {args: [infrahub, git-agent, start]}}}\n", PAST),
    ],
)
def test_an_unaffected_release_gets_no_notice(migrate: Migrate, text: str, options: dict[str, str]) -> None:
    notices = [each.text for each in migrate(text, **options).plan.notices]
    assert [each for each in notices if "runAsSeparateDeployment" not in each] == []


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("infrahub: {neo4j: {neo4j: {resources: {limits: {cpu: 4}}}}}\n", "the requests used to count as limits"),
        ("infrahub: {neo4j: {neo4j: {resources: {}}}}\n", "the requests used to count as limits"),
        ("infrahub: {infrahubTaskWorker: {infrahubTaskWorker: {args: [infrahub, worker]}}}\n", "git-agent"),
    ],
)
def test_neo4j_limits_and_worker_args_that_work_are_not_reported(migrate: Migrate, text: str, reported: str) -> None:
    assert reported not in migrate(text, version_from="4.18.0", version_to="4.19.0").notices


ELSEWHERE = """\
ours:
  prefect:
    server: {env: [{name: PREFECT_UI_SERVE_BASE, value: /}]}
"""


@pytest.mark.parametrize("answers", [{}, {"flavour-change": "carry"}])
def test_infrahubs_part_is_not_looked_for_beside_a_custom_root(plan: Plans, answers: dict[str, str]) -> None:
    """Below a custom root nothing says where the rest of the chart is."""
    options = {"chart": "infrahub-enterprise", "root": "ours.prefect"}
    found = plan(ELSEWHERE, answers, **options, version_from="4.12.0-medium", version_to="4.21.2-small")
    assert {change.path.partition(".prefect.")[0] for change in found.changes} == {"ours"}
    assert not any("git-agent" in each.text or "restore" in each.text for each in found.notices)


def test_the_old_heap_is_changed_only_by_an_answer(migrate: Migrate) -> None:
    options = {"version_from": "4.19.0-medium"}
    unanswered = migrate(HEAP, **options)
    assert unanswered.text == HEAP
    assert unanswered.notices.count("neo4j-heap=16G") == 1
    assert migrate(HEAP, {"neo4j-heap": "16G"}, **options).text == HEAP.replace("24G", "16G")
    assert "neo4j-heap" not in migrate(HEAP, {"neo4j-heap": "keep"}, **options).notices
    for other in (HEAP.replace("34359738368", "64Gi"), HEAP.replace('max_size: "24G"', 'max_size: "20G"')):
        assert "neo4j-heap" not in migrate(other, **options).notices
    assert "neo4j-heap" not in migrate(HEAP, version_from="4.13.0-medium").notices


CPU = "infrahub: {infrahubServer: {resources: {requests: {cpu: 500m}}}, prefect-server: {enabled: false}}\n"


@pytest.mark.parametrize(
    ("text", "start", "to", "reported"),
    [
        (CPU, "4.18.0-medium", "4.21.2-medium", ["infrahubTaskWorker"]),
        (CPU.replace("cpu", "memory"), "4.18.0-large", "4.21.2-large", ["infrahubServer", "infrahubTaskWorker"]),
        (
            CPU.replace("}}, prefect", "}}, infrahubTaskWorker: {resources: {requests: {cpu: 1}}}, prefect"),
            *2 * ["x"],
            [],
        ),
        (CPU, "4.18.0", "4.21.2", []),
        (CPU, "4.18.0-medium", "4.19.0-medium", []),
        (CPU, "4.21.2-medium", "4.21.2-medium", []),
    ],
)
def test_added_cpu_requests_are_reported_unless_the_file_sets_them(
    migrate: Migrate, text: str, start: str, to: str, reported: list[str]
) -> None:
    start, to = start.replace("x", "4.18.0-medium"), to.replace("x", "4.21.2-medium")
    done = migrate(text, version_from=start, version_to=to)
    assert done.text == text
    found = [each.text for each in done.plan.notices if "stay Pending" in each.text]
    assert len(found) == (1 if reported else 0)
    for each in found:
        assert all(f"infrahub.{name}.resources.requests.cpu" in each for name in reported)
        assert ("6 more" if "medium" in start else "12 more") in each and "(not verified)" in each
