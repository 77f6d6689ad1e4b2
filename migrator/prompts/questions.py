"""One question to a person: its reason, its choices with their effects, and the prompt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator.migration import Question
from migrator.planning import catalog
from migrator.prompts.person import Back, Offer, Person, Why
from migrator.prompts.screen import Screen

_SAFE = " (the safe default)"
_OTHER = "other"
_TYPED = "typed"
_AROUND = 4  # lines: the heading, the place, the prompt, "(nothing chosen yet)"
_MORE_NUMBERS = 2  # numbers offered besides the suggested one; others can be typed


class Reply(NamedTuple):
    """An answer, or the question to ask `instead` of this one, or the other option chosen (`other_option`)."""

    answer: str
    instead: str = ""
    other_option: str = ""


class QuestionContext(NamedTuple):
    """What is shown with a question: its previous answer, the places of its values, and why it is asked.

    `other_options` are options other than an answer, `applies_to` follows each choice if there are several releases,
    and `already_read` are sentences that need not be repeated.
    """

    start: str = ""
    where: str = ""
    why: tuple[str, ...] = ()
    other_options: tuple[Offer, ...] = ()
    applies_to: str = ""
    already_read: frozenset[str] = frozenset()


def sentences(question: Question) -> list[str]:
    """The text of a question before its choices, sentence by sentence."""
    return [*re.split(r"(?<=[.?]) (?=[A-Z])", question.text), f"Unattended: {question.flag}."]


def _alternatives(question: Question) -> dict[str, str]:
    """The other questions that settle the same thing, with their labels in this question's list."""
    others = [name for name in catalog.rivals(question.id) if name != question.id]
    return {
        name: catalog.questions()[name].alternative_label
        for name in others
        if catalog.questions()[name].alternative_label
    }


def _label(question: Question) -> str:
    decision = catalog.decision_of(question.id)
    return (decision.label if decision is not None else "") or question.id


def put(question: Question, context: QuestionContext, person: Person, screen: Screen, *, alone: bool = False) -> Reply:
    """Ask it; `alone`: without the questions that could be asked instead. Raises Back if the person goes back."""
    *text, unattended = sentences(question)
    # Sentences that ask or list something are always repeated: they may be about another server.
    asked = " ".join(each for each in text if each not in context.already_read or "?" in each or ":" in each)
    choices = [f"{each.value}{_SAFE * (each.value == question.default)}: {each.leads_to}." for each in question.choices]
    # Without room for both, the choices scroll out of sight (the list repeats them), and never the question itself.
    is_long = not screen.has_room(
        [asked, *choices, unattended], beside=len(choices) + len(context.other_options) + _AROUND
    )
    for part in ("choices", "question") if is_long else ("question", "choices"):
        if part == "question":
            screen.say(asked)
            if context.where:
                screen.say(f"See {context.where}.", style="dim")
        else:
            for choice in choices:
                screen.say(choice, indent=2, lead="- ")
    if unattended not in context.already_read:
        screen.say(unattended, style="dim")
    while True:
        try:
            return _asked(question, context, person, screen, {} if alone else _alternatives(question))
        except Why:
            for paragraph in context.why:
                screen.say(paragraph, indent=2)


def _asked(
    question: Question, context: QuestionContext, person: Person, screen: Screen, instead: Mapping[str, str]
) -> Reply:
    start = context.start or question.suggestion or ""
    ways = [*(Offer(*each) for each in instead.items()), *context.other_options]
    if question.choices:
        offers = [
            Offer(choice.value, choice.value + _SAFE * (choice.value == question.default) + context.applies_to)
            for choice in question.choices
        ]
        chosen = person.choose("Answer", [*offers, *context.other_options], context.start or question.default or "")
        return Reply(chosen) if chosen in [offer.value for offer in offers] else Reply("", other_option=chosen)
    if question.offers:
        return _from_list(question, person, screen, start, ways, instead)
    prompt = _label(question)
    if not ways:
        return Reply(_typed(question, person, screen, prompt, start))
    typed = Offer(
        _TYPED,
        "type the URL" if prompt == "URL" else f"type the {prompt if prompt == 'Secret' else prompt.lower()}'s name",
    )
    while True:
        chosen = person.choose("How", [typed, *ways], _TYPED)
        if chosen != _TYPED:
            return _other_way(chosen, instead)
        try:
            return Reply(_typed(question, person, screen, prompt, start))
        except Back:
            continue


def _other_way(chosen: str, instead: Mapping[str, str]) -> Reply:
    return Reply("", instead=chosen) if chosen in instead else Reply("", other_option=chosen)


def _from_list(
    question: Question,
    person: Person,
    screen: Screen,
    start: str,
    ways: Sequence[Offer],
    instead: Mapping[str, str],
) -> Reply:
    """Choose among a few free numbers, in order, with the suggested one marked; any other can be typed."""
    prompt = _label(question)
    best = question.suggestion or ""
    free = [choice for choice in question.offers if not question.answer_error(choice.value)]
    shown = [choice for choice in free if choice.value in (start, best)]
    others = [choice for choice in free if choice not in shown]
    others.sort(key=lambda choice: (int(choice.value) < int(best or 0), int(choice.value)))
    shown += others[:_MORE_NUMBERS]
    offers = [
        Offer(value, f"{value}  {state}" + (", suggested" if value == question.suggestion else ""))
        for value, state in sorted(shown, key=lambda choice: int(choice.value))
    ]
    known = [offer.value for offer in offers]
    offers += [Offer(_OTHER, "another number"), *ways]
    while True:
        chosen = person.choose(prompt, offers, start if start in known or not start else _OTHER)
        if chosen in [offer.value for offer in ways]:
            return _other_way(chosen, instead)
        if chosen != _OTHER and (error := question.answer_error(chosen)):  # a number typed at the list
            screen.say(f"{error}.", style="yellow")
        elif chosen != _OTHER:
            return Reply(chosen)
        else:
            try:
                return Reply(_typed(question, person, screen, prompt, start if start not in known else ""))
            except Back:
                continue


def _typed(question: Question, person: Person, screen: Screen, prompt: str, start: str) -> str:
    """The typed text, once it is valid; complaints are printed, so that none is cut off."""
    while True:
        text = person.type_in(prompt, start)
        error = question.answer_error(text) if text else "an answer is needed; Ctrl-C leaves without writing"
        if not error:
            return text
        screen.say(f"{error}.", style="yellow")
        start = text


def summary(question: Question, answer: str, screen: Screen) -> str:
    """`ID = ANSWER`, with the answer masked."""
    choices: Sequence[tuple[str, str]] = [(choice.value, choice.leads_to) for choice in question.choices]
    return f"{question.id} = {screen.mask.answer(question.id, answer, choices)}"
