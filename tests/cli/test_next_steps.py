"""What is left to do once the file is written: by helm, or by whoever watches the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.prompts.releases import HIDDEN_PASSWORD
from tests.sources.texts import VALUES, helm_release, indented

Cli = Callable[..., Any]
GIT = """\
  Commit and push release.yaml.
  Flux then upgrades values and chart together.
  To roll back, revert that commit: it restores the old values and the old chart.
"""
UNDO = """\
  Before you commit:
    infrahub-migrator undo release.yaml
"""


@pytest.fixture
def next_steps(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Migrate these files, named as the arguments say, and read what comes after `Next`."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(files: dict[str, str], *arguments: str, answers: tuple[str, ...] = ("--redis-db", "2")) -> str:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        done = cli("migrate", *arguments, *answers, "--non-interactive")
        assert done.returncode == 0, done.stderr
        said: str = (done.stderr if "--output" in arguments else done.stdout).decode()
        return said.partition("\nNext\n")[2]

    return run


def test_helm_upgrade_takes_the_layers_in_their_order(next_steps: Callable[..., str]) -> None:
    prod = "infrahub:\n  prefect-server:\n    backgroundServices:\n      replicaCount: 2\n"
    said = next_steps({"base.yaml": VALUES, "prod.yaml": prod}, "-f", "base.yaml", "-f", "prod.yaml")
    assert (
        "    helm upgrade RELEASE REPO/infrahub-enterprise --version 4.18.0 --namespace NAMESPACE "
        "-f base.yaml -f prod.yaml\n"
    ) in said
    assert "    infrahub-migrator undo base.yaml\n    helm rollback RELEASE --namespace NAMESPACE\n" in said


def test_past_a_step_of_no_return_no_rollback_is_advised(next_steps: Callable[..., str]) -> None:
    said = next_steps({"values.yaml": VALUES}, "values.yaml", "--to", "4.19.0")
    assert "This cannot be rolled back" in said
    assert "    infrahub-migrator undo values.yaml\n" in said
    assert "helm rollback" not in said
    past = next_steps({"values.yaml": VALUES}, "values.yaml", "--from", "4.19.0")
    assert "helm rollback RELEASE" in past
    in_git = next_steps({"release.yaml": helm_release(VALUES)}, "release.yaml", "--to", "4.21.2")
    assert "This cannot be rolled back" in in_git
    assert "revert that commit" not in in_git


def test_what_was_written_elsewhere_is_what_helm_takes(next_steps: Callable[..., str]) -> None:
    names = ("--release-name", "hub", "--namespace", "prod")
    said = next_steps({"values.yaml": VALUES}, "values.yaml", "--output", "new file.yaml", *names)
    assert "helm upgrade hub REPO/infrahub-enterprise --version 4.18.0 --namespace prod -f 'new file.yaml'\n" in said
    assert "  To roll back:\n    helm rollback hub --namespace prod\n" in said
    assert "--namespace prod -f FILE\n" in next_steps({}, "values.yaml", "--output", "-", *names)


def test_an_umbrella_is_upgraded_as_itself(next_steps: Callable[..., str]) -> None:
    said = next_steps({"values.yaml": "platform:\n" + indented(VALUES, 2)}, "values.yaml")
    assert "    helm upgrade RELEASE CHART --namespace NAMESPACE -f values.yaml\n" in said
    assert "CHART is your own around infrahub-enterprise, with that dependency at 4.18.0" in " ".join(said.split())


def test_nobody_runs_helm_where_flux_does(next_steps: Callable[..., str]) -> None:
    assert next_steps({"release.yaml": helm_release(VALUES)}, "release.yaml") == GIT + UNDO


def test_argo_cd_is_called_by_its_name(next_steps: Callable[..., str]) -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: infrahub}\nspec:\n  source:\n"
        "    chart: infrahub-enterprise\n    targetRevision: 4.13.0-medium\n    helm:\n      valuesObject:\n"
    )
    said = next_steps({"release.yaml": application + indented(VALUES, 8)}, "release.yaml")
    assert said == (GIT + UNDO).replace("Flux", "Argo CD")


def test_a_kustomization_is_applied_by_somebody(next_steps: Callable[..., str]) -> None:
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n  - name: infrahub-enterprise\n"
        "    version: 4.13.0-medium\n    valuesInline:\n"
    )
    said = next_steps({"release.yaml": kustomization + indented(VALUES, 6)}, "release.yaml")
    assert said == (GIT + UNDO).replace("Flux", "What applies the kustomization")


@pytest.mark.parametrize(("version", "options"), [("4.x", ()), ("4.13.0-medium", ("--no-bump",))])
def test_a_version_that_is_not_moved_is_asked_for(
    next_steps: Callable[..., str], version: str, options: tuple[str, ...]
) -> None:
    said = next_steps({"release.yaml": helm_release(VALUES, version)}, "release.yaml", *options)
    flavour = "-medium" if "medium" in version else ""
    first = f"  Commit and push release.yaml, in one commit with chart version 4.18.0{flavour}, which is not in it.\n"
    assert said.startswith(first)


def test_a_version_that_has_gone_ahead_is_in_the_file(next_steps: Callable[..., str]) -> None:
    assert next_steps({"release.yaml": helm_release(VALUES, "4.16.0-medium")}, "release.yaml") == GIT + UNDO


def test_an_object_that_was_written_elsewhere_goes_back_to_its_place(next_steps: Callable[..., str]) -> None:
    files = {"release.yaml": helm_release(VALUES)}
    said = next_steps(files, "release.yaml", "--output", "new.yaml")
    assert said == GIT.replace("release.yaml.", "new.yaml, in place of release.yaml.")


def test_a_secret_comes_before_the_commit_as_a_command_and_as_a_file(next_steps: Callable[..., str]) -> None:
    text = helm_release(HIDDEN_PASSWORD, "4.27.0", chart="infrahub")
    said = next_steps({"release.yaml": text}, "release.yaml", answers=("--docket-secret", "docket"))
    assert said == (
        """\
  Create the Secret with the docket URL, before the commit:
    kubectl create secret generic docket --namespace prod \
--from-literal=docket-url=redis://USER:PASSWORD@cache:6379/N
  Or as a file:
    apiVersion: v1
    kind: Secret
    metadata:
      name: docket
      namespace: prod
    stringData:
      docket-url: "redis://USER:PASSWORD@cache:6379/N"
  (USER and PASSWORD percent-encoded; leave out USER:PASSWORD@ if Redis needs none; N is a database
  that nothing else uses.)
  Never commit that file unencrypted once the password is in it. Encrypt it with sops (sops
  --encrypt --in-place FILE), make it a SealedSecret (kubeseal --format yaml < FILE), or let an
  ExternalSecret fetch the URL from your secret store into a Secret of that name.
"""
        + GIT
        + UNDO
    )


def test_no_password_of_the_file_comes_into_the_secret(next_steps: Callable[..., str]) -> None:
    password = "c4n4ry-S3cret"
    text = HIDDEN_PASSWORD.replace("username: prefect", f"username: prefect\n        password: {password}")
    said = next_steps({"values.yaml": text}, "values.yaml", answers=("--docket-secret", "docket"))
    assert 'docket-url: "redis://USER:PASSWORD@cache:6379/N"' in said
    assert password not in said


def test_several_secrets_are_told_of_together(next_steps: Callable[..., str]) -> None:
    files = {f"{name}.yaml": HIDDEN_PASSWORD.replace("host: cache", f"host: {name}") for name in ("one", "two")}
    answers = "releases: {one.yaml: {docket-secret: first}, two.yaml: {docket-secret: second}}\n"
    said = next_steps({**files, "answers.yaml": answers}, *files, answers=("--answers", "answers.yaml"))
    assert said.count("Create the Secret with the docket URL") == said.count("Never commit that file") == 1
    assert said.count("\n    kind: Secret\n") == 2
    assert "\n    infrahub-migrator undo one.yaml two.yaml\n" in said


def test_a_password_of_the_command_line_is_masked(cli: Cli, tmp_path: Path) -> None:
    options = ("values.yaml", "--redis-db", "2", "--non-interactive", "--set", "infrahub.a.password=Zz9-hunter2")
    for more, shown in ((), "password=***1"), (("--show-secrets",), "password=Zz9-hunter2"):
        (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
        done = cli("migrate", *options, *more)
        assert f"-f values.yaml --set infrahub.a.{shown}\n" in done.stdout.decode()
        assert (b"--show-secrets shows it" in done.stderr) == (not more)


def test_what_comes_next_is_not_said_twice(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(HIDDEN_PASSWORD, encoding="utf-8")
    answers = ("values.yaml", "--docket-secret", "docket")
    planned = cli("plan", *answers).stdout.decode()
    said = cli("migrate", *answers, "--non-interactive").stdout.decode()
    for words in ("The Secret must exist", "Upgrade values and chart together: the old", "To roll back, restore"):
        assert (words in planned, words in said) == (True, False)


def test_what_is_told_of_the_upgrade_speaks_of_no_helm_where_a_controller_runs_it(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(helm_release(VALUES), encoding="utf-8")
    said = " ".join(cli("plan", "release.yaml").stdout.decode().split())
    assert "Commit values and chart version together: the old chart refuses the new values. Flux then" in said
    assert "helm upgrade" not in said and "helm rollback" not in said


@pytest.mark.parametrize(("text", "is_told"), [("true", True), ("false", False)])
def test_flux_has_its_own_way_to_keep_the_old_defaults(cli: Cli, tmp_path: Path, text: str, is_told: bool) -> None:
    head = f"  upgrade: {{preserveValues: {text}}}\n"
    (tmp_path / "release.yaml").write_text(helm_release(VALUES, head=head), encoding="utf-8")
    said = cli("plan", "release.yaml").stdout
    assert (b"warning: spec.upgrade.preserveValues is true" in said) is is_told


def test_the_first_line_says_what_was_done_and_leaves_the_rest_to_the_lines_below(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    said = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").stdout.decode()
    assert said.splitlines()[0] == "values.yaml: migrated: 5 changes"
    assert "blocks-register: PREFECT_API_BLOCKS_REGISTER_ON_START is missing" in said
    assert said.count("PREFECT_API_BLOCKS_REGISTER_ON_START is missing") == 1
