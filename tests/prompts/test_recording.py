"""The recording in the README shows the session of the docs, and has nothing else in it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
RECORDING = DOCS / "recording.svg"


def test_the_recording_shows_the_session_of_the_docs() -> None:
    """Record it by hand whenever a word of the session changes; docs/recording/session.tape says how."""
    drawn = ElementTree.parse(RECORDING).getroot()
    lines = {"".join(each.itertext()).strip() for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    text = (DOCS / "decisions.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- session: .*?-->\n```\n(.*?)```\n", text, re.DOTALL)
    assert block is not None
    session = [line.strip() for line in block[1].split("\n") if line.strip() and "backup:" not in line]
    missing = [line for line in session[: session.index("Next")] if line not in lines]
    assert not missing


def test_the_recording_is_small_and_respects_reduced_motion() -> None:
    text = RECORDING.read_text(encoding="utf-8")
    assert len(text) < 300_000
    assert re.search(r"prefers-reduced-motion: ?reduce\)\{[^}]*animation: ?none", text)
    assert not re.search(r"<script|<image|https?://(?!www\.w3\.org/2000/svg)|/tmp/|/root|/work", text)
