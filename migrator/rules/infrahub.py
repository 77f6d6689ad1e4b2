"""Rules of Infrahub's own part: probes, resources, images, an enabled restore, tokens and the old heap."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import heap, images, infrahub, presets, restore, tokens
from migrator.charts.infrahub import handlers
from migrator.charts.quantities import requests_above_limits
from migrator.rules.keys import breach
from migrator.rules.rule import Breach, Rule
from migrator.values import tree
from migrator.values.part import Part, prefect_part
from migrator.values.release import Release

_OLD_HEAP = {"infrahub-enterprise": "4.21.2", "infrahub": "4.33.5"}
_RESTORE = {"infrahub-enterprise": "4.18.0", "infrahub": "4.32.0"}
_AGENTS_IS_PUBLISHED = (
    "INFRAHUB_INITIAL_AGENT_TOKEN has the chart's published default, while the other tokens are your own"
)
_AGENT_TOKEN = {"infrahub-enterprise": "4.15.0", "infrahub": "4.29.0"}


def _handlers(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    for name in ("livenessProbe", "readinessProbe", "startupProbe") if part is not None else ():
        assert part is not None
        path = (*infrahub.SERVER, name)
        ways = handlers(part.get(path))
        if len(ways) > 1:
            yield breach(part, path, f"{part.show(path)} has {len(ways)} handlers: {' and '.join(ways)}")


def _above_limits(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    parts: list[tuple[Part, tuple[str, ...]]] = [(part, ("prefect-server",))] if part is not None else []
    if release.prefect.get("enabled") is not False:
        parts.append((prefect_part(release), ()))
    for each, skipped in parts:
        for path, problem in requests_above_limits(each.values, skipped):
            if each.owners(path):
                yield breach(each, path, f"{each.show(path)}: {problem}")


def _two_entries(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    gateway, ingress = ("infrahubServer", "gatewayApi", "enabled"), ("infrahubServer", "ingress", "enabled")
    if part is not None and part.is_on(gateway) and part.get(ingress) is not False:
        yield breach(part, gateway, f"{part.show(gateway)} is true, and {part.show(ingress)} is not false")


def _version_mismatch(release: Release) -> Iterator[Breach]:
    problem = images.version_mismatch(release)
    if problem:
        pin = images.tags(release)[0]
        yield Breach(problem, pin.layer, pin.route)


def _flavour_in_tag(release: Release) -> Iterator[Breach]:
    for pin in images.pins(release, images.TAG)[:1]:
        if release.reaches(images.FLAVOUR_KEY) and images.flavour_of(pin.value) and not _is_twice(release, pin):
            yield Breach(f"{tree.show(pin.route)} is {pin.value}", pin.layer, pin.route)


def _flavour_twice(release: Release) -> Iterator[Breach]:
    for pin in images.pins(release, images.TAG)[:1]:
        if release.reaches(images.FLAVOUR_KEY) and _is_twice(release, pin):
            flavour = images.flavour_of(pin.value)
            text = f"{tree.show(pin.route)} is {pin.value}, and the image becomes {pin.value}-{flavour}"
            yield Breach(text, pin.layer, pin.route)


def _is_twice(release: Release, pin: images.Pin) -> bool:
    named = [each.value for each in images.pins(release, images.FLAVOUR)[:1]]
    return bool(named) and named[0] == images.flavour_of(pin.value)


def _restores(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    if part is not None and restore.is_enabled(part) and not _refusal(release):
        yield breach(part, restore.ENABLED, f"{part.show(restore.ENABLED)} is true")


def _restore_refused(release: Release) -> Iterator[Breach]:
    part, why = infrahub.part_of(release), _refusal(release)
    if part is not None and why:
        yield breach(part, restore.ENABLED, f"the chart refuses the restore: {why}")


def _refusal(release: Release) -> str:
    part = infrahub.part_of(release)
    return restore.restore_error(part) if part is not None and release.reaches(_RESTORE) else ""


def _agent_token(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    if part is not None and release.reaches(_AGENT_TOKEN) and tokens.is_published(part):
        yield breach(part, tokens.custom_tokens(part)[0], _AGENTS_IS_PUBLISHED)


def _old_heap(release: Release) -> Iterator[Breach]:
    part = infrahub.part_of(release)
    if part is not None and release.reaches(_OLD_HEAP) and heap.is_old(part):
        yield breach(part, heap.HEAP[1], f"{part.show(heap.HEAP[1])} is {heap.OLD} of 32Gi, as older presets had it")


def _flavour_change(release: Release) -> Iterator[Breach]:
    left = presets.replaced_flavour(release)
    if left:
        text = (
            f"The flavour changes from {left} to {release.flavour or 'none'}: everything that the file leaves out "
            "then comes from the new preset, replicas, memory and env lists included"
        )
        overlay = "openshift is an overlay without a preset: pass its values as the last -f instead. "
        remedy = f"{overlay if release.flavour == 'openshift' else ''}{_CARRY} from values.{left}.yaml."
        yield Breach(text, release.default_layer(), (), remedy=remedy)


_CARRY = (
    "Upgrade to the version with the old flavour, or run migrate --answer flavour-change=carry: it writes the "
    "known values of the old preset into the file. Copy the rest (Infrahub's own pods, Redis)"
)

RULES = (
    Rule(
        "probe-handlers",
        "error",
        "A probe has one handler.",
        "Set the others to null, including the chart's own httpGet: Kubernetes refuses a probe with two.",
        _handlers,
        "infrahub",
    ),
    Rule(
        "requests-above-limits",
        "error",
        "No container requests more than its limits allow.",
        (
            "Raise the limits along with the requests: the API server refuses such pods, and the old ones do not come "
            "back."
        ),
        _above_limits,
        "infrahub",
    ),
    Rule(
        "gateway-and-ingress",
        "error",
        "Infrahub's server has a Gateway or an Ingress, not both.",
        "Set infrahubServer.ingress.enabled to false (the chart's default is true): the chart refuses both together.",
        _two_entries,
        "infrahub",
    ),
    Rule(
        "restore-refused",
        "error",
        "An enabled restore from S3 names one archive, by key or by latest.",
        "Set infrahub-backup.restore.enabled to false, or name the archive at restore.storage.s3.",
        _restore_refused,
        "infrahub",
    ),
    Rule(
        "image-flavour-twice",
        "error",
        "The image's flavour is in the tag or in infrahubImageFlavor, not in both.",
        "Remove it from the tag (migrate --answer image-flavour=split): there is no such image.",
        _flavour_twice,
        "infrahub",
    ),
    Rule(
        "restore-enabled",
        "warning",
        "No restore is enabled.",
        "Set infrahub-backup.restore.enabled to false unless you mean it: its Job restores over live data after "
        "this and every later upgrade.",
        _restores,
        "infrahub",
    ),
    Rule(
        "image-pins",
        "warning",
        "Infrahub's own pods and Prefect's run the same release of Infrahub.",
        "Pin both (migrate --answer image-pin=VERSION) or neither (--answer image-pin=remove).",
        _version_mismatch,
        "infrahub",
    ),
    Rule(
        "image-flavour",
        "warning",
        "The image's flavour is in infrahubImageFlavor.",
        (
            "It works in the tag, too; migrate --answer image-flavour=split moves it. Never set the key beside such a "
            "tag."
        ),
        _flavour_in_tag,
        "infrahub",
    ),
    Rule(
        "agent-token",
        "warning",
        "The agent's token is not the published one if the other tokens are not.",
        'Set it in the env of infrahubServer and of infrahubTaskWorker; if a Secret has it, set it to "" in both, '
        "or the chart's default wins.",
        _agent_token,
        "infrahub",
    ),
    Rule(
        "flavour-change",
        "warning",
        "The chart's flavour stays the same.",
        f"{_CARRY} from the old flavour's own values.",
        _flavour_change,
        "infrahub",
    ),
    Rule(
        "neo4j-heap",
        "warning",
        "Neo4j's heap leaves room in the memory that it requests.",
        f"Today's preset has {heap.NEW}: migrate --answer neo4j-heap={heap.NEW} sets it.",
        _old_heap,
        "infrahub",
    ),
)
