"""Open the releases that the command line names in a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator import sources
from migrator.cli import plugin, progress
from migrator.cli.failure import failed
from migrator.cli.printing import complain
from migrator.cli.settings import Settings
from migrator.cluster import opening, releases
from migrator.cluster.access import Access
from migrator.cluster.errors import NoResponse
from migrator.errors import MigratorError, UsageError
from migrator.report.records import FileReport
from migrator.values.merge import as_map

if TYPE_CHECKING:
    from migrator.helm.cluster_diff import Installed


def cluster_access(settings: Settings) -> Access:
    """Access to the selected cluster; --verbose prints the commands that are run."""

    def tell(sentence: str) -> None:
        if settings.verbose:
            complain(sentence, show_secrets=settings.show_secrets)

    namespace = "" if settings.all_namespaces else settings.namespace or plugin.namespace()
    return Access(settings.kube_context or plugin.kube_context(), settings.kubeconfig, namespace, tell)


def open_releases(settings: Settings) -> list[sources.Opened | FileReport]:
    """The named release, or all releases; a release that cannot be read becomes a report.

    Raises any error in listing all of them, and UsageError if there are none.
    """
    access = cluster_access(settings)
    if settings.release:
        try:
            return [_as_opened(opening.from_cluster(_find(access, settings), access))]
        except MigratorError as error:
            return [failed(_display_name(settings), error, is_passed=settings.skip_unrelated)]
    found = releases.find_all(access)
    if not found:
        where = f"namespace {access.namespace}" if access.namespace else "the cluster"
        raise UsageError(
            f"there is no release of these charts in {where}.",
            remedy=(
                "For an umbrella chart around them, name its release with --release; --kube-context chooses the "
                "cluster."
            ),
        )
    opened: list[sources.Opened | FileReport] = []
    with progress.bar(settings, len(found)) as bar:
        for each in found:
            opened.append(_opened(each, access))
            bar.advance()
    return opened


def add_cluster_data(opened: sources.Opened | FileReport, settings: Settings) -> sources.Opened | FileReport:
    """The release whose files were opened, completed with its data from the cluster."""
    if isinstance(opened, FileReport):
        return opened
    access = cluster_access(settings)
    try:
        found = _find(access, settings)
        return opened._replace(bundles=tuple(opening.with_cluster_data(each, found, access) for each in opened.bundles))
    except MigratorError as error:
        return failed(_display_name(settings), error)


def installed(deployed: sources.Deployed, settings: Settings) -> Installed:
    """What the old chart rendered, and from which values, for a diff without that chart. Raises ClusterError."""
    from migrator.helm.cluster_diff import Installed

    access = cluster_access(settings)
    objects = releases.manifest(access, deployed, with_hooks=True)
    given = as_map(releases.given(access, deployed))
    called = f"release {deployed.full_name}, revision {deployed.revision}"
    return Installed(called, objects, as_map(releases.computed_values(access, deployed)), given)


def _find(access: Access, settings: Settings) -> releases.FoundRelease:
    found = releases.find(access, settings.release)
    return found if settings.command == "check" else releases.with_manager(access, found)


def _opened(found: releases.FoundRelease, access: Access) -> sources.Opened | FileReport:
    try:
        return _as_opened(opening.from_cluster(found, access))
    except NoResponse:  # all the others would fail too, each after its own timeout
        raise
    except MigratorError as error:
        return failed(found.deployed.full_name, error)


def _as_opened(bundle: sources.Bundle) -> sources.Opened:
    return sources.Opened(bundle.name, (bundle,))


def _display_name(settings: Settings) -> str:
    return f"{settings.namespace}/{settings.release}" if settings.namespace else settings.release
