"""What is asked of a person at a terminal: one question after the other, then whether to write."""

from __future__ import annotations

import argparse
from typing import Any

from migrator import run
from migrator.errors import InterruptedByUser
from migrator.migration import Question


def ask_all(source: run.Source, request: run.Request, chosen: argparse.Namespace) -> run.Request:
    """Ask whatever is open until nothing is; answers the request with the answers in it.

    An answer can raise or settle other questions, so the plan is made anew after each.
    """
    given = dict(request.given)
    while True:
        now = request._replace(given=given, defaults=False)
        now = now._replace(wishes=_with_names(now))
        case = run.examine([source], now)
        if not case.plan.open_questions:
            return now._replace(defaults=True)
        question = case.plan.open_questions[0]
        given[question.id] = _ask(question)


def confirm(name: str) -> bool:
    """Whether to write the result."""
    import questionary

    return bool(_heard(questionary.confirm(f"Write {name}?", default=True)))


def _with_names(request: run.Request) -> Any:
    return request.wishes._replace(
        release_name=request.given.get("release-name", request.wishes.release_name),
        namespace=request.given.get("namespace", request.wishes.namespace),
    )


def _ask(question: Question) -> str:
    import questionary

    if question.choices:
        choices = [
            questionary.Choice(f"{choice.value}: {choice.leads_to}", value=choice.value) for choice in question.choices
        ]
        chosen = next((choice for choice in choices if choice.value == question.default), choices[0])
        return str(_heard(questionary.select(question.text, choices=choices, default=chosen)))
    hint = f" [{question.suggestion} is free]" if question.suggestion else ""
    return str(
        _heard(
            questionary.text(
                f"{question.text}{hint}",
                default=question.suggestion or "",
                validate=lambda text: _verdict(question, text),
            )
        )
    )


def _verdict(question: Question, text: str) -> bool | str:
    if not text.strip():
        return "an answer is needed; ^C leaves without writing anything"
    return question.complaint(text) or True


def _heard(prompt: Any) -> Any:
    """The answer; ^C and a closed terminal are heard instead of turned into None."""
    try:
        return prompt.unsafe_ask()
    except (KeyboardInterrupt, EOFError):
        raise InterruptedByUser("interrupted; nothing was written.") from None
