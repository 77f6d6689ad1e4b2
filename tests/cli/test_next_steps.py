"""What is left to do once the file is written: with helm, or through the controller that watches the repository."""

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
        output: str = (done.stderr if "--output" in arguments else done.stdout).decode()
        return output.partition("\nNext\n")[2]

    return run


def test_helm_upgrade_lists_the_layers_in_order(next_steps: Callable[..., str]) -> None:
    prod = "infrahub:\n  prefect-server:\n    backgroundServices:\n      replicaCount: 2\n"
    output = next_steps({"base.yaml": VALUES, "prod.yaml": prod}, "-f", "base.yaml", "-f", "prod.yaml")
    assert (
        "    helm upgrade RELEASE REPO/infrahub-enterprise --version 4.18.0 --namespace NAMESPACE "
        "-f base.yaml -f prod.yaml\n"
    ) in output
    assert "    infrahub-migrator undo base.yaml\n    helm rollback RELEASE --namespace NAMESPACE\n" in output


def test_past_a_one_way_change_no_rollback_is_advised(next_steps: Callable[..., str]) -> None:
    output = next_steps({"values.yaml": VALUES}, "values.yaml", "--to", "4.19.0")
    assert "This cannot be rolled back" in output
    assert "    infrahub-migrator undo values.yaml\n" in output
    assert "helm rollback" not in output
    past = next_steps({"values.yaml": VALUES}, "values.yaml", "--from", "4.19.0")
    assert "helm rollback RELEASE" in past
    in_git = next_steps({"release.yaml": helm_release(VALUES)}, "release.yaml", "--to", "4.21.2")
    assert "This cannot be rolled back" in in_git
    assert "revert that commit" not in in_git


def test_helm_upgrade_uses_the_output_file(next_steps: Callable[..., str]) -> None:
    names = ("--release-name", "hub", "--namespace", "prod")
    output = next_steps({"values.yaml": VALUES}, "values.yaml", "--output", "new file.yaml", *names)
    assert "helm upgrade hub REPO/infrahub-enterprise --version 4.18.0 --namespace prod -f 'new file.yaml'\n" in output
    assert "  To roll back:\n    helm rollback hub --namespace prod\n" in output
    assert "--namespace prod -f FILE\n" in next_steps({}, "values.yaml", "--output", "-", *names)


def test_an_umbrella_chart_is_upgraded_itself(next_steps: Callable[..., str]) -> None:
    output = next_steps({"values.yaml": "platform:\n" + indented(VALUES, 2)}, "values.yaml")
    assert "    helm upgrade RELEASE CHART --namespace NAMESPACE -f values.yaml\n" in output
    assert "CHART is your own around infrahub-enterprise, with that dependency at 4.18.0" in " ".join(output.split())


def test_flux_needs_a_commit_not_helm(next_steps: Callable[..., str]) -> None:
    assert next_steps({"release.yaml": helm_release(VALUES)}, "release.yaml") == GIT + UNDO


def test_argo_cd_is_named_instead_of_flux(next_steps: Callable[..., str]) -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: infrahub}\nspec:\n  source:\n"
        "    chart: infrahub-enterprise\n    targetRevision: 4.13.0-medium\n    helm:\n      valuesObject:\n"
    )
    output = next_steps({"release.yaml": application + indented(VALUES, 8)}, "release.yaml")
    assert output == (GIT + UNDO).replace("Flux", "Argo CD")


def test_a_kustomization_names_whatever_applies_it(next_steps: Callable[..., str]) -> None:
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n  - name: infrahub-enterprise\n"
        "    version: 4.13.0-medium\n    valuesInline:\n"
    )
    output = next_steps({"release.yaml": kustomization + indented(VALUES, 6)}, "release.yaml")
    assert output == (GIT + UNDO).replace("Flux", "What applies the kustomization")


@pytest.mark.parametrize(("version", "options"), [("4.x", ()), ("4.13.0-medium", ("--no-bump",))])
def test_a_chart_version_that_was_not_moved_is_asked_for(
    next_steps: Callable[..., str], version: str, options: tuple[str, ...]
) -> None:
    output = next_steps({"release.yaml": helm_release(VALUES, version)}, "release.yaml", *options)
    flavour = "-medium" if "medium" in version else ""
    first = f"  Commit and push release.yaml, in one commit with chart version 4.18.0{flavour}, which is not in it.\n"
    assert output.startswith(first)


def test_a_release_past_the_first_migration_has_the_same_steps(next_steps: Callable[..., str]) -> None:
    assert next_steps({"release.yaml": helm_release(VALUES, "4.16.0-medium")}, "release.yaml") == GIT + UNDO


def test_an_object_written_to_output_replaces_the_original(next_steps: Callable[..., str]) -> None:
    files = {"release.yaml": helm_release(VALUES)}
    output = next_steps(files, "release.yaml", "--output", "new.yaml")
    assert output == GIT.replace("release.yaml.", "new.yaml, in place of release.yaml.")


def test_the_secret_comes_before_the_commit_as_command_and_file(next_steps: Callable[..., str]) -> None:
    text = helm_release(HIDDEN_PASSWORD, "4.27.0", chart="infrahub")
    output = next_steps({"release.yaml": text}, "release.yaml", answers=("--docket-secret", "docket"))
    assert output == (
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


def test_no_password_of_the_file_gets_into_the_secret(next_steps: Callable[..., str]) -> None:
    password = "c4n4ry-S3cret"
    text = HIDDEN_PASSWORD.replace("username: prefect", f"username: prefect\n        password: {password}")
    output = next_steps({"values.yaml": text}, "values.yaml", answers=("--docket-secret", "docket"))
    assert 'docket-url: "redis://USER:PASSWORD@cache:6379/N"' in output
    assert password not in output


def test_several_secrets_are_listed_together(next_steps: Callable[..., str]) -> None:
    files = {f"{name}.yaml": HIDDEN_PASSWORD.replace("host: cache", f"host: {name}") for name in ("one", "two")}
    answers = "releases: {one.yaml: {docket-secret: first}, two.yaml: {docket-secret: second}}\n"
    output = next_steps({**files, "answers.yaml": answers}, *files, answers=("--answers", "answers.yaml"))
    assert output.count("Create the Secret with the docket URL") == output.count("Never commit that file") == 1
    assert output.count("\n    kind: Secret\n") == 2
    assert "\n    infrahub-migrator undo one.yaml two.yaml\n" in output


def test_a_password_from_the_command_line_is_masked(cli: Cli, tmp_path: Path) -> None:
    options = ("values.yaml", "--redis-db", "2", "--non-interactive", "--set", "infrahub.a.password=Zz9-hunter2")
    for more, shown in ((), "password=***1"), (("--show-secrets",), "password=Zz9-hunter2"):
        (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
        done = cli("migrate", *options, *more)
        assert f"-f values.yaml --set infrahub.a.{shown}\n" in done.stdout.decode()
        assert (b"--show-secrets shows it" in done.stderr) == (not more)


def test_next_steps_are_not_repeated_as_notices(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(HIDDEN_PASSWORD, encoding="utf-8")
    answers = ("values.yaml", "--docket-secret", "docket")
    planned = cli("plan", *answers).stdout.decode()
    output = cli("migrate", *answers, "--non-interactive").stdout.decode()
    for words in ("The Secret must exist", "Upgrade values and chart together: the old", "To roll back, restore"):
        assert (words in planned, words in output) == (True, False)


def test_plan_mentions_no_helm_command_for_a_gitops_release(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "release.yaml").write_text(helm_release(VALUES), encoding="utf-8")
    output = " ".join(cli("plan", "release.yaml").stdout.decode().split())
    assert "Commit values and chart version together: the old chart refuses the new values. Flux then" in output
    assert "helm upgrade" not in output and "helm rollback" not in output


@pytest.mark.parametrize(("text", "is_reported"), [("true", True), ("false", False)])
def test_preserve_values_of_flux_is_a_warning(cli: Cli, tmp_path: Path, text: str, is_reported: bool) -> None:
    head = f"  upgrade: {{preserveValues: {text}}}\n"
    (tmp_path / "release.yaml").write_text(helm_release(VALUES, head=head), encoding="utf-8")
    output = cli("plan", "release.yaml").stdout
    assert (b"warning: spec.upgrade.preserveValues is true" in output) is is_reported


def test_the_first_line_says_only_what_was_done(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    output = cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive").stdout.decode()
    assert output.splitlines()[0] == "values.yaml: migrated: 5 changes"
    assert "blocks-register: PREFECT_API_BLOCKS_REGISTER_ON_START is missing" in output
    assert output.count("PREFECT_API_BLOCKS_REGISTER_ON_START is missing") == 1
