"""What to run once a file is written: the upgrade, the Secret it needs, and the way back, as lines to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from migrator.charts import roots
from migrator.planning import examine
from migrator.prefect import messaging, redis_url
from migrator.prefect.docket import standing_docket
from migrator.report.page import Page, typed
from migrator.values import tree


def lines(case: examine.Case, paths: Sequence[str], changed: Sequence[str], page: Page) -> Iterator[str]:
    """The lines for the release, whose values now stand at `paths`; commands are never wrapped.

    `changed` are the files that `undo` can put back.
    """
    release = case.plan.result
    controller = case.bundle.controller
    yield ""
    yield from page.wrapped("Next", style="bold")
    secret = standing_docket(release)
    if secret.secret and not standing_docket(release.start).secret:
        what = f"Create the Secret with the docket URL, before the {'commit' if controller else 'upgrade'}:"
        yield from page.wrapped(what, indent=2)
        yield _command(
            page, f"kubectl create secret generic {secret.secret} --namespace {release.namespace or 'NAMESPACE'} "
            f"--from-literal={secret.key}={shlex.quote(_url_to_fill_in(case))}"
        )  # fmt: skip
        yield from page.wrapped(
            "(USER and PASSWORD percent-encoded, and USER:PASSWORD@ left out where Redis asks for none; N a database "
            "that nothing else uses.)",
            indent=2,
        )  # fmt: skip
    yield from _in_git(case, paths, page) if controller else _by_helm(case, paths, changed, page)


def _in_git(case: examine.Case, paths: Sequence[str], page: Page) -> Iterator[str]:
    """Nobody runs helm where a controller does."""
    bundle, to = case.bundle, case.found.version_to
    stands = bundle.version.version
    is_there = case.bump is not None or (stands is not None and stands.release >= to)
    own = list(dict.fromkeys(layer.name for layer in bundle.layers))
    elsewhere = "" if list(paths) == own else f", in the place of {' and '.join(own)}"
    moved = "" if is_there else f", in one commit with chart version {case.found.shown_to}, which is not in it"
    yield from page.wrapped(f"Commit and push {' and '.join(paths)}{elsewhere}{moved}.", indent=2)
    yield from page.wrapped(f"{bundle.controller} then upgrades values and chart at once.", indent=2)
    yield from page.wrapped("To roll back, revert that commit: the old values and the old chart come back.", indent=2)


def _by_helm(case: examine.Case, paths: Sequence[str], changed: Sequence[str], page: Page) -> Iterator[str]:
    release, chart = case.plan.result, case.found.chart
    name, namespace = release.name or "RELEASE", release.namespace or "NAMESPACE"
    version = case.found.shown_to
    stands_for = [] if release.name and release.namespace else ["RELEASE and NAMESPACE for yours (helm list -A)"]
    root = tree.show(release.root) if release.root else "."
    if root == roots.root_of_chart(chart):
        what = f"REPO/{chart} --version {version}"
        stands_for.append(f"REPO for where you take {chart} from")
    else:
        what = "CHART"
        stands_for.append(f"CHART for your own around {chart}, with that dependency at {version}")
    values = " ".join(f"-f {typed(path)}" for path in paths)
    for flag, _, text in (option.partition(" ") for option in case.bundle.typed):
        values += f" {flag} {shlex.quote(text)}"
    yield from page.wrapped("Upgrade file and chart in one go:", indent=2)
    yield _command(page, f"helm upgrade {name} {what} --namespace {namespace} {values}")
    yield from page.wrapped(
        "Never with --reuse-values, which keeps the old chart's defaults; where the release has values that are in no "
        "file, add --reset-then-reuse-values.",
        indent=2,
    )  # fmt: skip
    yield from page.wrapped("To roll back, both together:" if changed else "To roll back:", indent=2)
    if changed:
        yield _command(page, f"infrahub-migrator undo {' '.join(map(typed, changed))}")
    yield _command(page, f"helm rollback {name} --namespace {namespace}")
    yield from page.wrapped(f"({'; '.join(stands_for)}.)", indent=2)


def _command(page: Page, text: str) -> str:
    return f"    {page.plain(text)}"


def _url_to_fill_in(case: examine.Case) -> str:
    """The docket URL with all that is known in it, and no credential."""
    address = messaging.messaging(case.plan.result, "background")
    known = not redis_url.what_is_wrong_with_host(address.host) and redis_url.is_number(address.port)
    where = f"{redis_url.in_url(address.host)}:{address.port}" if known else "HOST:6379"
    return f"{'rediss' if address.tls else 'redis'}://USER:PASSWORD@{where}/N"
