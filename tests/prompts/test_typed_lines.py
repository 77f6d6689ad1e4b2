"""Answers typed line by line."""

from __future__ import annotations

import os
import signal
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest

from migrator.files.signals import noting_interrupts
from migrator.prompts.typed_lines import TypedLines


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where to write what is typed."""
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield writing
        os.close(writing)


class Referent:
    pass


def test_an_interrupt_that_python_loses_ends_the_wait_for_a_line(
    keyboard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes where exceptions are dropped: while a weak reference is cleared."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    line = threading.Timer(10, os.write, (keyboard, b"late\n"))
    line.start()
    try:
        with noting_interrupts():
            referent = Referent()
            reference = weakref.ref(referent, lambda _: signal.raise_signal(signal.SIGINT))
            del referent
            assert reference() is None
            with pytest.raises(KeyboardInterrupt):
                TypedLines().type_in("Host", "")
    finally:
        line.cancel()
        signal.signal(signal.SIGINT, heard)


def test_a_typed_line_is_the_answer(keyboard: int, capsys: pytest.CaptureFixture[str]) -> None:
    os.write(keyboard, b"redis.prod\n")
    assert TypedLines().type_in("Host", "old") == "redis.prod"
    assert capsys.readouterr().out == "Host [old]: "
