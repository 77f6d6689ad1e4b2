"""A change of flavour is reported, and each version has its own preset below the file."""

from __future__ import annotations

from migrator.planning import discover, examine
from tests import releases

FILE = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging: {redis: {host: redis.prod}, docket: {url: "redis://redis.prod:6379/2"}}
"""
OBJECT = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: infrahub}
spec:
  chart: {spec: {chart: infrahub-enterprise, version: 4.14.1-medium}}
  values:
"""


def case(text: str, **options: str) -> examine.Case:
    from migrator.sources import objects

    (source,) = releases.of_text(text).layers
    bundles = [bundle for each in objects.objects_in(source) for bundle in objects.releases_of(source, each)]
    release = bundles[0] if bundles else releases.of_text(text)
    return examine.examine(release, examine.Request(discover.Options(**options), {}))


def test_a_change_of_flavour_is_a_warning_and_the_new_preset_counts() -> None:
    found = case(FILE, version_from="4.14.1-medium", version_to="4.18.0-large")
    assert (found.detected.shown_from, found.detected.shown_to) == ("4.14.1-medium", "4.18.0-large")
    warnings = [each for each in found.plan.notices if "flavour changes from medium to large" in each.text]
    assert [each.severity for each in warnings] == ["warning"]
    assert (found.plan.start.before.source[-6:], found.plan.start.after.source[-5:]) == ("medium", "large")


def test_an_unchanged_flavour_is_not_reported() -> None:
    for options in (
        {"version_from": "4.14.1-medium"},
        {"version_from": "4.14.1-medium", "version_to": "4.18.0-medium"},
    ):
        assert not any("flavour changes" in each.text for each in case(FILE, **options).plan.notices)


def test_a_flavour_without_a_preset_is_reported() -> None:
    whole = FILE.replace("      messaging", "      runAsSeparateDeployment: false\n      messaging")
    found = case(whole, version_from="4.14.1-medium", version_to="4.21.2-openshift")
    assert any("openshift is an overlay without a preset" in each.text for each in found.plan.notices)


def test_the_version_of_an_object_can_change_its_flavour_only() -> None:
    text = OBJECT + "".join(f"    {line}\n" for line in FILE.splitlines())
    moved = case(text, version_to="4.14.1-large")
    assert moved.bump is not None and (moved.bump.before, moved.bump.after) == ("4.14.1-medium", "4.14.1-large")
    assert case(text, version_to="4.14.1-medium").bump is None
    assert case(text.replace("-medium", "-large"), version_to="4.14.1-large").bump is None
