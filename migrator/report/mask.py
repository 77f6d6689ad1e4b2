"""Keeps secrets and control characters out of everything that is printed.

Secrets are shown as `***1`, `***2` and so on, in the order in which a run finds them: equal secrets have equal masks,
different secrets different ones, and a mask reveals nothing of the secret (neither its length nor a guessable digest).

A secret is a value under a credential's key (`mask_places`, in YAML text `mask_text`) or a text with the shape of a
credential (`mask_shapes`). Once `learn` has seen the values, a secret is also found by its text (`mask_known`)
wherever it is repeated; keys, hosts and image names stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.report.characters import visible as visible
from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.report.cluster_records import ClusterReport
    from migrator.report.mask_known import KnownSecrets
    from migrator.report.mask_places import Place
    from migrator.report.mask_text import Piece
    from migrator.report.records import FileReport, QuestionReport, Report
    from migrator.report.result_records import LayerReport


_SCANNED = 256
"""How many scanned texts are cached: with a few releases, each is shown right after it was scanned for secrets."""

_SHORT, _MET = 200, 2000
"""Longest text and number of texts in another cache: a value is met before, after, and in its line."""


def mask_message(text: str, *, show_secrets: bool = False) -> str:
    """A message outside any report, with credentials recognised by shape masked and control characters escaped."""
    return visible(Mask(show_secrets).text(text))


def unnumbered(text: str) -> str:
    """Text from the values with `***` for each credential recognised by shape, the same in every run."""

    return re.sub(r"\*\*\*\d+", "***", str(Mask().value(text)))


class Mask:
    """Masks what one run prints and remembers the secrets it has found. With `show_secrets` it masks nothing."""

    def __init__(self, show_secrets: bool = False) -> None:
        self.show_secrets = show_secrets
        self._numbers: dict[str, int] = {}
        self._kept: set[str] = set()  # hosts, images and other names: shown even if they look like secrets
        self._texts: set[str] = set()  # keys, and values under names that are not credentials
        self._scanned: dict[tuple[str, bool], list[Piece]] = {}  # a file is learnt, then shown: scan it once
        self._met: dict[str, str] = {}  # short texts, and each with credentials masked by shape
        self._learnt: Report | None = None  # the last one: it may be shown in several parts
        self._is_learning = False
        self._choices: set[str] = set()  # as a flag names them: `--answer messaging-redis.password=messaging|env`
        self._hidden: set[str] = set()  # texts to mask in full, credentials or not
        self._hidden_hosts: set[str] = set()  # the hosts in them, masked unless the values name them too
        self._known: KnownSecrets | None = None

    def learn(self, report: Report) -> None:
        """Look for secrets in the whole report, so that they are recognised wherever they appear later."""
        if self.show_secrets or report is self._learnt:
            return
        from migrator.report import mask_shapes

        self._is_learning = True
        for file in report.files:
            self._choices.update("|".join(value for value, _ in each.choices) for each in file.questions)
            for hidden in (each.answer for each in file.questions if each.hidden and each.answer):
                self._hidden.add(hidden)
                self._hidden_hosts.update(mask_shapes.hosts_in(hidden))
            for value in (file.values_before, file.values_after, *file.also_read):
                self.value(value)
            self._concealed(file)
            for layer in file.layers:
                self.lines(layer.before.decode("utf-8", "replace"))
                if layer.after is not layer.before:
                    self.lines(layer.after.decode("utf-8", "replace"))
        self._is_learning = False
        self._learnt = report

    def conceal(self, report: Report) -> Report:
        """The report with everything masked except file contents and whole values, which a diff compares first."""
        if self.show_secrets:
            return report
        self.learn(report)
        from migrator.report.packed import packed_like

        files = packed_like(map(self._concealed, report.files), report.files)
        return report._replace(files=files, error=self.text(report.error))

    def _concealed(self, file: FileReport) -> FileReport:
        path, text = self.path, self.text

        def layers(named: Sequence[LayerReport]) -> tuple[LayerReport, ...]:
            return tuple(each._replace(path=path(each.path)) for each in named)

        return file._replace(
            path=path(file.path),
            error_file=path(file.error_file),
            layers=layers(file.layers),
            evidence=tuple(map(text, file.evidence)),
            changes=tuple(
                each._replace(
                    file=path(each.file),
                    before=self.value(each.before, each.path),
                    after=self.value(each.after, each.path),
                    why=text(each.why),
                )
                for each in file.changes
            ),
            cluster=self._concealed_cluster(file.cluster) if file.cluster is not None else None,
            questions=tuple(map(self._concealed_question, file.questions)),
            notices=tuple(each._replace(text=text(each.text), file=path(each.file)) for each in file.notices),
            findings=tuple(
                each._replace(
                    text=text(each.text),
                    file=path(each.file),
                    remedy=text(each.remedy),
                    commands=tuple(map(text, each.commands)),
                )
                for each in file.findings
            ),
            documents=tuple(each._replace(path=path(each.path)) for each in file.documents),
            steps=tuple(each._replace(layers=layers(each.layers)) for each in file.steps),
            next_steps=tuple(each._replace(text=text(each.text)) for each in file.next_steps),
            backups=tuple(map(path, file.backups)),
            output=path(file.output),
            error=text(file.error),
        )

    def _concealed_cluster(self, cluster: ClusterReport) -> ClusterReport:
        return cluster._replace(
            changes=tuple(
                each._replace(
                    before=self.value(each.before, each.path),
                    after=self.value(each.after, each.path),
                    explanation=each.explanation._replace(text=self.text(each.explanation.text)),
                )
                for each in cluster.changes
            )
        )

    def _concealed_question(self, question: QuestionReport) -> QuestionReport:
        def answer(given: str | None) -> str | None:
            return self.answer(question.id, given, question.choices)

        return question._replace(
            text=self.text(question.text),
            choices=tuple((answer(value) or "", self.text(leads_to)) for value, leads_to in question.choices),
            default=answer(question.default),
            suggestion=answer(question.suggestion),
            answer=answer(question.answer),
            places=tuple((self.path(file), line) for file, line in question.places),
            where=self.path(question.where),
        )

    def text(self, text: str) -> str:
        """A message of the program, with secrets from the values masked."""
        if self.show_secrets or not text:
            return text
        from migrator.report import mask_shapes

        return self._without_known(mask_shapes.in_sentence(self._without_hidden(text), self.mark), in_sentence=True)

    def path(self, path: str) -> str:
        """A file name; it may look like a URL with a password in it."""
        if self.show_secrets or ":" not in path:
            return path
        from migrator.report import mask_shapes

        return mask_shapes.in_path(path, self.mark)

    def value(self, value: Value, name: str = "") -> Value:
        """A value, masked throughout, that is set under `name`: a key, an env name, or a dotted path to one."""
        if self.show_secrets:
            return value
        from migrator.report.mask_places import place_at

        return self._masked(value, place_at(name))

    def answer(self, question: str, answer: str | None, choices: Sequence[tuple[str, str]] = ()) -> str | None:
        """An answer: a URL's password is masked, and the whole answer if the question asks for a password.

        A choice or the name of a Secret stays as it is, even if a weak password reads the same.
        """
        if answer is None or self.show_secrets:
            return answer
        if question.endswith("secret") or any(answer == value for value, _ in choices):
            from migrator.report import mask_shapes

            return mask_shapes.in_sentence(answer, self.mark)
        return str(self.value(answer, question))

    def lines(self, text: str) -> list[str]:
        """The lines of a YAML file without their line feeds, masked, as many as before."""
        return self._yaml(text).split("\n")

    def mark(self, secret: str) -> str:
        """The mask for a secret; the text itself if it is not a secret."""
        from migrator.report.mask_names import is_harmless

        if secret in self._choices or is_harmless(secret):
            return secret
        if secret not in self._numbers:
            self._numbers[secret] = len(self._numbers) + 1
            if self._known is None:
                from migrator.report.mask_known import KnownSecrets

                self._known = KnownSecrets()
            self._known.add(secret)
        return f"***{self._numbers[secret]}"

    def note_value(self, value: Value, place: Place) -> None:
        """Remember a key, or a scalar that is not a secret."""
        from migrator.report.mask_places import is_kept
        from migrator.report.mask_shapes import hosts_in

        text = str(value)
        if is_kept(text, place):
            self._kept.add(text)
        if text not in self._texts:
            self._texts.add(text)
            self._kept.update(hosts_in(text))

    def in_text(self, text: str) -> str:
        """Text from the values with credentials masked that are recognised by shape."""
        shown = self._met.get(text)
        if shown is None:
            from migrator.report import mask_shapes

            shown = mask_shapes.in_text(text, self.mark)
            if len(text) <= _SHORT and len(self._met) < _MET:
                self._met[text] = shown
        return shown

    def _masked(self, value: Value, place: Place) -> Value:
        from migrator.report.mask_places import Place, places_in, places_of

        if isinstance(value, dict):
            of = places_in(value, place)
            for key in value:
                self.note_value(key, Place())
            return {key: self._masked(child, of(key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self._masked(*each) for each in zip(value, places_of(value, place))]
        if value is None or isinstance(value, bool):
            return value
        text = self._without_hidden(str(value))
        if place.wanted:
            shown = self.mark(text)
        else:
            self.note_value(value, place)
            shown = self._yaml(text, is_part=True) if isinstance(value, str) else self._without_known(text)
        return value if shown == str(value) else shown

    def _yaml(self, text: str, *, is_part: bool = False) -> str:
        """A YAML file, or text inside one, masked, with as many lines as before."""
        if self.show_secrets:
            return text
        from migrator.report.mask_text import inside, pieces, respelled

        text = self._without_hidden(text)
        found = self._scanned.get((text, is_part))
        if found is None:
            found = list(inside(text, self, 0) if is_part else pieces(text, self))
            if "\n" in text:
                self._scanned[text, is_part] = found
                if len(self._scanned) > _SCANNED:
                    del self._scanned[next(iter(self._scanned))]
        if self._is_learning:  # nothing is shown
            return text
        shown = []
        for piece, means, quote in found:
            without = self._without_known(means) if means else means
            shown.append(piece if without == means else respelled(piece, without, quote))
        return "".join(shown)

    def _without_known(self, text: str, *, in_sentence: bool = False) -> str:
        """The text with the secrets found so far masked, recognised by their text."""
        if self._known is None or self._is_learning:
            return text
        return self._known.masked(text, self.mark, self._kept, self._texts if in_sentence else None)

    def _without_hidden(self, text: str) -> str:
        for hidden in self._hidden:
            text = text.replace(hidden, self.mark(hidden))
        for host in self._hidden_hosts - self._texts:
            text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", lambda found: self.mark(found[0]), text)
        return text
