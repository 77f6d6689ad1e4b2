"""Pinned images stay behind while the chart moves on, and the image's flavour gets its own key.

Each chart release moves the version of Infrahub that it installs. `global.infrahubTag` holds back Infrahub's own pods,
and `global.prefect.image.prefectTag` Prefect's: a file with only one of them runs two halves of different releases.
Infrahub supports upgrades over one minor version at a time. infrahub-enterprise 4.16.0 (infrahub 4.30.0) added
`global.infrahubImageFlavor`, which is appended to the tag: a tag that already ends in the flavour no longer names an
image.

Sources:
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/CHANGELOG.md
https://docs.infrahub.app/deploy-manage/maintain-upgrade/upgrade/overview
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.charts import images
from migrator.charts.images import FLAVOUR, FLAVOUR_KEY, PREFECT_TAG, TAG, Pin, flavour_of
from migrator.migration import (
    BY_SHAPE,
    Ask,
    Choice,
    Decision,
    Migration,
    Outcome,
    Question,
    Step,
    accept_any,
    ask_if_given,
    one_of,
)
from migrator.values import tree
from migrator.values.changes import Change, Location, Notice
from migrator.values.edits import AddKey, RemoveKey, SetValue, after
from migrator.values.part import Part, prefect_part
from migrator.values.release import Release

WHY_REMOVED = "as answered: the chart's own version replaces the pin"
WHY_SET = "as answered"
WHY_OTHER_HALF = "keeps both halves on the same release of Infrahub; this one would follow the chart"
WHY_SPLIT = "the same image, with its flavour in the chart's own key for it"
WHY_TWICE = "the flavour is appended to the tag, which already has it: there is no such image"


def image_pins(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Report pins; depending on the answer, remove them or set them all to another version."""
    all_pins = [
        *images.pins(release, TAG),
        *(images.pins(release, PREFECT_TAG) if images.runs_infrahub_image(release) else []),
    ]
    counting = images.tags(release)
    if not counting:
        return
    answer = ask_if_given(ask, _pin_question(counting, alone=release.chart == "prefect-server"))
    if answer is None and images.version_mismatch(release):
        return  # a rule reports it
    if answer in (None, "keep"):
        shown = " and ".join(f"{tree.show(pin.route)} ({pin.value})" for pin in counting)
        advice = (
            "" if answer else (" --answer image-pin=VERSION moves the pins, --answer image-pin=remove removes them.")
        )
        if release.chart == "prefect-server":
            advice = advice and " --answer image-pin=VERSION moves the pin along with Infrahub."
        text = f"The image stays pinned by {shown}, whatever the chart's version.{advice}"
        warns = answer is None and release.chart != "prefect-server"
        yield Notice(text, "warning" if warns else "info", *_at_start(release, counting[0]))
        return
    assert answer is not None
    for pin in all_pins:
        if answer == "remove":
            yield from _removed(release, pin)
        else:
            flavour = flavour_of(pin.value) if pin.route[-1] == TAG[-1] else ""
            flavour = "" if any(each.value == flavour for each in images.pins(release, FLAVOUR)[:1]) else flavour
            wanted = f"{answer}-{flavour}" if flavour and not flavour_of(answer) else answer
            if wanted != pin.value:
                edit = SetValue(pin.route, wanted)
                yield Change(pin.layer, edit, tree.show(pin.route), pin.value, wanted, WHY_SET, "behaviour")
    if answer != "remove":
        yield from _other_half(release, counting, answer)


def _other_half(release: Release, counting: list[Pin], answer: str) -> Iterator[Outcome]:
    """Add the pin that the other half of Infrahub lacks, in its chart's part of the layer with the existing pin."""
    if not images.version_mismatch(release) or len(counting) != 1:
        return
    (pin,) = counting
    if pin.route[-1] == TAG[-1]:
        part, path = prefect_part(release), ("global", *PREFECT_TAG)
        # Only Infrahub's own pods have a flavour; Prefect runs in the image without one.
        answer = answer.removesuffix(f"-{flavour_of(answer)}")
    else:
        part, path = Part(release, release.root[:-1], release.infrahub), ("global", *TAG)
    yield part.set(path, answer, WHY_OTHER_HALF, "behaviour", layer=pin.layer)


def _removed(release: Release, pin: Pin) -> Iterator[Outcome]:
    """Remove the pin; a flavour in it moves to its own key, or stays in the tag if the chart has no such key."""
    flavour = flavour_of(pin.value) if pin.route[-1] == TAG[-1] else ""
    if flavour and not release.reaches(FLAVOUR_KEY):
        text = f"{tree.show(pin.route)} stays: before 4.16.0 only the tag can set the flavour {flavour}."
        yield Notice(text, "warning", *_at_start(release, pin))
        return
    key = (*pin.route[:-1], *FLAVOUR)
    if flavour and not tree.exists(release.layers[pin.layer].data, key):
        edit = AddKey(key, flavour, after(TAG[-1]))
        yield Change(pin.layer, edit, tree.show(key), None, flavour, WHY_SPLIT, "behaviour")
    yield Change(pin.layer, RemoveKey(pin.route), tree.show(pin.route), pin.value, None, WHY_REMOVED, "behaviour")


def image_flavour(release: Release, ask: Ask) -> Iterator[Outcome]:
    """If so answered, move a flavour in the tag to the chart's key for it."""
    for pin in images.pins(release, TAG)[:1]:
        flavour = flavour_of(pin.value)
        if not flavour or ask_if_given(ask, _FLAVOUR_QUESTION) != "split":
            return
        named = images.pins(release, FLAVOUR)[:1]
        shown, key = tree.show(pin.route), (*pin.route[:-1], *FLAVOUR)
        bare = SetValue(pin.route, pin.value.removesuffix(f"-{flavour}"))
        if named and named[0].value == flavour:
            yield Change(pin.layer, bare, shown, pin.value, bare.value, WHY_TWICE, "required")
            return
        yield Change(pin.layer, bare, shown, pin.value, bare.value, WHY_SPLIT, "none")
        put = SetValue(named[0].route, flavour) if named else AddKey(key, flavour, after(TAG[-1]))
        layer, place = (named[0].layer, named[0].route) if named else (pin.layer, key)
        yield Change(layer, put, tree.show(place), named[0].value if named else None, flavour, WHY_SPLIT, "none")


def _at_start(release: Release, pin: Pin) -> Location:
    return Location(pin.layer, release.at_start(pin.layer, pin.route))


def _tag_error(answer: str) -> str:
    """Why the answer is invalid; `keep` and `remove` also have the form of a tag."""
    is_tag = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", answer)
    return "" if is_tag else f"{answer!r} is neither keep nor remove, nor a tag"


def _pin_question(pins: list[Pin], *, alone: bool) -> Question:
    names = " and ".join(tree.show(pin.route) for pin in pins)
    return Question(
        id="image-pin",
        text=f"The image is pinned by {names}. What should happen to the pin: keep, remove, or a version of Infrahub?",
        flag="--answer image-pin=keep|VERSION" if alone else "--answer image-pin=keep|remove|VERSION",
        answer_error=_removal_error if alone else accept_any,
    )


def _removal_error(answer: str) -> str:
    if answer == "remove":
        return "without the tag a standalone prefect-server does not run the Infrahub image; give a version"
    return ""


_FLAVOUR_QUESTION = Question(
    id="image-flavour",
    text="The tag includes the image's flavour. Move it to global.infrahubImageFlavor?",
    flag="--answer image-flavour=keep|split",
    choices=(Choice("keep", "it stays in the tag"), Choice("split", "the same image, with its flavour in its own key")),
)

MIGRATION = Migration(
    title="images",
    versions=FLAVOUR_KEY,
    steps=(
        Step(
            "image-pins",
            "report pinned images",
            image_pins,
            {"infrahub-enterprise": BY_SHAPE, "infrahub": BY_SHAPE, "prefect-server": BY_SHAPE},
            "infrahub",
            "by answer",
            ("image-pins",),
        ),
        Step(
            "image-flavour",
            "report a flavour in a tag",
            image_flavour,
            part="infrahub",
            kind="by answer",
            rules=("image-flavour", "image-flavour-twice"),
        ),
    ),
    questions={
        "image-pin": Decision(_tag_error, kept_rule="image-pins"),
        "image-flavour": Decision(one_of("keep", "split"), kept_rule="image-flavour"),
    },
)
