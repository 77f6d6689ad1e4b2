"""What keeps secrets, and control characters, out of everything that is printed.

A secret becomes `***1`, `***2` and so on in the order in which a run meets them: the same secret the same mask, another
secret another one, and nothing of it (neither length nor a digest that could be guessed at) in the mask.

A secret is what stands under a credential's key (`mask_places`, in the text `mask_text`) or in a credential's shape
(`mask_shapes`). Since `learn` has seen the values, it is found by its text as well (`mask_known`), wherever it is
repeated; keys, hosts and image names stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.report.signs import visible as visible
from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.report.cluster_records import ClusterReport
    from migrator.report.mask_known import Known
    from migrator.report.mask_places import Place
    from migrator.report.mask_text import Piece
    from migrator.report.records import FileReport, QuestionReport, Report
    from migrator.report.result_records import LayerReport


_SCANNED = 256
"""So many texts are kept as they were looked through: a few releases are shown right after they were learnt from."""

_SHORT, _MET = 200, 2000
"""Texts of so many characters are kept, too, and so many of them: a value is met before, after, and in its line."""


def mask_message(text: str, *, show_secrets: bool = False) -> str:
    """A sentence that no report holds: with credentials that can be told by their shape masked, and nothing obeyed."""
    return visible(Mask(show_secrets).text(text))


def unnumbered(text: str) -> str:
    """A text of the values with `***` for each credential that shows by its shape, alike in every run."""

    return re.sub(r"\*\*\*\d+", "***", str(Mask().value(text)))


class Mask:
    """Masks what one run prints; it remembers the secrets that it met. With `show_secrets` it masks nothing."""

    def __init__(self, show_secrets: bool = False) -> None:
        self.show_secrets = show_secrets
        self._numbers: dict[str, int] = {}
        self._kept: set[str] = set()  # hosts, images and other names, which stay whatever they read like
        self._texts: set[str] = set()  # keys, and what stands under names of no credential
        self._scanned: dict[tuple[str, bool], list[Piece]] = {}  # a file is learnt from, and shown: one scan is enough
        self._met: dict[str, str] = {}  # short texts, and what is shown of each for its shape
        self._learnt: Report | None = None  # the last one: a diff is shown, and what is to be known beside it
        self._is_learning = False
        self._choices: set[str] = set()  # as a flag names them: `--answer messaging-redis.password=messaging|env`
        self._hidden: set[str] = set()  # texts of which nothing is shown, be they credentials or not
        self._hidden_hosts: set[str] = set()  # and the hosts in them, where nothing else names them
        self._known: Known | None = None

    def learn(self, report: Report) -> None:
        """Look for secrets in everything that the report holds, so that they are known wherever they turn up."""
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
        """The report with everything in it masked but texts of files and whole values, which a diff compares first."""
        if self.show_secrets:
            return report
        self.learn(report)
        from migrator.report.packed import kept_alike

        files = kept_alike(map(self._concealed, report.files), report.files)
        return report._replace(files=files, error=self.text(report.error))

    def _concealed(self, file: FileReport) -> FileReport:
        path, text = self.path, self.text

        def layers(named: Sequence[LayerReport]) -> tuple[LayerReport, ...]:
            return tuple(each._replace(path=path(each.path)) for each in named)

        return file._replace(
            path=path(file.path),
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
        """A sentence of the program's own, with what the values put into it masked."""
        if self.show_secrets or not text:
            return text
        from migrator.report import mask_shapes

        return self._without_known(mask_shapes.in_sentence(self._without_hidden(text), self.mark), in_sentence=True)

    def path(self, path: str) -> str:
        """A file's name, which may read like a URL with a password in it."""
        if self.show_secrets or ":" not in path:
            return path
        from migrator.report import mask_shapes

        return mask_shapes.in_path(path, self.mark)

    def value(self, value: Value, name: str = "") -> Value:
        """A value, masked all through, that stands under `name`: a key, an env name, or a dotted path to one."""
        if self.show_secrets:
            return value
        from migrator.report.mask_places import place_at

        return self._masked(value, place_at(name))

    def answer(self, question: str, answer: str | None, choices: Sequence[tuple[str, str]] = ()) -> str | None:
        """An answer: a URL's password is masked, and so is all of an answer that is asked for as a password.

        One that is chosen, and a Secret's name, stay as they are even where a weak password reads the same.
        """
        if answer is None or self.show_secrets:
            return answer
        if question.endswith("secret") or any(answer == value for value, _ in choices):
            from migrator.report import mask_shapes

            return mask_shapes.in_sentence(answer, self.mark)
        return str(self.value(answer, question))

    def lines(self, text: str) -> list[str]:
        """The lines of a YAML file, without their line feeds, masked one by one."""
        return self._yaml(text).split("\n")

    def mark(self, secret: str) -> str:
        """What stands for a secret; the text itself where it is none."""
        from migrator.report.mask_names import is_no_secret

        if secret in self._choices or is_no_secret(secret):
            return secret
        if secret not in self._numbers:
            self._numbers[secret] = len(self._numbers) + 1
            if self._known is None:
                from migrator.report.mask_known import Known

                self._known = Known()
            self._known.add(secret)
        return f"***{self._numbers[secret]}"

    def meet(self, value: Value, place: Place) -> None:
        """Take note of a key, or of a scalar that is no secret."""
        from migrator.report.mask_places import is_kept
        from migrator.report.mask_shapes import hosts_in

        text = str(value)
        if is_kept(text, place):
            self._kept.add(text)
        if text not in self._texts:
            self._texts.add(text)
            self._kept.update(hosts_in(text))

    def in_text(self, text: str) -> str:
        """A text of the values with the credentials masked that show by their shape."""
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
                self.meet(key, Place())
            return {key: self._masked(child, of(key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self._masked(*each) for each in zip(value, places_of(value, place))]
        if value is None or isinstance(value, bool):
            return value
        text = self._without_hidden(str(value))
        if place.wanted:
            shown = self.mark(text)
        else:
            self.meet(value, place)
            shown = self._yaml(text, is_part=True) if isinstance(value, str) else self._without_known(text)
        return value if shown == str(value) else shown

    def _yaml(self, text: str, *, is_part: bool = False) -> str:
        """A YAML file, or a text that stands in one, with as many lines as before."""
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
        """The text without the secrets met so far, found by their text."""
        if self._known is None or self._is_learning:
            return text
        return self._known.masked(text, self.mark, self._kept, self._texts if in_sentence else None)

    def _without_hidden(self, text: str) -> str:
        for hidden in self._hidden:
            text = text.replace(hidden, self.mark(hidden))
        for host in self._hidden_hosts - self._texts:
            text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", lambda found: self.mark(found[0]), text)
        return text
