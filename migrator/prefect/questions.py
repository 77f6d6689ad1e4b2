"""Questions that several migrations ask, and what follows from their answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from migrator.migration import Ask, Choice, Decision, Outcome, Question, one_of
from migrator.prefect import env, env_edits, redis_url
from migrator.prefect.docket import has_working_docket
from migrator.prefect.names import REDIS_HOST
from migrator.values import tree
from migrator.values.changes import Change, Effect, Location, Notice
from migrator.values.edits import Place, Route
from migrator.values.release import Release

ON_HOST = Decision(
    redis_url.host_error,
    help="the host of the messaging Redis",
    metavar="HOST",
    label="Host",
    how_to_find="A Redis in the cluster has the name of its Service (kubectl get services --namespace NAMESPACE). The "
    "running release shows it, too: helm get values RELEASE --namespace NAMESPACE --all has it below "
    "backgroundServices, at messaging.redis.host, or as PREFECT_REDIS_MESSAGING_HOST in an env list.",
    scope="redis",
)
ON_UNSEEN_ENV = Decision(one_of("leave", "create"))


def locations(release: Release, *paths: Route, names: Collection[str] = ()) -> tuple[Location, ...]:
    """Where these values, and each pod's winning env entries of these names, are in the layers as read."""
    start = release.start
    found = [
        Location(owners[-1], start.root + path)
        for path in paths
        if tree.get(start.prefect, path) not in (None, "") and (owners := start.owners(path))
    ]
    winners = [env.winner(start, pod, name) for name in names for pod in env.POD_LISTS]
    found += [
        Location(each[0].layer, each[0].route_of(each[1]))
        for each in winners
        if each is not None and each[0].layer != env.IN_DEFAULTS
    ]
    return tuple(dict.fromkeys(found))


def redis_host(host: str, problem: str, release: Release) -> Question:
    """The question for the Redis server if the values do not name a usable one."""
    reason = f"The values have {host!r}, which {problem}."
    places = locations(release, REDIS_HOST, names=("PREFECT_REDIS_MESSAGING_HOST", "PREFECT_REDIS_MESSAGING_URL"))
    if not places and _is_default(release, host):
        reason = "No file read here sets it, "
        reason += (
            f"and the chart's own default is {host!r}, which {problem}." if host else "and the chart has no default."
        )
        if release.surroundings.unseen:
            reason += f" It may be set in {', '.join(release.surroundings.unseen)}, which cannot be read here."
    return Question(
        id="redis-host",
        text=f"What is the host of Prefect's messaging Redis? {reason}",
        flag="--redis-host",
        facts=(host,),
        locations=places,
    )


def _is_default(release: Release, host: str) -> bool:
    return not release.owners(REDIS_HOST) and str(tree.get(release.prefect, REDIS_HOST) or "") == host


def masked(url: str) -> str:
    """The URL with possible credentials masked, for a sentence; works with a raw @ in them and without a scheme."""
    from migrator.report.mask import unnumbered

    return unnumbered(url) if "://" in url or "@" not in url else f"***@{url.rpartition('@')[2]}"


def unseen_list(release: Release, path: Route) -> Question:
    """The question whether values that cannot be read hold the list at `path`."""
    where = tree.show(release.root + path)
    sources = ", ".join(release.surroundings.unseen)
    return Question(
        id=f"unseen-env.{path[0]}",
        group="unseen-env",
        text=f"{where} is not set in any file read here, but values from {sources} may set it. If they do, a new "
        "list would replace all of its entries. Leave it to them?",
        flag="--answer unseen-env=leave|create",
        choices=(
            Choice("leave", "it is set there: nothing is added here, and a notice says what it must contain"),
            Choice("create", "it is not set: the list is added here, starting with the chart's own entries"),
        ),
        facts=release.surroundings.unseen,
    )


def add_list(
    release: Release, ask: Ask, path: Route, change: Callable[[], Change], needed: str, *, settled: bool
) -> Iterator[Outcome]:
    """The change that creates the list at `path`, unless unreadable values may hold it; then what the answer decides.

    `needed` is what the list must hold wherever it is, `settled` whether this was decided before.
    """
    is_unseen = env.may_be_set_unseen(release, path)
    answer = "create" if not is_unseen else "leave" if settled else ask(unseen_list(release, path))
    if answer == "create":
        yield change()
    elif answer == "leave":
        sources = ", ".join(release.surroundings.unseen)
        yield Notice(
            f"{tree.show(release.root + path)} is left to the values from {sources}: it must contain {needed} "
            "there. To migrate that file too, give it with -f before this one.",
            "warning",
        )


def add_server_env(
    release: Release, ask: Ask, name: str, value: str, place: Place, why: str, effect: Effect
) -> Iterator[Outcome]:
    """`add_list` for a `server.env` with the chart's own entries and this one.

    A release that already had a docket was asked then where its list is.
    """
    yield from add_list(
        release,
        ask,
        env.SERVER,
        lambda: env_edits.new_server_env(release, name, value, place, why, effect),
        f'{name} "{value}"',
        settled=has_working_docket(release.start),
    )
