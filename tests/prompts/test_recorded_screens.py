"""Every screen of a session, recorded as text. `pytest tests/prompts --update` records them again.

Look at each one that changes: the question is in view, nothing is cut off, and nothing is said in two ways.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.prompts.releases import QUESTIONS, TRIGGERS_OFF, separate
from tests.prompts.terminal import CHANGE, CTRL_C, DOWN, ENTER, ESC, UP, Session
from tests.prompts.texts import AFTER, BEFORE

Start = Callable[..., Session]

SCREENS = Path(__file__).parent / "screens"
SIZES = {"80x24": (24, 80), "120x40": (40, 120), "40x20": (20, 40)}
EXAMPLE = "the file of `infrahub-migrator example`"


class Scene(NamedTuple):
    """A session: its files, the arguments of `migrate`, and its prompts in turn with the keys typed there.

    The screen of a prompt that starts with `-` is not recorded; the empty prompt is the end.
    """

    name: str
    files: Mapping[str, str]
    arguments: Sequence[str]
    steps: Sequence[tuple[str, str]]
    pager: str = "cat"


ONE = {"values.yaml": EXAMPLE}
TEN = {
    **{f"{name}.yaml": BEFORE.replace("host: cache", f"host: {name}-cache") for name in ("dev", "lab", "qa", "stage")},
    "host.yaml": separate("host: ${REDIS_HOST}"),
    "migrated.yaml": AFTER,
    "prod-eu.yaml": BEFORE.replace("host: cache", "host: redis.shared.svc"),
    "prod-us.yaml": BEFORE.replace("host: cache", "host: redis.shared.svc"),
    "secret.yaml": separate("host: secret\n        existingSecret: redis"),
    "toggle.yaml": separate("host: toggle", background=TRIGGERS_OFF),
}
TO_THE_REVIEW = [("-Answer", ENTER), ("-Database", ENTER)]
TWO = {"dev.yaml": TEN["dev.yaml"], "prod.yaml": TEN["prod-eu.yaml"]}
TO_THE_REVIEW_OF_TWO = [("-Answer", ENTER), ("-Database", ENTER), ("-Database", ENTER)]

SCENES = [
    *(
        Scene(
            f"question-{each.question.replace(' ', '-')}",
            {"values.yaml": each.before},
            ["values.yaml"],
            [
                ("-" * (prompt == "Database" and "redis" not in each.question) + prompt, keys)
                for prompt, keys in each.keys
            ],
        )
        for each in QUESTIONS
    ),
    Scene(
        "example",
        ONE,
        ["values.yaml", "--dry-run"],
        [("Answer", ENTER), ("Database", ENTER), ("Choose", ENTER), ("", "")],
    ),
    Scene("why", ONE, ["values.yaml"], [("-Answer", "?"), ("Answer", "")]),
    Scene(
        "complaint",
        ONE,
        ["values.yaml", "--event-logger", "keep"],
        [("-Database", 3 * DOWN + ENTER), ("-Database (Enter", "1" + ENTER), ("Database (Enter", "")],
    ),
    Scene("back", ONE, ["values.yaml"], [("-Answer", ENTER), ("-Database", ESC), ("Answer", "")]),
    Scene("change", ONE, ["values.yaml"], [*TO_THE_REVIEW, ("-Choose", CHANGE), ("Which", ENTER), ("Answer", "")]),
    Scene("lines", ONE, ["values.yaml"], [*TO_THE_REVIEW, ("-Choose", DOWN + ENTER), ("Choose", "")]),
    Scene("pager", ONE, ["values.yaml"], [*TO_THE_REVIEW, ("-Choose", DOWN + ENTER), (":", "")], "less"),
    Scene("walk", ONE, ["values.yaml"], [*TO_THE_REVIEW, ("-Choose", 2 * DOWN + ENTER), ("Step 1 of 4", "")]),
    Scene("stop", ONE, ["values.yaml"], [*TO_THE_REVIEW, ("-Choose", UP + ENTER), ("", "")]),
    Scene("quit", ONE, ["values.yaml"], [("-Answer", ENTER), ("-Database", CTRL_C), ("", "")]),
    Scene("nothing-to-do", {"values.yaml": AFTER}, ["values.yaml"], [("", "")]),
    Scene(
        "several",
        TWO,
        ["dev.yaml", "prod.yaml"],
        [("Answer", ENTER), ("Database", ENTER), ("Database", ENTER), ("Choose", ENTER), ("", "")],
    ),
    Scene("several-why", TWO, ["dev.yaml", "prod.yaml"], [("-Answer", "?"), ("Answer", "")]),
    Scene(
        "several-walk",
        TWO,
        ["dev.yaml", "prod.yaml"],
        [*TO_THE_REVIEW_OF_TWO, ("-Choose", 2 * DOWN + ENTER), ("Release 1 of 2", 2 * DOWN + ENTER), ("Choose", "")],
    ),
    Scene(
        "several-change", TWO, ["dev.yaml", "prod.yaml"], [*TO_THE_REVIEW_OF_TWO, ("-Choose", CHANGE), ("Which", "")]
    ),
    Scene(
        "ten",
        TEN,
        ["."],
        [
            ("Answer", ENTER),  # event-logger, for all that have one
            ("Database", ENTER),  # dev
            ("How", ENTER),
            ("Host", "redis.lab" + ENTER),
            ("Database", ENTER),
            ("-Database", ENTER),  # lab
            ("-Database", ENTER),  # prod-eu
            ("Database", ENTER),  # prod-us, on the server of prod-eu
            ("-Database", ENTER),  # qa
            ("Answer", DOWN + ENTER),  # secret
            ("-Database", ENTER),
            ("-Database", ENTER),  # stage
            ("Answer", DOWN + ENTER),  # toggle
            ("Database", ENTER),
            ("Choose", ENTER),
            ("", ""),
        ],
    ),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES, ids=[each.name for each in SCENES])
def test_a_screen_is_as_recorded(
    migrate: Start, cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, scene: Scene, size: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    if scene.pager == "less" and shutil.which("less") is None:
        pytest.skip("no less here")
    is_update = request.config.getoption("--update")
    for name, text in scene.files.items():
        (tmp_path / name).write_bytes(cli("example")[1] if text == EXAMPLE else text.encode())
    rows, columns = SIZES[size]
    session = migrate(*scene.arguments, rows=rows, columns=columns, PAGER=scene.pager)
    path = SCREENS / size / f"{scene.name}.txt"
    kept = path.read_text(encoding="utf-8").split(RULE)[1:] if path.exists() and not is_update else []
    drawn = ""
    for prompt, keys in scene.steps:
        if prompt:
            session.asks(prompt.removeprefix("-"))
        if not prompt.startswith("-"):
            title = f" {prompt or 'the end'}\n"
            wanted = kept.pop(0).removeprefix(title) if kept else ""
            seen = session.settled(None if is_update else partial(is_alike, wanted), ends=not prompt)
            drawn += f"{RULE}{title}{seen}\n"
            if not is_update and not is_alike(wanted, seen):
                assert seen == wanted, f"{path.name} of {size} has changed"
        if keys:
            session.type_and_wait(keys)
    if is_update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="utf-8")


RULE = "=" * 20
_ABOVE = 3  # lines at the top of a screen, left by the last prompt, that may be there or not


def is_alike(one: str, other: str) -> bool:
    """Whether they show the same.

    An erased list leaves a blank line or none, depending on how fast the terminal reported its cursor. So blank lines
    do not count, nor does a line or two at the top.
    """
    ours, theirs = ([line for line in each.split("\n") if line] for each in (one, other))
    shared = min(len(ours), len(theirs))
    return abs(len(ours) - len(theirs)) <= _ABOVE and shared > 0 and ours[-shared:] == theirs[-shared:]


def test_screens_may_differ_by_lines_at_the_top_but_not_by_a_word() -> None:
    assert is_alike("a\n\nb\nc\n", "b\nc")
    assert not is_alike("a\nb\nc", "a\nb\nd")
    assert not is_alike("", "a")


def test_every_recorded_screen_belongs_to_a_scene() -> None:
    kept = {path.relative_to(SCREENS).with_suffix("").as_posix() for path in SCREENS.rglob("*.txt")}
    assert kept == {f"{size}/{scene.name}" for size in SIZES for scene in SCENES}
