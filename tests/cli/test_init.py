"""What `init` writes about the releases in a repository if something there describes them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from migrator import yamltext

from .test_projects import BASE, flux, overlay, whole, write

Cli = Callable[..., Any]
HELMFILE = """\
repositories: [{name: opsmill, url: https://charts.example.org}]
releases:
  - name: infrahub
    namespace: infrahub-dev
    chart: opsmill/infrahub-enterprise
    version: 4.13.0-small
    values: [base.yaml, dev.yaml]
  - name: infrahub
    namespace: infrahub-prod
    chart: opsmill/infrahub-enterprise
    version: 4.13.0-medium
    values:
      - base.yaml
      - prod.yaml
"""


def by_init(cli: Cli, folder: Path, texts: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The releases of the project file that `init` writes, by name, and the file."""
    write(folder, texts)
    assert cli("init").returncode == 0
    path = folder / "infrahub-migrator.yaml"
    return {each.pop("name"): each for each in releases_in(path)}, path.read_text("utf-8")


def releases_in(path: Path) -> list[Any]:
    document: Any = yamltext.parse(path.read_bytes()).documents[0].data
    return list(document["releases"])


def test_init_takes_layers_and_versions_from_a_helmfile(cli: Cli, tmp_path: Path) -> None:
    files = {"base.yaml": BASE, "dev.yaml": overlay("redis-dev"), "prod.yaml": overlay("redis-prod")}
    found, text = by_init(cli, tmp_path, {**files, "helmfile.yaml": HELMFILE})
    enterprise = {"chart": "infrahub-enterprise"}
    dev = {"layers": ["base.yaml", "dev.yaml"], **enterprise, "from": "4.13.0-small", "namespace": "infrahub-dev"}
    prod = {"layers": ["base.yaml", "prod.yaml"], **enterprise, "from": "4.13.0-medium", "namespace": "infrahub-prod"}
    assert found == {"dev": dev, "prod": prod}
    assert '    chart: infrahub-enterprise  # as helmfile.yaml:3 says\n    from: "4.13.0-small"\n' in text
    plan = json.loads(cli("plan", "--format", "json").stdout)
    assert [(each["path"], each["from"]) for each in plan["files"]] == [
        ("dev", "4.13.0-small"),
        ("prod", "4.13.0-medium"),
    ]


def test_a_helmfile_decides_which_files_are_layers(cli: Cli, tmp_path: Path) -> None:
    """Without it the directory looks like two releases, or one in doubt; a file that it leaves out is reported."""
    files = {"base.yaml": BASE, "dev.yaml": whole("redis-dev"), "prod.yaml": overlay("redis-prod")}
    found, text = by_init(cli, tmp_path, {**files, "helmfile.yaml": HELMFILE})
    assert [each["layers"] for each in found.values()] == [["base.yaml", "dev.yaml"], ["base.yaml", "prod.yaml"]]
    assert "Unclear or unreadable" not in text
    (tmp_path / "infrahub-migrator.yaml").unlink()
    alone = HELMFILE.replace("[base.yaml, dev.yaml]", "[dev.yaml]").replace("      - base.yaml\n", "")
    found, text = by_init(cli, tmp_path, {"helmfile.yaml": alone})
    assert [each["layers"] for each in found.values()] == [["dev.yaml"], ["prod.yaml"]]
    assert "# - base.yaml: looks like a layer of a release, but no helmfile names it.\n" in text


def test_an_encrypted_file_is_reported_even_if_a_helmfile_names_it(cli: Cli, tmp_path: Path) -> None:
    files = {"base.yaml": BASE, "dev.yaml": whole("redis-dev") + "sops: {mac: x}\n", "prod.yaml": overlay("redis-prod")}
    found, text = by_init(cli, tmp_path, {**files, "helmfile.yaml": HELMFILE})
    assert [each["layers"] for each in found.values()] == [["base.yaml", "dev.yaml"], ["base.yaml", "prod.yaml"]]
    assert "# - dev.yaml: is encrypted by SOPS" in text


def test_init_writes_a_commented_exclude_for_encrypted_files(cli: Cli, tmp_path: Path) -> None:
    sealed = "infrahub: {infrahubServer: {tokens: 'ENC[x]'}}\nsops: {mac: x}\n"
    found, text = by_init(cli, tmp_path, {"a/values.yaml": BASE, "a/keys é.yaml": sealed, "keys.yaml": sealed})
    assert list(found) == ["a"]
    path = tmp_path / "infrahub-migrator.yaml"
    refused = cli("check", ".")
    assert refused.stderr.count(b"is encrypted by SOPS") == 2 and refused.returncode == 2
    assert b"or leave it out (--exclude, or exclude: in the project file) if nothing in it concerns" in refused.stderr
    path.write_text(text.replace("# exclude:", "exclude:"), "utf-8")
    done = cli("check", ".")
    assert done.stderr == b"" and done.returncode == 1


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("version: 4.13.0-small", "version: ~4.13.0", {"from"}),
        ("version: 4.13.0-small", "version: 4.13.0-smal", {"from"}),
        ("version: 4.13.0-small", "version: '{{ .Values.version }}'", {"from"}),
        ("    version: 4.13.0-small\n", "", {"from"}),
        ("namespace: infrahub-dev", "namespace: '{{ .Environment.Name }}'", {"namespace"}),
        ("opsmill/infrahub-enterprise\n    version: 4.13.0-s", "./charts/ours\n    version: 4.13.0-s", {*"cfn"}),
        ("- name: infrahub\n    namespace: infrahub-d", "- name: infrahub\n    namespace: infrahub-x", set()),
    ],
)
def test_what_a_helmfile_does_not_say_is_not_guessed(
    cli: Cli, tmp_path: Path, old: str, new: str, gone: set[str]
) -> None:
    files = {"base.yaml": BASE, "dev.yaml": overlay("redis-dev"), "prod.yaml": overlay("redis-prod")}
    assert old in HELMFILE
    found, _ = by_init(cli, tmp_path, {**files, "helmfile.yaml": HELMFILE.replace(old, new, 1)})
    whole_gone = {"chart", "from", "namespace"} if gone == {*"cfn"} else gone
    assert {"chart", "from", "namespace"} - found["dev"].keys() == whole_gone
    assert found["dev"]["layers"] == ["base.yaml", "dev.yaml"]
    assert found["prod"]["namespace"] == "infrahub-prod"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("values: [base.yaml, dev.yaml]", "values: [more.yaml.gotmpl, dev.yaml]"),
        ("values: [base.yaml, dev.yaml]", "values: [missing.yaml, dev.yaml]"),
        ("values: [base.yaml, dev.yaml]", "values: [{a: 1}, dev.yaml]"),
        ("values: [base.yaml, dev.yaml]", "values: [dev.yaml]\n    set: [{name: a, value: b}]"),
        ("values: [base.yaml, dev.yaml]", "values: [dev.yaml]\n    inherit: [{template: ours}]"),
        ("releases:", "bases: [ours.yaml]\nreleases:"),
        ("releases:", "defaultInherit: [{template: ours}]\nreleases:"),
    ],
)
def test_a_helmfile_with_values_from_elsewhere_decides_no_layers(cli: Cli, tmp_path: Path, old: str, new: str) -> None:
    """What it says about the release of the uppermost file counts all the same."""
    files = {"base.yaml": BASE, "dev.yaml": overlay("redis-dev"), "prod.yaml": overlay("redis-prod")}
    files |= {"more.yaml.gotmpl": "a: 1\n", "helmfile.yaml": HELMFILE.replace(old, new, 1)}
    found, _ = by_init(cli, tmp_path, files)
    assert found["dev"]["layers"] == ["base.yaml", "dev.yaml"]
    assert (found["dev"]["from"], found["dev"]["namespace"]) == ("4.13.0-small", "infrahub-dev")


def test_two_releases_of_one_file_get_different_names(cli: Cli, tmp_path: Path) -> None:
    text = HELMFILE.replace("[base.yaml, dev.yaml]", "[../base.yaml]").replace("      - prod.yaml\n", "")
    text = text.replace("- base.yaml", "- ../base.yaml")
    found, _ = by_init(cli, tmp_path, {"base.yaml": whole("redis"), "deploy/helmfile.yaml": text})
    assert list(found) == ["base.yaml (infrahub-dev/infrahub)", "base.yaml (infrahub-prod/infrahub)"]
    assert [each["layers"] for each in found.values()] == [["base.yaml"]] * 2


def test_a_helmfile_cannot_name_files_outside_the_folder(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, {"outside.yaml": whole("redis"), "t/dev.yaml": whole("redis-dev")})
    write(tmp_path, {"t/helmfile.yaml": HELMFILE.replace("base.yaml", "../outside.yaml")})
    assert cli("init", "t").returncode == 0
    (release,) = releases_in(tmp_path / "t/infrahub-migrator.yaml")
    assert (release["layers"], release["from"]) == (["dev.yaml"], "4.13.0-small")
    assert cli("check", "--config", "t/infrahub-migrator.yaml").returncode in (1, 3)


def test_what_an_object_says_itself_is_not_copied(cli: Cli, tmp_path: Path) -> None:
    """It is read from the object each time; a copy would be wrong as soon as the version moves."""
    found, text = by_init(cli, tmp_path, {"flux.yaml": flux(whole("redis"), "4.13.0-medium")})
    assert found == {"flux": {"layers": ["flux.yaml"]}} and "4.13.0" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="this system has no file that opens but cannot be read")
def test_init_writes_nothing_if_a_file_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    """It may be a layer of those that can be read."""
    write(tmp_path, {"prod.yaml": whole("redis-prod")})
    (tmp_path / "base.yaml").symlink_to("/proc/self/mem")
    done = cli("init")
    assert done.returncode == 2
    assert b"base.yaml: cannot be read: Input/output error. Releases in it would be missing" in done.stderr
    assert not (tmp_path / "infrahub-migrator.yaml").exists()
    (tmp_path / "base.yaml").unlink()
    assert cli("init").returncode == 0
