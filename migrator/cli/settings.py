"""What a command line says, as typed data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrator.planning import catalog


class Settings:
    """One field for each option, with its default if a command lacks the option or it was not given.

    Not a NamedTuple: with fifty fields it would cost a millisecond in every run.
    """

    command: str

    # What is named: separate releases, or the layers of one, with values over them all.
    files: Sequence[str] = ()
    values: Sequence[str] = ()
    set_values: Sequence[str] = ()
    set_strings: Sequence[str] = ()
    set_files: Sequence[str] = ()
    skip_unrelated: bool = False
    exclude: Sequence[str] = ()
    include_ignored: bool = False
    config: str = ""
    jobs: int = 0

    # What to read from a cluster, one release or all, and how to reach it.
    release: str = ""
    all_releases: bool = False
    all_namespaces: bool = False
    kube_context: str = ""
    kubeconfig: str = ""
    deployed: bool = False

    # Which upgrade.
    chart: str = ""
    version_from: str = ""
    version_to: str = ""
    root: str = ""
    chart_path: str = ""
    old_chart_path: str = ""
    kube_version: str = ""
    bump: bool = True

    # What is decided.
    flags: Mapping[str, str] = {}  # by question id, for questions that have their own option
    release_name: str = ""
    namespace: str = ""
    other_answers: Sequence[tuple[str, str]] = ()
    answers: str = ""
    save_answers: str = ""
    non_interactive: bool = False
    plain: bool = False
    check_redis: str = ""

    # Where the result goes.
    dry_run: bool = False
    output: str = ""
    backup: bool = True
    backup_dir: str | None = None
    report: str = ""
    force: bool = False

    # How it is printed.
    format: str = "text"
    rendered: bool = False
    exit_code: bool = False
    show_secrets: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False

    route: bool = False

    # What to look up in the catalogue.
    migration: str = ""
    flavour: str = "medium"
    schema: str = ""
    shell: str = ""

    # Where to write a project file.
    directory: str = "."

    def __init__(self, **given: Any) -> None:
        vars(self).update(given)

    def replace(self, **changed: Any) -> Settings:
        """The same settings with these changes."""
        return Settings(**{**vars(self), **changed})

    @property
    def given(self) -> Mapping[str, str]:
        """The answers on the command line, by question id; a flag beats --answer."""
        names = {"release-name": self.release_name, "namespace": self.namespace}
        typed = {name: value for name, value in names.items() if value}
        return {**dict(self.other_answers), **self.flags, **typed}

    @property
    def typed_values(self) -> list[tuple[str, str]]:
        """The values of the command line, in Helm's order: the flag, and what follows it."""
        flags = (("--set", self.set_values), ("--set-string", self.set_strings), ("--set-file", self.set_files))
        return [(flag, text) for flag, texts in flags for text in texts]

    @property
    def prints_lines(self) -> bool:
        """Whether most releases are printed as a single line."""
        return self.command == "check" and self.format == "text"

    @property
    def uses_cluster(self) -> bool:
        """Whether a cluster is asked for the releases, or for more about them."""
        return bool(self.release) or self.all_releases

    @property
    def cluster_options(self) -> list[str]:
        """The options that select the release and its cluster, as they would be typed again."""
        typed = {
            "--release": self.release,
            "--namespace": self.namespace,
            "--kube-context": self.kube_context,
            "--kubeconfig": self.kubeconfig,
        }
        return _as_typed(typed) if self.release else []

    @property
    def inputs(self) -> Sequence[str]:
        """What is named, as it would be typed again."""
        return [*(self.files or [f"--values={name}" for name in self.values]), *self.cluster_options]

    @property
    def upgrade_options(self) -> list[str]:
        """The options that select the values and the upgrade, as they would be typed again."""
        typed = {
            "--config": self.config,
            "--chart": self.chart,
            "--from": self.version_from,
            "--to": self.version_to,
            "--root": self.root,
            "--chart-path": self.chart_path,
        }
        values = [word for each in self.typed_values for word in each]
        return [*values, *_as_typed(typed), *([] if self.bump else ["--no-bump"])]


def _as_typed(options: Mapping[str, str]) -> list[str]:
    return [word for name, value in options.items() if value for word in (name, value)]


def flag_of(question_id: str) -> str:
    """How the command line answers that question."""
    decision = catalog.questions().get(question_id)
    has_own = question_id in catalog.NAMES or (decision is not None and decision.help)
    return f"--{question_id}" if has_own else f"--answer {question_id}"
