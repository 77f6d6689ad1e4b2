"""What to run once a file is written: the upgrade, the Secret it needs, and the way back, as lines to be copied."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from migrator import prefect, redis, run
from migrator.talk.terminal import Page


def lines(case: run.Case, paths: Sequence[str], page: Page, *, backup: bool) -> Iterator[str]:
    """The lines for the release, whose values now stand at `paths`; commands are never wrapped."""
    release = case.plan.result
    name, namespace = release.name or "RELEASE", release.namespace or "NAMESPACE"
    values = " ".join(f"-f {shlex.quote(path)}" for path in paths)
    version = case.found.version_text(case.found.version_to)
    yield ""
    yield from page.wrapped("Next", style="bold")
    secret = prefect.standing_docket(release)
    if secret.secret and not prefect.standing_docket(release.start).secret:
        yield from page.wrapped("Create the Secret with the docket URL, before the upgrade:", indent=2)
        yield _command(
            page, f"kubectl create secret generic {secret.secret} --namespace {namespace} "
            f"--from-literal={secret.key}={shlex.quote(_url_to_fill_in(case))}"
        )  # fmt: skip
    yield from page.wrapped("Upgrade file and chart in one go:", indent=2)
    yield _command(
        page, f"helm upgrade {name} REPO/{case.found.chart} --version {version} --namespace {namespace} {values}"
    )
    yield from page.wrapped(
        "Never with --reuse-values, which keeps the old chart's defaults; where the release has values that are in no "
        "file, add --reset-then-reuse-values.",
        indent=2,
    )  # fmt: skip
    yield from page.wrapped("To roll back, both together:" if backup else "To roll back:", indent=2)
    if backup:
        yield _command(page, f"infrahub-migrator undo {' '.join(map(shlex.quote, paths))}")
    yield _command(page, f"helm rollback {name} --namespace {namespace}")
    stands_for = [] if release.name and release.namespace else ["RELEASE and NAMESPACE for yours (helm list -A)"]
    stands_for.append(f"REPO for where you take {case.found.chart} from")
    yield from page.wrapped(f"({'; '.join(stands_for)}.)", indent=2)


def _command(page: Page, text: str) -> str:
    return f"    {page.plain(text)}"


def _url_to_fill_in(case: run.Case) -> str:
    """The docket URL with all that is known in it, and no credential."""
    address = redis.messaging(case.plan.result, "background")
    known = not redis.what_is_wrong_with_host(address.host) and address.port.isdecimal()
    where = f"{redis.in_url(address.host)}:{address.port}" if known else "HOST:6379"
    return f"{'rediss' if address.tls else 'redis'}://USER:PASSWORD@{where}/N"
