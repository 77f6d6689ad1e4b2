"""The rules about the pin and the service toggles, beyond their cases."""

from __future__ import annotations

from textwrap import indent

import pytest

from .cases import DOCKET, METRICS, REGISTER, SERVE_BASE, SOUND, VANILLA, entry, findings, remedies


def test_the_old_chart_injects_the_pin_under_its_old_name() -> None:
    found = findings(SOUND.replace(DOCKET, ""), to="4.13.0")

    assert [each.rule for each in found] == ["env-twice"]
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START is set beside the chart's own on the server pod" in found[0].text


@pytest.mark.parametrize(("to", "broken"), [("2026.4.15000000", set()), ("2026.4.21154022", {"migrate-pin"})])
def test_the_pin_is_needed_once_prefect_server_renames_its_own(to: str, broken: set[str]) -> None:
    """Until then the chart itself sets the name that Infrahub's bootstrap looks for."""
    text = VANILLA + "migrations: {enabled: false}\nglobal: {prefect: {image: {repository: opsmill/infrahub}}}\n"
    text = text.replace("server:\n", f"server:\n  env:\n{REGISTER}", 1)

    assert {each.rule for each in findings(text, to=to)} == broken


TOGGLE = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"false"')), True),
        (SOUND.replace(METRICS, METRICS + entry("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED", '"true"')), True),
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"true"')), False),
        (SOUND.replace(SERVE_BASE, SERVE_BASE + entry(TOGGLE, '"false"')), False),
        (SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"false"')).replace(DOCKET, ""), False),
    ],
    ids=["kept", "logger kept", "preset's own", "preset's own on the server", "not migrated"],
)
def test_a_kept_toggle_and_one_to_migrate_get_different_remedies(text: str, kept: bool) -> None:
    (remedy,) = remedies(text, "toggle-left")

    assert remedy.startswith("No action needed") is kept
    assert remedy.startswith("Run infrahub-migrator migrate") is not kept


def test_a_toggle_that_overrides_global_env_is_told_why_it_stays() -> None:
    text = SOUND.replace(METRICS, METRICS + entry(TOGGLE, '"true"'))
    both = "    global:\n      prefect:\n        env:\n" + indent(entry(TOGGLE, '"false"'), "  ")
    found = remedies(text + both, "toggle-left")

    assert len(found) == 2 and sum("it overrides the same toggle in global.prefect.env" in each for each in found) == 1
