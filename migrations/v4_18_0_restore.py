"""infrahub-backup 1.3.0 refuses a restore from S3 that names no archive; older versions rendered it and failed
later.

It comes with infrahub-enterprise 4.18.0 (infrahub 4.32.0). The infrahub chart's own values advertise
`infrahub-backup.restore.s3`, which no version ever read: the keys belong at `restore.storage.s3`. Moving them while the
restore is enabled arms it: the Job runs after every upgrade, and restores over live data.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub-backup/templates/_helpers.tpl
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub
from migrator.charts import restore as restoring
from migrator.charts.restore import ADVERTISED, ENABLED, READ, STORAGE
from migrator.migration import Ask, Choice, Decision, Migration, Outcome, Question, Step, one_of
from migrator.values import tree
from migrator.values.changes import Change
from migrator.values.edits import LAST, Place, after
from migrator.values.merge import Map, as_map
from migrator.values.part import Part
from migrator.values.release import Release

VERSIONS = {"infrahub-enterprise": "4.18.0", "infrahub": "4.32.0"}
WHY_MOVED = "the chart reads it here, and never at restore.s3"
WHY_GONE = "no version of the chart read it here"
WHY_OFF = "an enabled restore runs after every upgrade, over live data; this one never worked"


def restore(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Switch off a restore left enabled and move its keys to where the chart reads them, or arm it if so answered."""
    part = infrahub.part_of(release)
    if part is None:
        return
    unread = restoring.unread_settings(part)
    if not restoring.is_enabled(part):
        if unread:
            yield part.notice(ADVERTISED, _IS_OFF.format(part.show(ADVERTISED), part.show(READ)))
        return
    if restoring.uses_s3(part) and (unread or restoring.restore_error(part)):
        whole = {**unread, **{key: value for key, value in as_map(part.get(READ)).items() if value}}
        answer = ask(_question(part, bool(unread), restoring.source_error(whole)))
        if answer == "disable":
            yield part.set(ENABLED, False, WHY_OFF, "required")
        if answer is not None:
            for number in part.owners(ADVERTISED):
                yield from _moved(part, number)
        return
    tag = (*restoring.BACKUP, "image", "tag")
    if part.own(tag) and release.is_below(VERSIONS):
        yield part.notice(tag, f"{part.show(tag)} pins an older infrahub-backup; the new chart's options need 2.3.0.")


_IS_OFF = (
    "No version of the chart reads {}. The restore is off, so it stays; move it to {} before you enable the restore."
)


def _question(part: Part, unread: bool, lack: str) -> Question:
    where = f"Its keys are at {part.show(ADVERTISED)}, which no version reads." if unread else f"There {lack}."
    choices = [Choice("disable", "the keys move to where the chart reads them, and restore.enabled becomes false")]
    if not lack:
        choices.append(Choice("on-upgrade", "the keys move, and the Job RESTORES OVER LIVE DATA after every upgrade"))
    return Question(
        id="restore",
        text=(
            f"{part.show(ENABLED)} is true, and the new chart refuses this restore. {where} What should happen to it?"
        ),
        flag="--answer restore=disable|on-upgrade",
        choices=tuple(choices),
        default="disable",
    )


def _moved(part: Part, number: int) -> Iterator[Change]:
    """Move one layer's keys to where the chart reads them; keys already there win, as before."""
    read = as_map(part.own(READ))
    own: Map = {key: value for key, value in as_map(_advertised(part, number)).items() if key not in read}
    storage, target = part.in_layer(number, STORAGE), part.in_layer(number, READ)
    if own and target is not tree.MISSING:  # a value that is not a mapping is refused with its path
        for key, value in own.items():
            yield part.add((*READ, key), value, WHY_MOVED, "required", layer=number)
    elif own:
        place: Place = after("s3") if storage is tree.MISSING else LAST
        yield part.add(READ, own, WHY_MOVED, "required", layer=number, place=place)
    yield part.remove(ADVERTISED, WHY_GONE, "none", layer=number)


def _advertised(part: Part, number: int) -> Map:
    found = part.in_layer(number, ADVERTISED)
    return found if isinstance(found, dict) else {}


MIGRATION = Migration(
    title="restore from S3",
    versions=VERSIONS,
    steps=(
        Step("restore", "handle a restore that was left enabled", restore, part="infrahub", rules=("restore-enabled",)),
    ),
    questions={"restore": Decision(one_of("disable", "on-upgrade"))},
)
