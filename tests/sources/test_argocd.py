"""Argo CD Applications and ApplicationSets: values as a mapping, as text, in one of several sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.errors import InputError, RefusedError
from migrator.sources import read_bytes
from migrator.sources.argocd import is_application
from migrator.sources.objects import objects_in, releases_of

from .texts import AFTER, DB, VALUES, application, in_block, in_object, indented, releases_in

Migrate = Callable[..., Any]
NEW = "4.18.0-medium"


def test_values_as_a_mapping(migrate: Migrate) -> None:
    done = migrate(application(in_object(VALUES)), DB)
    assert done.text == application(in_object(AFTER), NEW)
    assert migrate(done.text).text == done.text


@pytest.mark.parametrize("sign", ["|", "|-", "|+", "|  # Helm's"])
def test_values_as_text(migrate: Migrate, sign: str) -> None:
    done = migrate(application(in_block(VALUES, sign)), DB)
    assert done.text == application(in_block(AFTER, sign), NEW)
    assert migrate(done.text).text == done.text


def test_every_other_byte_of_the_text_is_kept(migrate: Migrate) -> None:
    odd = "# first   \n\n  \nconfigPreset:   'medium'\n" + VALUES + "neo4j: {a: 1 , b:  2}   \n\n\n"
    before = application(in_block(odd))
    done = migrate(before.replace("\n", "\r\n"), DB)
    assert done.text == application(in_block(odd.replace(VALUES, AFTER)), NEW).replace("\n", "\r\n")


def test_text_at_the_end_of_a_file_without_a_final_newline(migrate: Migrate) -> None:
    def text(values: str, version: str) -> str:
        whole = application(in_block(values), version)
        return whole[: whole.index("  syncPolicy")].rstrip("\n")

    assert migrate(text(VALUES, "4.13.0-medium"), DB).text == text(AFTER, NEW)


@pytest.mark.parametrize("sign", [">", ">-"])
def test_folded_text_is_refused(migrate: Migrate, sign: str) -> None:
    folded = application(in_block(VALUES, sign).replace("\n", "\n\n").replace(f"{sign}\n\n", f"{sign}\n"))
    with pytest.raises(RefusedError, match="not a literal block"):
        migrate(folded, DB)


def test_text_that_is_not_yaml_is_refused_with_its_line(migrate: Migrate) -> None:
    before = application(in_block(VALUES.replace("db: 1", "db: [1")))
    with pytest.raises(InputError) as caught:
        migrate(before, DB)
    assert "db: [1" in "\n".join(before.splitlines()[caught.value.line - 3 : caught.value.line + 1])


def test_line_numbers_inside_text_are_those_of_the_file(migrate: Migrate) -> None:
    before = application(in_block(VALUES))
    report = migrate(before, DB).report
    lines = before.splitlines()
    for change in report.changes:
        name = change.path.rpartition(".")[2]
        if name.startswith("PREFECT_SERVER_SERVICES"):
            assert lines[change.line - 1].strip() == f"- name: {name}"
        # The docket and the pin are planned on the text that the toggles' step left.
        if name in ("url", "PREFECT_API_DATABASE_MIGRATE_ON_START"):
            place = {"url": "redis:"}.get(name, "- name: PREFECT__SERVER_WEBSERVER_ONLY")
            assert lines[change.line - 1].strip() == place
        if name == "targetRevision":
            assert lines[change.line - 1].strip() == "targetRevision: 4.13.0-medium"


def test_values_in_one_of_several_sources(migrate: Migrate) -> None:
    def text(values: str, version: str) -> str:
        return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: infrahub}}
spec:
  sources:
    - repoURL: https://example.com/values.git
      ref: values
    - repoURL: registry.example.com/infrahub
      chart: infrahub-enterprise
      targetRevision: {version}
      helm:
        valueFiles: [$values/base.yaml]
        valuesObject:
{indented(values, 10)}"""

    done = migrate(text(VALUES, "4.13.0-medium"), DB)
    assert done.text == text(AFTER, NEW)
    assert "Values from $values/base.yaml (helm.valueFiles) lie below these" in done.notices


def test_values_in_the_template_of_an_applicationset(migrate: Migrate) -> None:
    def text(values: str, version: str) -> str:
        return f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: infrahub}}
spec:
  generators:
    - list: {{elements: [{{cluster: one}}]}}
  template:
    metadata: {{name: '{{{{cluster}}}}-infrahub'}}
    spec:
      source:
        chart: infrahub-enterprise
        targetRevision: {version}
        helm:
          values: |
{indented(values, 12)}"""

    assert migrate(text(VALUES, "4.13.0-medium"), DB).text == text(AFTER, NEW)
    done = migrate(text(VALUES, "'{{version}}'"), DB)
    assert done.text == text(AFTER, "'{{version}}'")
    assert "targetRevision is a template expression" in done.notices


HOST = "'{{ .redis }}'"


def application_set(values: str, version: str = "4.13.0-medium") -> str:
    """An ApplicationSet whose generator fills in the host."""
    text = application(in_object(values), version).replace("kind: Application\n", "kind: ApplicationSet\n")
    head, _, spec = text.partition("spec:\n")
    return f"{head}spec:\n  goTemplate: true\n  template:\n    spec:\n{indented(spec, 4)}"


def test_a_host_from_a_generator_is_carried_into_the_docket(cli: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(application_set(VALUES.replace("redis.prod", HOST)), "utf-8")
    done = cli("migrate", "set.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    after = AFTER.replace("host: redis.prod", f"host: {HOST}").replace(
        "url: redis://redis.prod:6379/2", "url: redis://{{ .redis }}:6379/2"
    )
    assert path.read_text("utf-8") == application_set(after, NEW)
    assert b"every Application that the set generates" in b" ".join(done.stdout.split())
    assert cli("check", "set.yaml").returncode == 0
    verified = cli("verify", "set.yaml").stdout
    assert b"blocks-register" in verified
    assert b"docket" not in verified
    assert b"host" not in verified


def test_a_parameter_from_a_generator_is_read_as_text(cli: Callable[..., Any], tmp_path: Path) -> None:
    name = "infrahub.prefect-server.backgroundServices.messaging.redis.host"
    text = application_set(VALUES).replace(
        "helm:\n", f"helm:\n          parameters: [{{name: {name}, value: {HOST}}}]\n"
    )
    (tmp_path / "set.yaml").write_text(text, "utf-8")
    done = cli("migrate", "set.yaml", "--redis-db", "2", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert "redis://{{ .redis }}:6379/2" in (tmp_path / "set.yaml").read_text("utf-8")


def test_a_generated_value_that_is_more_than_a_host_is_asked_about(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(application_set(VALUES.replace("redis.prod", "'{{.redis}}:6380/x'")), "utf-8")
    done = cli("migrate", "set.yaml", "--redis-db", "2", "--non-interactive")
    assert (done.returncode, b"--redis-host" in done.stderr) == (3, True)


def test_a_docket_url_may_contain_a_generator_expression(migrate: Migrate) -> None:
    before = application_set(VALUES.replace("redis.prod", "${REDIS}"))
    done = migrate(before, {"docket-url": "redis://{{.redis}}:6379/3"})
    assert "url: redis://{{.redis}}:6379/3\n" in done.text


def test_a_template_patch_of_prefect_values_is_reported(migrate: Migrate) -> None:
    patch = "  templatePatch: |\n    spec: {source: {helm: {valuesObject: {infrahub: {prefect-server: {{.own}}}}}}}\n"
    before = application_set(VALUES).replace("  template:\n", patch + "  template:\n")
    done = migrate(before, DB)
    assert done.text == application_set(AFTER, NEW).replace("  template:\n", patch + "  template:\n")
    assert "object.yaml:6: spec.templatePatch overrides these values" in done.notices
    assert "templatePatch" not in migrate(before.replace("prefect-server: {{", "other: {{"), DB).notices


def test_a_template_expression_in_a_plain_application_is_asked_about(cli: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(application(in_object(VALUES.replace("redis.prod", HOST))), "utf-8")
    done = cli("migrate", "app.yaml", "--redis-db", "2", "--non-interactive")
    assert (done.returncode, b"--redis-host" in done.stderr) == (3, True)


def test_a_patch_of_an_application_mentions_the_values_below(migrate: Migrate) -> None:
    def text(values: str) -> str:
        whole = application(in_object(values))
        start, end = whole.index("    repoURL"), whole.index("    helm:")
        return whole[:start] + whole[end:]

    done = migrate(text(VALUES), DB)
    assert done.text == text(AFTER)
    assert "Values from the object that this patches lie below these" in done.notices
    assert "the object names no chart" in done.notices


def test_a_chart_from_git_is_reported(migrate: Migrate) -> None:
    def text(values: str) -> str:
        return application(in_object(values), "main").replace("    chart: infrahub-enterprise\n", "    path: chart\n")

    done = migrate(text(VALUES), DB)
    assert done.text == text(AFTER)
    assert "its chart comes from Git" in done.notices


def test_a_chart_in_a_registry_is_recognised_by_its_address(migrate: Migrate) -> None:
    def text(values: str, version: str) -> str:
        return application(in_object(values), version).replace(
            "    repoURL: registry.example.com/infrahub\n    chart: infrahub-enterprise\n",
            "    repoURL: oci://registry.example.com/opsmill/infrahub-enterprise\n    path: .\n",
        )

    done = migrate(text(VALUES, "4.13.0-medium"), DB)
    assert done.text == text(AFTER, NEW)


def test_the_mapping_wins_over_the_text(migrate: Migrate) -> None:
    before = application(in_block("infrahub: {}\n") + in_object(VALUES))
    done = migrate(before, DB)
    assert done.text == application(in_block("infrahub: {}\n") + in_object(AFTER), NEW)
    assert "Argo CD ignores helm.values" in done.notices


@pytest.mark.parametrize(
    ("kind", "helm", "name"),
    [
        ("Application", "", "infrahub"),
        ("Application", "releaseName: hub\n", "hub"),
        ("Application", "releaseName: '{{name}}-hub'\n", ""),
        ("ApplicationSet", "", ""),
        ("ApplicationSet", "releaseName: hub\n", "hub"),
    ],
)
def test_the_name_of_the_release(tmp_path: Path, kind: str, helm: str, name: str) -> None:
    text = application(helm + in_object(VALUES)) if kind == "Application" else application_set(VALUES)
    if helm and kind != "Application":
        text = text.replace("helm:\n", f"helm:\n          {helm}")
    (bundle,) = releases_in(tmp_path, text)
    assert (bundle.release_name, bundle.namespace) == (name, "prod")


def test_a_namespace_from_a_generator_is_unknown(tmp_path: Path) -> None:
    (bundle,) = releases_in(tmp_path, application(in_object(VALUES)).replace("namespace: prod", "namespace: '{{ns}}'"))
    assert bundle.namespace == ""


def test_the_evidence_says_where_the_values_are(tmp_path: Path) -> None:
    (bundle,) = releases_in(tmp_path, application(in_block(VALUES)))
    assert bundle.evidence == ("values of Application argocd/infrahub at spec.source.helm.values",)
    (bundle,) = releases_in(tmp_path, application("parameters: [{name: infrahub.prefect-server.x, value: y}]\n"))
    assert bundle.evidence == ("values of Application argocd/infrahub at spec.source.helm",)


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        (application(in_block("replicas: 2\n")), True),  # by its chart
        (application(in_block("a: [{{ x }}\n")), True),
        (application(in_block("a: 1\n")).replace("infrahub-enterprise", "nginx"), False),
        (application(in_block("a: [{{ x }}\n")).replace("infrahub-enterprise", "nginx"), False),
        (application(in_block("a: [{{ x }} backgroundServices\n")).replace("infrahub-enterprise", "nginx"), True),
        (application(in_block(VALUES)).replace("infrahub-enterprise", "umbrella"), True),
        (application(in_block("server: {uiConfig: {}}\n")).replace("infrahub-enterprise", "umbrella"), True),
        (application(in_object(VALUES)).replace("argoproj.io", "app.k8s.io"), False),
        (application(in_object(VALUES)).replace("kind: Application", "kind: AppProject"), False),
    ],
)
def test_which_applications_are_releases_of_these_charts(text: str, is_ours: bool) -> None:
    (each,) = objects_in(read_bytes(text.encode(), "object.yaml"))
    is_release = is_application(each.data)
    if is_release and "{{ x }}" in text and is_ours:
        with pytest.raises(InputError):  # unreadable values are reported, not skipped
            releases_of(read_bytes(text.encode(), "object.yaml"), each)
    else:
        own = releases_of(read_bytes(text.encode(), "object.yaml"), each) if is_release else []
        assert bool(own) is is_ours


def test_an_application_with_a_source_is_not_a_patch(tmp_path: Path) -> None:
    (bundle,) = releases_in(tmp_path, application(in_object(VALUES)))
    assert bundle.unseen == ()
    (bundle,) = releases_in(tmp_path, application(in_object(VALUES)).replace("    chart: infrahub-enterprise\n", ""))
    assert bundle.unseen == ()


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ("  templatePatch: |\n    spec: {source: {targetRevision: 4.13.0-large}}\n", "spec.templatePatch"),
        ("  generators: [{list: {elements: []}}, {git: {template: X}}]\n", "spec.generators[1].git.template"),
        (
            "  generators:\n    - matrix: {generators: [{clusters: {}}, {list: {template: X}}]}\n",
            "spec.generators[0].matrix.generators[1].list.template",
        ),
    ],
)
@pytest.mark.parametrize("override", ["targetRevision: 4.13.0-large", "repoURL: registry.example.com"])
def test_an_override_of_the_template_version_is_reported(
    migrate: Migrate, more: str, where: str, override: str
) -> None:
    more = more.replace("X", "{metadata: {}, spec: {source: {targetRevision: 4.13.0-large}}}")
    more = more.replace("targetRevision: 4.13.0-large", override)
    text = application_set(VALUES).replace("  template:\n", more + "  template:\n", 1)
    is_reported = f"{where} overrides these values and their version" in migrate(text, DB).notices
    assert is_reported is override.startswith("targetRevision")
