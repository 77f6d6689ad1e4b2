"""4.18.0: a restore that was left enabled is turned off, and its keys move to where the chart reads them."""

from __future__ import annotations

import pytest

from migrator.errors import RefusedError, UsageError

from .conftest import Migrate, Plans, by_id

HEAD = "infrahub:\n  infrahub-backup:\n    enabled: true\n    restore:\n"
BEFORE = (
    HEAD
    + """\
      enabled: true  # once
      s3:
        bucket: b
        key: k.tar.gz
      options: {}
"""
)
MOVED = """\
      storage:
        s3:
          bucket: b
          key: k.tar.gz
      options: {}
"""


@pytest.mark.parametrize(
    ("answers", "enabled"), [({}, "false"), ({"restore": "disable"}, "false"), ({"restore": "on-upgrade"}, "true")]
)
def test_the_keys_move_and_restore_is_off_unless_answered(
    migrate: Migrate, answers: dict[str, str], enabled: str
) -> None:
    done = migrate(BEFORE, answers, version_from="4.13.0")
    assert done.text == HEAD + f"      enabled: {enabled}  # once\n" + MOVED
    assert ("over live data" in done.notices) is (enabled == "true")


def test_the_restore_question_defaults_to_disable(plan: Plans) -> None:
    question = plan(BEFORE, version_from="4.13.0").asked[0].question
    assert (question.id, question.default) == ("restore", "disable")
    assert "Its keys are at infrahub.infrahub-backup.restore.s3, which no version reads." in question.text
    assert [choice.value for choice in question.choices] == ["disable", "on-upgrade"]


def test_nothing_is_asked_before_4_18_0(migrate: Migrate) -> None:
    assert migrate(BEFORE, version_from="4.13.0", version_to="4.17.0").text == BEFORE


def test_a_restore_without_an_archive_can_only_be_disabled(migrate: Migrate, plan: Plans) -> None:
    nothing = HEAD + "      enabled: true\n      storage: {s3: {bucket: b}}\n"
    assert migrate(nothing, version_from="4.13.0").text == nothing.replace(
        "      enabled: true", "      enabled: false"
    )
    with pytest.raises(UsageError, match="on-upgrade"):
        plan(nothing, {"restore": "on-upgrade"}, version_from="4.13.0")


def test_bucket_and_key_may_be_in_different_places(plan: Plans) -> None:
    apart = HEAD + "      enabled: true\n      s3: {bucket: b}\n      storage: {s3: {key: k}}\n"
    for text, ways in ((apart, ["disable", "on-upgrade"]), (apart.replace("key: k", 'key: ""'), ["disable"])):
        asked = plan(text, version_from="4.13.0").asked[0].question
        assert [choice.value for choice in asked.choices] == ways


@pytest.mark.parametrize(
    ("storage", "after"),
    [
        ("{s3: null, type: s3}", "{s3: {bucket: b, key: k}, type: s3}"),
        ("{type: s3}", "{type: s3, s3: {bucket: b, key: k}}"),
    ],
)
def test_the_keys_go_into_an_existing_storage_block(migrate: Migrate, storage: str, after: str) -> None:
    text = HEAD + f"      enabled: true\n      s3: {{bucket: b, key: k}}\n      storage: {storage}\n"
    done = migrate(text, version_from="4.13.0")
    assert done.text == HEAD + f"      enabled: false\n      storage: {after}\n"


def test_keys_in_the_right_place_win(migrate: Migrate) -> None:
    both = HEAD + "      enabled: true\n      s3: {bucket: old, region: eu}\n      storage: {s3: {bucket: b, key: k}}\n"
    done = migrate(both, version_from="4.13.0")
    assert done.text == HEAD + "      enabled: false\n      storage: {s3: {bucket: b, key: k, region: eu}}\n"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (BEFORE.replace("enabled: true  # once", "enabled: false"), "No version of the chart reads"),
        (BEFORE.replace("    enabled: true\n", "    enabled: false\n"), "No version of the chart reads"),
        (HEAD + "      enabled: true\n      storage: {type: local}\n      s3: {bucket: b}\n", "over live data"),
        (HEAD + "      enabled: true\n      storage: {s3: {bucket: b, key: k}}\n", "over live data"),
        (HEAD + '      enabled: true\n      storage: {s3: {latest: true}}\n      s3: {bucket: ""}\n', "over live data"),
    ],
)
def test_a_restore_that_is_off_or_valid_is_reported_and_kept(migrate: Migrate, text: str, reported: str) -> None:
    done = migrate(text, version_from="4.13.0")
    assert done.text == text
    assert reported in done.notices


def test_the_community_chart_has_the_keys_at_its_top_level(migrate: Migrate, plan: Plans) -> None:
    text = "infrahub-backup: {enabled: true, restore: {enabled: true, s3: {bucket: b, key: k}}}\n"
    assert not by_id(plan(text, version_from="4.27.0"))
    after = migrate(text, version_from="4.27.0").text
    assert after == "infrahub-backup: {enabled: true, restore: {enabled: false, storage: {s3: {bucket: b, key: k}}}}\n"


def test_a_storage_that_is_not_a_mapping_is_refused_by_name(plan: Plans) -> None:
    for storage, shown in (
        ("x", "restore.storage is not a mapping"),
        ("{s3: x}", "restore.storage.s3 is not a mapping"),
    ):
        text = HEAD + f"      enabled: true\n      s3: {{bucket: b, key: k}}\n      storage: {storage}\n"
        with pytest.raises(RefusedError, match=shown):
            plan(text, version_from="4.13.0")


STORED = """\
infrahub:
  infrahub-backup:
    enabled: true
%s    restore:
      enabled: true
      storage: {s3: {bucket: b, key: k.tar.gz}}
"""


@pytest.mark.parametrize(
    ("image", "version", "is_reported"),
    [
        ("    image: {tag: 2.1.0}\n", "4.13.0", True),
        ("    image: {tag: 2.1.0}\n", "4.18.0", False),
        ("    image: {}\n", "4.13.0", False),
        ("", "4.13.0", False),
    ],
)
def test_an_older_backup_image_is_reported(migrate: Migrate, image: str, version: str, is_reported: bool) -> None:
    done = migrate(STORED % image, version_from=version)
    assert done.text == STORED % image
    assert ("image.tag pins an older infrahub-backup" in done.notices) is is_reported


def test_with_root_no_restore_is_looked_for(migrate: Migrate) -> None:
    """--root says where Prefect's part is; where infrahub-backup would be is not known."""
    text = "server: {env: []}\nbackgroundServices: {runAsSeparateDeployment: false}\n"
    done = migrate(text, chart="infrahub-enterprise", root=".", version_from="4.17.0", version_to="4.18.0")
    assert done.text == text
