"""A ^C that Python loses is found again."""

from __future__ import annotations

import signal
import sys
import weakref
from collections.abc import Iterator

import pytest

from migrator.files.signals import interrupts_noted, raise_noted


class Thing:
    pass


@pytest.fixture(autouse=True)
def _as_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handler that a process in the foreground has; what is ignored on the way is what these tests are about."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, heard)


def come_while_a_weak_reference_is_cleared() -> None:
    thing = Thing()
    seen = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert seen() is None


def test_one_that_is_lost_is_raised_later() -> None:
    with interrupts_noted():
        come_while_a_weak_reference_is_cleared()
        with pytest.raises(KeyboardInterrupt):
            raise_noted()


def test_python_itself_loses_it() -> None:
    come_while_a_weak_reference_is_cleared()


def test_one_that_is_not_lost_is_raised_at_once() -> None:
    with interrupts_noted(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_none_that_came_before_is_left() -> None:
    with interrupts_noted():
        come_while_a_weak_reference_is_cleared()
    with interrupts_noted():
        raise_noted()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_noted():
        signal.raise_signal(signal.SIGINT)
        raise_noted()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
