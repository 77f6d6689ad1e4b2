"""Releases judged in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from migrator.cli import opening, pool
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.judging import Judged, judge_alone
from migrator.cli.opening import Place
from migrator.cli.settings import Settings
from migrator.report.page import Page


def jobs(settings: Settings, places: int, answers: GivenAnswers) -> int:
    """How many processes to use: one if there is little to do, or if each would repeat messages about the answers."""
    return 1 if answers.take_from_environment else pool.jobs(settings, places)


def judge_all(places: Iterator[Place], settings: Settings, page: Page, jobs: int) -> Iterator[Judged]:
    """Judge the places in `jobs` processes."""
    return pool.each(_judge, places, jobs, partial(_begin, settings, page))


_state: list[tuple[Settings, GivenAnswers, Page]] = []


def _begin(settings: Settings, page: Page) -> None:
    quiet = settings.replace(quiet=True)  # the parent prints all messages
    _state[:] = [(quiet, GivenAnswers(quiet, opening.project_of(quiet)), page)]


def _judge(place: Place) -> Judged:
    settings, answers, page = _state[0]
    return judge_alone(place, settings, answers, page)
