"""The questions about the docket of 4.14.0, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Collection

from migrator.migration import Choice, Decision, Question
from migrator.prefect import redis_databases, redis_url
from migrator.prefect.docket import unusable_database_error, unusable_url_error
from migrator.prefect.names import DOCKET, DOCKET_NAME, MESSAGING_HOST, MESSAGING_URL, REDIS_HOST
from migrator.prefect.questions import locations, masked
from migrator.prefect.redis_databases import database_error
from migrator.values.release import Release

SECRET = r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<key>[A-Za-z0-9._-]+))?"
"""NAME or NAME:KEY of a Secret, following Kubernetes' rules for object names and Secret keys."""


def redis_db(release: Release, host: str, hosts: Collection[str], port: str, reason: str = "") -> Question:
    """The question for the docket's database on the server with these names; databases in use are refused.

    `host` is the server's name in messages; empty while it is undecided. `reason` is a sentence on why the current
    database will not do.
    """
    databases = redis_databases.survey(release, hosts, port)
    seen = release.surroundings.redis_state
    offered = [each for each in databases if seen is None or not seen.missing_reason(each.number)]
    taken = [f"{each.number} by {each.who}" for each in databases if each.who]
    is_known = not redis_url.messaging_host_error(host)
    server = f"the Redis at {redis_url.in_url(host)}:{port}" if is_known else "the messaging Redis"
    known = f" In use there: {', '.join(taken)}." if taken else ""
    return Question(
        id="redis-db",
        text=f"{reason}Which database of {server} should hold the docket, the queue of the background services? "
        f"Nothing else may use or flush it. Redis has databases 0 to 15 by default.{known}",
        flag="--redis-db",
        suggestion=str(redis_databases.suggest(offered)),
        answer_error=lambda answer: _database_error(release, hosts, port, answer),
        offers=tuple(Choice(str(each.number), each.summary) for each in offered),
        facts=(server,),
        locations=locations(release, REDIS_HOST, names=(MESSAGING_HOST, MESSAGING_URL)),
    )


def docket_password(source: str) -> Question:
    """The question for a password that the chart injects from a Secret and that is in no file."""
    return Question(
        id="docket-password",
        text=f"The docket URL needs the Redis password, which comes from {source}. How should the URL get it?",
        flag="--docket-secret NAME[:KEY] or --answer docket-password=reference",
        choices=(
            Choice(
                "reference",
                f"the URL refers to {redis_url.PASSWORD_REFERENCE}, which Kubernetes fills in unchanged; not for a "
                "password that contains @ : / ? # or %, which would need percent-encoding",
            ),
            Choice("secret", "you put the whole URL into a Secret, which must exist before the upgrade"),
        ),
        suggestion="reference",
        facts=(source,),
    )


def docket_secret(reason: str) -> Question:
    """The question for a Secret that holds the whole docket URL."""
    return Question(
        id="docket-secret",
        text=f"{reason} Which Secret holds the whole docket URL? "
        "Give NAME, or NAME:KEY if the key is not docket-url.".strip(),
        flag="--docket-secret NAME[:KEY] or --docket-url",
    )


def docket_url(release: Release, reason: str) -> Question:
    """The question for the whole docket URL, if it cannot be built from the values."""
    return Question(
        id="docket-url",
        text=f"{reason} What is the docket's URL? The form is redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// "
        "for TLS, user and password percent-encoded or left out.".strip(),
        flag="--docket-url or --docket-secret NAME[:KEY]",
        answer_error=lambda url: (
            _unusable(url, unusable_url_error(release, url)) or unusable_database_error(release, url)
        ),
        locations=locations(release, (*DOCKET, "url"), names=(DOCKET_NAME,)),
    )


def bundled_name(flag: str, what: str) -> Question:
    """The questions that name the service of the Redis that prefect-server bundles."""
    text = f"What is the name of the {what}? prefect-server's own Redis, which will hold the docket, is named after it."
    return Question(id=flag, text=text, flag=f"--{flag}")


def secret_error(answer: str) -> str:
    """Why the answer is not a Secret; empty if it may be one."""
    return "" if re.fullmatch(SECRET, answer) else f"{answer!r} is not the NAME or NAME:KEY of a Secret"


def number_error(answer: str) -> str:
    """Why the answer is not a database number on any server; empty if it may be one."""
    return "" if redis_url.is_number(answer.strip()) else f"{answer!r} is not a database number (0, 1, 2 and so on)"


def docket_url_error(answer: str) -> str:
    """Why the answer is not a docket URL on any release; empty if it may be one. A generator may fill in a template."""
    return "" if "{{" in answer else _unusable(answer, redis_url.url_error(answer))


def _unusable(url: str, problem: str) -> str:
    return f"{masked(url)!r} cannot be used: {problem}" if problem else ""


def name_error(answer: str) -> str:
    """Why the answer is not a name in Kubernetes; empty if it may be one."""
    is_name = re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", answer)
    return "" if is_name else f"{answer!r} is not a valid Kubernetes name"


def _database_error(release: Release, hosts: Collection[str], port: str, answer: str) -> str:
    database = int(answer)
    problem = database_error(release, hosts, port, database)
    only_one = "; if that Redis has only one database, use --docket-url" if problem and database == 0 else ""
    return problem + only_one


_PLACE = "where the docket is"
_HOW_TO_FIND = "helm list -A shows every release and its namespace."
ON_DATABASE = Decision(
    number_error,
    help="the Redis database for the docket",
    metavar="N",
    label="Database",
    how_to_find="2 is free if only the Infrahub cache (0) and Prefect's messaging (1) use that Redis, as in the "
    "presets. redis-cli -h HOST info keyspace lists the databases with keys; --check-redis URL checks "
    "this for you.",
    settles=_PLACE,
    scope="release",
)
ON_URL = Decision(
    docket_url_error,
    help="the whole docket URL instead",
    metavar="URL",
    label="URL",
    settles=_PLACE,
    alternative_label="enter the whole URL instead",
    scope="redis",
    may_be_secret=True,
)
ON_SECRET = Decision(
    secret_error,
    help="a Secret that holds the docket URL instead",
    metavar="NAME[:KEY]",
    label="Secret",
    how_to_find="kubectl get secrets --namespace NAMESPACE lists the existing ones. A new one can have any name: the "
    "command that creates it is printed at the end.",
    settles=_PLACE,
    alternative_label="use a Secret that holds the URL instead",
    scope="redis",
)
ON_RELEASE_NAME = Decision(name_error, label="Release", scope="release", how_to_find=_HOW_TO_FIND)
ON_NAMESPACE = Decision(name_error, label="Namespace", scope="release", how_to_find=_HOW_TO_FIND)
