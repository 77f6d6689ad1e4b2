"""The forms for new issues on GitHub: they are valid, and ask for the outputs that a report needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.docs.pages import ROOT

TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"


@pytest.mark.parametrize(
    ("schema", "names"),
    [("vendor.github-issue-forms", ["wrong.yml", "release.yml"]), ("vendor.github-issue-config", ["config.yml"])],
)
def test_the_forms_are_valid_for_github(schema: str, names: list[str]) -> None:
    pytest.importorskip("check_jsonschema", reason="the extra package is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *names]
    done = subprocess.run(command, cwd=TEMPLATES, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_bug_form_asks_for_version_and_plan() -> None:
    form = (TEMPLATES / "wrong.yml").read_text(encoding="utf-8")
    assert "label: infrahub-migrator --version --verbose\n" in form
    assert "label: infrahub-migrator plan FILE --format json\n" in form
