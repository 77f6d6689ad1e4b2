"""The rules about Infrahub's part of the charts, beyond their cases."""

from __future__ import annotations

import pytest

from .cases import RESTORE, SOUND, Case, above_prefect, findings, text_of, texts


def test_an_old_heap_is_reported_from_4_21_2_on() -> None:
    heap = "server.memory.heap.{}: {}"
    config = ", ".join(heap.format(name, "24G") for name in ("initial_size", "max_size"))
    neo4j = f"  neo4j: {{neo4j: {{resources: {{requests: {{memory: 32Gi}}}}}}, config: {{{config}}}}}\n"
    text = SOUND.replace("  prefect-server:\n", above_prefect(neo4j))
    assert not findings(text)
    assert [each.rule for each in findings(text, to="4.21.2")] == ["neo4j-heap"]
    assert not findings(text.replace("32Gi", "64Gi"), to="4.21.2")
    assert not findings(text.replace("max_size: 24G", "max_size: 20G"), to="4.21.2")


@pytest.mark.parametrize(("start", "count"), [("4.13.0-large", 1), ("4.13.0-medium", 0), ("4.13.0", 0)])
def test_a_change_of_flavour_is_a_warning(start: str, count: int) -> None:
    found = findings(SOUND, version_from=start, to="4.14.1-medium" if count else "4.14.1")
    assert [(each.rule, each.severity, each.line) for each in found] == [("flavour-change", "warning", 1)] * count


def test_a_restore_is_refused_from_4_18_0_on() -> None:
    text = text_of(Case("", "  prefect-server:\n", "", "", ""), above_prefect(RESTORE.replace("@", "{bucket: b}")))
    assert texts("restore-refused", text, to="4.18.0") != []
    assert texts("restore-refused", text, to="4.17.0") == []
