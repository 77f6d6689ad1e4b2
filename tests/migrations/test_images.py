"""Pinned images and a flavour in the tag are reported, and changed only by an answer."""

from __future__ import annotations

import pytest

from migrator.errors import UsageError

from .conftest import Migrate, Migrated, Plans, effects

PIN = "infrahub:\n  global:\n    infrahubTag: 1.9.8  # air-gapped\n    x: 1\n"
BOTH = PIN + "  prefect-server:\n    global: {prefect: {image: {prefectTag: 1.9.8}}}\n"
TOP = "global: {infrahubTag: 1.9.8, prefect: {image: {prefectTag: 1.9.8}}}\ninfrahub: {upgrade: {enabled: false}}\n"
AVD = "infrahub:\n  global:\n    infrahubTag: 1.9.8-avd\n"


def rules_of(done: Migrated) -> set[str]:
    return {each.rule for each in done.plan.notices if each.rule}


@pytest.mark.parametrize("text", [PIN, BOTH, TOP])
def test_a_pin_is_a_warning_and_stays(migrate: Migrate, text: str) -> None:
    done = migrate(text, version_from="4.13.0")
    assert done.text == text
    assert [("image-pin" in notice.text) for notice in done.warnings].count(True) == 1


@pytest.mark.parametrize("text", [PIN, BOTH, TOP])
def test_a_pin_that_is_kept_by_an_answer_is_no_warning(migrate: Migrate, text: str) -> None:
    done = migrate(text, {"image-pin": "keep"}, version_from="4.13.0")
    assert done.text == text
    assert not done.warnings
    assert "The image stays pinned by" in done.notices and "--answer image-pin" not in done.notices


@pytest.mark.parametrize(("text", "apart"), [(PIN, True), (BOTH, False), (TOP, False)])
def test_a_pin_of_only_one_image_is_reported_by_its_rule(migrate: Migrate, text: str, apart: bool) -> None:
    for answers, by_rule in (({}, apart), ({"image-pin": "keep"}, False)):
        reported = migrate(text, answers, version_from="4.13.0").plan.notices
        assert ["image-pins"] * by_rule == [each.rule for each in reported if each.rule]
        assert any("stays pinned by" in each.text for each in reported) is not by_rule


@pytest.mark.parametrize("answer", ["", "a b", "-1", "1.10.6/x"])
def test_an_answer_that_is_not_a_tag_is_refused(plan: Plans, answer: str) -> None:
    with pytest.raises(UsageError, match="is neither keep nor remove, nor a tag"):
        plan(BOTH, {"image-pin": answer}, version_from="4.13.0")


def test_an_answer_moves_both_pins(migrate: Migrate) -> None:
    for text in (BOTH, TOP):
        done = migrate(text, {"image-pin": "1.10.6"}, version_from="4.13.0")
        assert done.text == text.replace("1.9.8", "1.10.6")
        assert effects(done.plan) == {"behaviour"}


OTHER_PIN = """\
  prefect-server:
    global:
      prefect:
        image:
          prefectTag: 1.10.6
"""
PREFECT = "infrahub:\n  prefect-server:\n    global: {prefect: {image: {prefectTag: 1.9.8}}}\n"
OFF = "infrahub:\n  global: {infrahubTag: 1.9.8}\n  prefect-server: {enabled: false}\n"
VANILLA = "infrahub:\n  global: {infrahubTag: 1.9.8}\n  prefect-server: {global: {prefect: {image: {repository: p}}}}\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (PIN, PIN.replace("1.9.8", "1.10.6") + OTHER_PIN),
        (PIN.replace("1.9.8", "1.10.6"), PIN.replace("1.9.8", "1.10.6") + OTHER_PIN),
        (PREFECT, PREFECT.replace("1.9.8", "1.10.6") + "  global:\n    infrahubTag: 1.10.6\n"),
    ],
)
def test_an_answer_adds_the_missing_pin(migrate: Migrate, text: str, after: str) -> None:
    done = migrate(text, {"image-pin": "1.10.6"}, version_from="4.13.0")
    assert done.text == after
    assert effects(done.plan) == {"behaviour"}


@pytest.mark.parametrize("text", [OFF, VANILLA])
def test_prefect_that_is_off_or_vanilla_gets_no_pin(migrate: Migrate, text: str) -> None:
    after = migrate(text, {"image-pin": "1.10.6"}, version_from="4.13.0").text
    assert after == text.replace("1.9.8", "1.10.6")


def test_an_answer_removes_the_pins(migrate: Migrate) -> None:
    done = migrate(BOTH, {"image-pin": "remove"}, version_from="4.13.0")
    assert done.text == "infrahub:\n  global:\n    x: 1\n  prefect-server:\n    global: {prefect: {image: {}}}\n"


def test_removing_the_pin_keeps_the_flavour(migrate: Migrate) -> None:
    after = migrate(AVD, {"image-pin": "remove"}, version_from="4.13.0").text
    assert after == AVD.replace("infrahubTag: 1.9.8-avd", "infrahubImageFlavor: avd")
    early = migrate(AVD, {"image-pin": "remove"}, version_from="4.13.0", version_to="4.14.1")
    assert early.text == AVD
    moved = migrate(AVD, {"image-pin": "1.10.6"}, version_from="4.13.0").text
    assert moved == AVD.replace("1.9.8", "1.10.6") + OTHER_PIN


def test_an_answer_moves_the_flavour_to_its_own_key(migrate: Migrate) -> None:
    unanswered = migrate(AVD, version_from="4.13.0")
    assert unanswered.text == AVD
    assert "image-flavour=split" in unanswered.notices
    done = migrate(AVD, {"image-flavour": "split"}, version_from="4.13.0")
    assert done.text == AVD.replace("1.9.8-avd\n", "1.9.8\n    infrahubImageFlavor: avd\n")
    assert effects(done.plan) == {"none"}


def test_an_answer_fixes_a_flavour_in_both_places(migrate: Migrate) -> None:
    twice = AVD + "    infrahubImageFlavor: avd\n"
    assert migrate(twice, version_from="4.13.0").text == twice
    assert migrate(twice, {"image-flavour": "split"}, version_from="4.13.0").text == twice.replace("-avd", "")


def test_a_moved_pin_keeps_its_flavour_unless_the_key_adds_it(migrate: Migrate) -> None:
    twice = AVD + "    infrahubImageFlavor: avd\n"
    moved = migrate(twice, {"image-pin": "1.10.6"}, version_from="4.13.0").text
    assert moved == twice.replace("1.9.8-avd", "1.10.6") + OTHER_PIN
    other = AVD + "    infrahubImageFlavor: lean\n"
    moved = migrate(other, {"image-pin": "1.10.6"}, version_from="4.13.0").text
    assert moved == other.replace("1.9.8", "1.10.6") + OTHER_PIN


def test_the_tags_flavour_replaces_another_one_in_the_key(migrate: Migrate) -> None:
    other = AVD + "    infrahubImageFlavor: lean\n"
    assert rules_of(migrate(other, version_from="4.13.0")) == {"image-flavour", "image-pins"}
    assert rules_of(migrate(other, {"image-flavour": "keep"}, version_from="4.13.0")) == {"image-pins"}
    twice = rules_of(migrate(other.replace("lean", "avd"), version_from="4.13.0"))
    assert twice == {"image-flavour-twice", "image-pins"}
    done = migrate(other, {"image-flavour": "split"}, version_from="4.13.0")
    assert done.text == other.replace("-avd", "").replace("lean", "avd")
    assert effects(done.plan) == {"none"}
    mended = migrate(other.replace("lean", "avd"), {"image-flavour": "split"}, version_from="4.13.0")
    assert effects(mended.plan) == {"required"}


def test_a_flavour_key_in_an_outer_global_is_changed_there(migrate: Migrate) -> None:
    text = "global: {infrahubImageFlavor: lean}\n" + AVD
    done = migrate(text, {"image-flavour": "split"}, version_from="4.13.0")
    assert done.text == text.replace("-avd", "").replace("lean", "avd")
    (moved,) = [change for change in done.plan.changes if change.after == "avd"]
    assert (moved.path, moved.before) == ("global.infrahubImageFlavor", "lean")
    (put,) = [
        change
        for change in migrate(AVD, {"image-flavour": "split"}, version_from="4.13.0").plan.changes
        if change.after == "avd"
    ]
    assert (put.path, put.before) == ("infrahub.global.infrahubImageFlavor", None)


def test_a_flavour_in_a_new_tag_is_reported_at_an_existing_path(migrate: Migrate) -> None:
    done = migrate(PREFECT, {"image-pin": "1.10.6-avd"}, version_from="4.13.0")
    (reported,) = [each for each in done.plan.notices if each.rule == "image-flavour"]
    assert reported.route == ("infrahub",)
    (existing,) = [each for each in migrate(AVD, version_from="4.13.0").plan.notices if each.rule == "image-flavour"]
    assert existing.route == ("infrahub", "global", "infrahubTag")


@pytest.mark.parametrize("text", ["infrahub: {global: {x: 1}}\n", "infrahub: {global: {infrahubTag: null}}\n"])
def test_a_file_without_a_pin_gets_no_warning(migrate: Migrate, text: str) -> None:
    assert not migrate(text, version_from="4.13.0").warnings


def test_a_pin_of_prefects_own_image_is_not_reported(migrate: Migrate, plan: Plans) -> None:
    vanilla = "server: {uiConfig: {}}\nglobal: {prefect: {image: {prefectTag: 3.6.13}}}\n"
    assert "image" not in migrate(vanilla).notices
    own = vanilla.replace("{prefectTag", "{repository: registry.opsmill.io/opsmill/infrahub, prefectTag")
    assert "image-pin=VERSION moves the pin along with Infrahub." in migrate(own).notices
    assert "image-pin=remove" not in migrate(own).notices
    assert not migrate(own).warnings
    (asked,) = plan(own, {"image-pin": "keep"}).asked
    assert asked.question.flag == "--answer image-pin=keep|VERSION"
    (asked,) = plan(BOTH, {"image-pin": "keep"}, version_from="4.13.0").asked
    assert asked.question.flag == "--answer image-pin=keep|remove|VERSION"
    with pytest.raises(UsageError, match="does not run the Infrahub image"):
        plan(own, {"image-pin": "remove"})
