"""One question put to a person: its reason, its choices and what they lead to, and the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrator.migration import Question
from migrator.prompts.person import Offer, Person
from migrator.prompts.screen import Screen

INSTEAD = {
    "redis-db": {"docket-url": "type the whole URL instead", "docket-secret": "a Secret holds the URL instead"},
    "docket-url": {"docket-secret": "a Secret holds the URL instead"},
    "docket-secret": {"docket-url": "type the whole URL instead"},
}
"""Questions that settle the same thing in another way: what each is called in the list of one."""

_PROMPTS = {
    "redis-db": "Database",
    "redis-host": "Host",
    "docket-url": "URL",
    "docket-secret": "Secret",
    "release-name": "Release",
    "namespace": "Namespace",
}
_OTHER = "other"
_TYPED = "typed"


class Reply(NamedTuple):
    """An answer (None: go back to what was asked before), or the question that is to be asked `instead` of this one."""

    answer: str | None
    instead: str = ""


def put(
    question: Question, person: Person, screen: Screen, *, where: str = "", start: str = "", at_once: bool = False
) -> Reply:
    """Ask it; `where` the values stand that it is about is said with it, and `start` is the answer that it had, and is
    offered again. `at_once` offers no other question instead, and a way back.
    """
    screen.say(question.text)
    if where:
        screen.say(f"See {where}.", style="dim")
    start = start or question.default or question.suggestion or ""
    if question.choices:
        return Reply(_choose(question, person, screen, start))
    if question.offers:
        return _from_list(question, person, screen, start)
    screen.say(f"Unattended: {question.flag}.", style="dim")
    instead = INSTEAD.get(question.id, {})
    prompt = _PROMPTS.get(question.id, question.id)
    if instead and not at_once:
        offers = [Offer(_TYPED, f"type the {prompt if prompt == 'URL' else prompt + chr(39) + 's name'}")]
        chosen = person.choose("How", [*offers, *(Offer(*each) for each in instead.items())], _TYPED)
        if chosen != _TYPED:
            return Reply(None, chosen)
    return Reply(_typed(question, person, prompt, start, back=at_once))


def _choose(question: Question, person: Person, screen: Screen, start: str) -> str:
    for choice in question.choices:
        safe = " (the safe default)" if choice.value == question.default else ""
        screen.say(f"{choice.value}{safe}: {choice.leads_to}.", indent=2, lead="- ")
    screen.say(f"Unattended: {question.flag}.", style="dim")
    offers = [
        Offer(choice.value, choice.value + (" (the safe default)" if choice.value == question.default else ""))
        for choice in question.choices
    ]
    return person.choose("Answer", offers, start)


def _from_list(question: Question, person: Person, screen: Screen, start: str) -> Reply:
    """Choose among what can be told of beforehand; one that its complaint refuses is shown, and cannot be chosen."""
    screen.say(f"Unattended: {question.flag}.", style="dim")
    prompt = _PROMPTS.get(question.id, question.id)
    offers: list[Offer] = []
    for value, state in question.offers:
        note = state + (", suggested" if value == question.suggestion else "")
        refused = bool(question.complaint(value))
        offers.append(Offer(value, value if refused else f"{value}  {note}", state if refused else ""))
    offers.append(Offer(_OTHER, "another number"))
    instead = INSTEAD.get(question.id, {})
    offers += [Offer(*each) for each in instead.items()]
    known = [offer.value for offer in offers]
    while True:
        chosen = person.choose(prompt, offers, start if start in known or not start else _OTHER)
        if chosen in instead:
            return Reply(None, chosen)
        if chosen != _OTHER:
            return Reply(chosen)
        typed = _typed(question, person, prompt, start if start not in known else "", back=True)
        if typed is not None:
            return Reply(typed)


def _typed(question: Question, person: Person, prompt: str, start: str, *, back: bool) -> str | None:
    """What was typed; None for a wish to go back, where there is a way."""

    def complaint(text: str) -> str:
        if text:
            return question.complaint(text)
        return "" if back else "an answer is needed; Ctrl-C leaves, and nothing is written"

    return person.type_in(f"{prompt} (empty goes back)" if back else prompt, start, complaint) or None


def summary(question: Question, answer: str, screen: Screen) -> str:
    """`ID = ANSWER`, the answer masked."""
    choices: Sequence[tuple[str, str]] = [(choice.value, choice.leads_to) for choice in question.choices]
    return f"{question.id} = {screen.mask.answer(question.id, answer, choices)}"
