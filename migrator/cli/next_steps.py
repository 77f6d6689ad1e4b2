"""The next steps, with commands to copy: write the file, create its Secret, upgrade, and roll back."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.charts import published, roots
from migrator.cli.plugin import program_name
from migrator.cli.settings import Settings, flag_of
from migrator.planning import catalog, examine
from migrator.prefect.docket import new_secret
from migrator.report.page import Page, flags_of, shell_quoted
from migrator.report.records import FileReport
from migrator.report.result_records import NextStep
from migrator.sources.bundle import Helmfile
from migrator.values import tree

_NEW_FILE = "values.yaml"
"""The file for the values of a release that has none, unless --output names one."""


def lines(steps: Sequence[NextStep], page: Page) -> Iterator[str]:
    """The steps as lines of a page; commands are never wrapped."""
    yield ""
    yield from page.wrapped("Next", style="bold")
    for step in steps:
        if step.is_command:
            yield from (f"    {page.plain(line)}" for line in step.text.split("\n"))
        else:
            yield from page.wrapped(step.text, indent=2)


def before_writing(case: examine.Case, report: FileReport, settings: Settings) -> tuple[NextStep, ...]:
    """The next steps after a diff: answer the open questions, or write the approved change and upgrade."""
    if report.status == "needs-decision":
        flags = " and ".join(flags_of(report.questions))
        return (
            NextStep("To answer the open questions at a terminal:"),
            _command(_migrate(case, settings)),
            NextStep(f"Without a terminal, add {flags}."),
        )
    if report.status != "pending":
        return ()
    own = list(dict.fromkeys(layer.name for layer in case.sources if not layer.is_typed))
    changed = report.written
    if case.bundle.is_from_cluster:
        own, changed = [settings.output or _NEW_FILE], []
    write = NextStep("Once this is approved, write it:"), _command(_migrate(case, settings))
    return (*write, *after_writing(MigratedRelease(case, own, changed)))


def _migrate(case: examine.Case, settings: Settings) -> str:
    """The `migrate` command that writes the change that these settings show."""
    words = [f"-f {shell_quoted(name)}" for name in settings.values]
    deployed = case.bundle.deployed
    if deployed is not None:
        words += ["--release", shlex.join(deployed.helm_arguments)]
        words += [f"--output {shell_quoted(settings.output or _NEW_FILE)}"] * case.bundle.is_from_cluster
    elif not words:
        words = [shell_quoted(case.bundle.layers[case.bundle.version_layer].name)]
    words += map(shlex.quote, settings.upgrade_options)
    if settings.answers:
        words.append(f"--answers {shlex.quote(settings.answers)}")
    for name, answer in settings.given.items():
        if deployed is not None and name in catalog.NAMES:
            continue
        flag = flag_of(name)
        words.append(f"{flag}{'=' if flag.startswith('--answer ') else ' '}{shlex.quote(answer)}")
    return " ".join([f"{program_name()} migrate", *words])


class MigratedRelease(NamedTuple):
    """A release whose values are now in `paths`; `changed` are the files that `undo` can restore."""

    case: examine.Case
    paths: Sequence[str]
    changed: Sequence[str]


def after_writing(*done: MigratedRelease) -> Iterator[NextStep]:
    """The next steps once releases are written; steps that several of them share appear once."""
    yield from _folded([step for each in done for step in _secret(each.case)])
    in_git: dict[tuple[str, str, bool], list[MigratedRelease]] = {}
    for each in done:
        if each.case.bundle.controller:
            ways = (each.case.bundle.controller, _elsewhere(each) + _moved(each.case), _is_final(each.case))
            in_git.setdefault(ways, []).append(each)
    for (controller, moved, is_final), releases in in_git.items():
        yield from _in_git(controller, releases, moved, is_final=is_final)
    yield from _folded([step for each in done if not each.case.bundle.controller for step in _by_helm(*each)])


def _folded(steps: Sequence[NextStep]) -> Iterator[NextStep]:
    """Each sentence once, followed by the commands of all releases; the legend of placeholders comes last."""
    found: dict[str, list[str]] = {}
    text = ""
    for step in steps:
        if step.is_command:
            found[text].append(step.text)
        else:
            text = step.text
            found.setdefault(text, [])
    for text in sorted(found, key=lambda text: text.startswith("(RELEASE")):
        yield NextStep(text)
        undone = [each.removeprefix(_UNDO) for each in found[text] if each.startswith(_UNDO)]
        if undone:
            yield _command(_UNDO + " ".join(dict.fromkeys(undone)))
        yield from (_command(each) for each in dict.fromkeys(found[text]) if not each.startswith(_UNDO))


def _secret(case: examine.Case) -> Iterator[NextStep]:
    """How to create the required Secret, by kubectl or as a file to commit; neither contains a password."""
    release = case.plan.result
    secret = new_secret(release)
    if secret is None:
        return
    before = "commit" if case.bundle.controller else "upgrade"
    yield NextStep(f"Create the Secret with {secret.what}, before the {before}:")
    yield _command(
        f"kubectl create secret generic {secret.name} {_where(case, '--context')} "
        f"--from-literal={secret.key}={shlex.quote(secret.url)}"
    )
    yield NextStep("Or as a file:")
    yield _command(
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {secret.name}\n"
        f"  namespace: {release.namespace or 'NAMESPACE'}\n"
        f'stringData:\n  {secret.key}: "{secret.url}"'
    )
    yield NextStep(
        "(USER and PASSWORD percent-encoded; leave out USER:PASSWORD@ if Redis needs none; N is a database that "
        "nothing else uses.)"
    )
    # https://getsops.io/docs, https://github.com/bitnami-labs/sealed-secrets, https://external-secrets.io
    yield NextStep(
        "Never commit that file unencrypted once the password is in it. Encrypt it with sops (sops --encrypt "
        "--in-place FILE), make it a SealedSecret (kubeseal --format yaml < FILE), or let an ExternalSecret fetch "
        "the URL from your secret store into a Secret of that name."
    )


def _elsewhere(done: MigratedRelease) -> str:
    own = list(dict.fromkeys(layer.name for layer in done.case.bundle.layers))
    return "" if list(done.paths) == own else f", in place of {' and '.join(own)}"


def _moved(case: examine.Case) -> str:
    """Which chart version to commit together with the values, if the file does not have it."""
    current = case.bundle.version.version
    is_there = case.bump is not None or (current is not None and current.release >= case.detected.version_to)
    return "" if is_there else f", in one commit with chart version {case.detected.shown_to}, which is not in it"


def _is_final(case: examine.Case) -> bool:
    return bool(published.one_way_steps_ahead(case.plan.result))


def _in_git(controller: str, releases: Sequence[MigratedRelease], moved: str, *, is_final: bool) -> Iterator[NextStep]:
    """The steps for a release that a GitOps controller upgrades: nobody runs helm there."""
    paths = list(dict.fromkeys(path for each in releases for path in each.paths))
    changed = list(dict.fromkeys(path for each in releases for path in each.changed))
    yield NextStep(f"Commit and push {' and '.join(paths)}{moved}.")
    yield NextStep(f"{controller} then upgrades values and chart together.")
    revert = "To roll back, revert that commit: it restores the old values and the old chart."
    yield NextStep(_NO_WAY_BACK if is_final else revert)
    if changed:
        yield NextStep("Before you commit:")
        yield _undo(changed)


_NO_WAY_BACK = (
    "This cannot be rolled back: Neo4j upgrades its store at the first start, and only a backup from before is a "
    "way back."
)


def _by_helm(case: examine.Case, paths: Sequence[str], changed: Sequence[str]) -> Iterator[NextStep]:
    release, chart = case.plan.result, case.detected.chart
    name = release.name or "RELEASE"
    where, deployed = _where(case), case.bundle.deployed
    version = case.detected.shown_to
    stands_for = [] if release.name and release.namespace else ["RELEASE and NAMESPACE are your own (helm list -A)"]
    root = tree.show(release.root) if release.root else "."
    if root == roots.root_of_chart(chart):
        what = f"REPO/{chart} --version {version}"
        stands_for.append("REPO is the chart's repository")
    else:
        what = "CHART"
        stands_for.append(f"CHART is your own around {chart}, with that dependency at {version}")
    values = " ".join(f"-f {shell_quoted(path)}" for path in paths)
    for flag, _, text in (option.partition(" ") for option in case.bundle.typed):
        values += f" {flag} {shlex.quote(text)}"
    if case.bundle.helmfile is not None and case.bundle.helmfile.labels:
        stands_for = []
        yield from _by_helmfile(case, case.bundle.helmfile)
    else:
        yield NextStep("Upgrade values and chart together:")
        yield _command(f"helm upgrade {name} {what} {where} {values}")
    beyond = "; if the release has values that are in no file, add --reset-then-reuse-values"
    never = "Never use --reuse-values, which keeps the old chart's defaults"
    yield NextStep(f"{never}{'' if case.bundle.is_from_cluster else beyond}.")
    if _is_final(case):
        yield NextStep(_NO_WAY_BACK)
        if changed:
            yield NextStep("To restore only the file:")
            yield from (_undo([path]) for path in changed)
        yield from _legend(stands_for)
        return
    yield NextStep("To roll back, run both:" if changed else "To roll back:")
    if changed:
        yield from (_undo([path]) for path in changed)  # `_folded` merges those that share files
    revision = f" {deployed.revision}" if deployed is not None else ""
    yield _command(f"helm rollback {name}{revision} {where}")
    yield from _legend(stands_for)


def _legend(words: Sequence[str]) -> Iterator[NextStep]:
    if words:
        yield NextStep(f"({'; '.join(words)}.)")


def _by_helmfile(case: examine.Case, helmfile: Helmfile) -> Iterator[NextStep]:
    """By Helmfile, which sets the chart version unless the chart is a folder, and selects a release by its labels.

    Source: https://helmfile.readthedocs.io/en/latest/releases/#selectors-and-needs
    """
    before = "Upgrade"
    if helmfile.folder:
        before = f"Update the chart in {helmfile.folder} to {case.detected.shown_to}, and upgrade"
    elif _moved(case):
        before = f"Write version {case.detected.shown_to} into {helmfile.path}, and upgrade"
    yield NextStep(f"{before} file and chart in one go:")
    yield _command(f"helmfile -f {shell_quoted(helmfile.path)} -l {shlex.quote(helmfile.labels)} apply")


def _where(case: examine.Case, context: str = "--kube-context") -> str:
    """The options that select the release for helm, or for kubectl, which calls the context option differently."""
    deployed = case.bundle.deployed
    options = deployed.options if deployed is not None else ()
    words = ["--namespace", case.plan.result.namespace or "NAMESPACE", *options]
    return shlex.join(context if word == "--kube-context" else word for word in words)


def _undo(changed: Sequence[str]) -> NextStep:
    return _command(_UNDO + " ".join(map(shell_quoted, changed)))


_UNDO = f"{program_name()} undo "


def _command(text: str) -> NextStep:
    return NextStep(text, is_command=True)
