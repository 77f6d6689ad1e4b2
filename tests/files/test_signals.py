"""A ^C that Python loses is raised later."""

from __future__ import annotations

import signal
import sys
import weakref
from collections.abc import Iterator

import pytest

from migrator.files.signals import noting_interrupts, raise_noted


class Thing:
    pass


@pytest.fixture(autouse=True)
def _as_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handler of a foreground process. The exception that Python ignores is what these tests are about."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, heard)


def interrupt_in_a_weakref_callback() -> None:
    thing = Thing()
    seen = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert seen() is None


def test_an_interrupt_that_python_loses_is_raised_later() -> None:
    with noting_interrupts():
        interrupt_in_a_weakref_callback()
        with pytest.raises(KeyboardInterrupt):
            raise_noted()


def test_python_itself_loses_the_interrupt() -> None:
    interrupt_in_a_weakref_callback()


def test_an_interrupt_that_is_not_lost_is_raised_at_once() -> None:
    with noting_interrupts(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_earlier_interrupt_is_not_raised_again() -> None:
    with noting_interrupts():
        interrupt_in_a_weakref_callback()
    with noting_interrupts():
        raise_noted()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with noting_interrupts():
        signal.raise_signal(signal.SIGINT)
        raise_noted()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
