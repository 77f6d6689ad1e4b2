"""The questions about the docket of 4.14.0, and what is wrong with an answer."""

from __future__ import annotations

import re

from migrator.migration import Choice, Question, Release, redis

SECRET = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<key>[A-Za-z0-9._-]+))?")
"""NAME or NAME:KEY of a Secret, by Kubernetes' rules for object names and Secret keys."""


def redis_host(host: str, problem: str) -> Question:
    """The question for the Redis server, where the values do not name one that can be used."""
    return Question(
        id="redis-host",
        text=f"Which host serves Prefect's messaging Redis? The values say {host!r}, which {problem}.",
        flag="--redis-host",
        complaint=redis.complaint_about_host,
    )


def redis_db(release: Release, address: redis.Address) -> Question:
    """The question for the docket's database; free ones are suggested, taken ones refused."""
    free = [n for n in range(redis.DATABASES) if not redis.taken_by(release, address.host, address.port, n)]
    suggestion = 2 if 2 in free or not free else next((n for n in free if n > 0), free[0])
    used = [
        f"{n} by {who}"
        for n in range(redis.DATABASES)
        if (who := redis.taken_by(release, address.host, address.port, n))
    ]
    known = f" In use on that server: {', '.join(used)}." if used else ""
    return Question(
        id="redis-db",
        text=f"Which database of the Redis at {address.host}:{address.port} is to hold the docket? It must be one that "
        f"nothing else uses or flushes; a server has 0 to 15 unless configured otherwise.{known}",
        flag="--redis-db",
        suggestion=str(suggestion),
        complaint=lambda answer: _complaint_about_database(release, address, answer),
    )


def docket_password(source: str) -> Question:
    """The question for a password that the chart injects from a Secret, and that no file shows."""
    return Question(
        id="docket-password",
        text=f"The Redis password comes from {source}, so it cannot stand in the URL. How shall the pods get it?",
        flag="--docket-secret NAME[:KEY] or --answer docket-password=reference",
        choices=(
            Choice(
                "reference",
                f"the URL holds {redis.PASSWORD_REFERENCE}, which Kubernetes fills in as it is: right "
                "unless the password holds one of @ : / ? # % (it is not percent-encoded)",
            ),
            Choice("secret", "the whole URL stands in a Secret of yours, which has to exist before the upgrade"),
        ),
    )


def docket_secret(reason: str) -> Question:
    """The question for a Secret that holds the whole docket URL."""
    return Question(
        id="docket-secret",
        text=f"Which Secret holds the docket URL (NAME, or NAME:KEY; the key is docket-url unless given)? {reason}",
        flag="--docket-secret NAME[:KEY] or --docket-url",
        complaint=lambda answer: "" if SECRET.fullmatch(answer) else f"{answer!r} is no NAME or NAME:KEY of a Secret",
    )


def docket_url(release: Release, reason: str) -> Question:
    """The question for the docket URL as a whole, where it cannot be put together from the values."""
    return Question(
        id="docket-url",
        text=f"Which URL is the docket's (redis[s]://[USER:PASSWORD@]HOST:PORT/DATABASE)? {reason}",
        flag="--docket-url",
        complaint=lambda answer: _complaint_about_url(release, answer),
    )


def bundled_name(flag: str, what: str) -> Question:
    """The questions that name the service of the Redis that prefect-server bundles."""
    text = f"What is the {what} called? The docket is to live in prefect-server's own Redis, which is named after it."
    return Question(id=flag, text=text, flag=f"--{flag}")


def _complaint_about_database(release: Release, address: redis.Address, answer: str) -> str:
    if not answer.strip().isdecimal():
        return f"{answer!r} is not the number of a database"
    who = redis.taken_by(release, address.host, address.port, int(answer))
    if not who:
        return ""
    only_one = " (on a server with one database only, say so with --docket-url)" if int(answer) == 0 else ""
    return f"database {int(answer)} is used by {who} already{only_one}"


def _complaint_about_url(release: Release, url: str) -> str:
    complaint = redis.complaint_about(url)
    if complaint:
        return f"{masked(url)!r} is not sound: {complaint}"
    if redis.EXAMPLE_HOST in url:
        return f"{masked(url)!r} holds the presets' example host, which the chart refuses"
    parts = redis.parse_url(url)
    who = redis.taken_by(release, parts.host, str(parts.port), parts.database)
    if who and not (parts.database == 0 and redis.messaging(release, "background").database == "0"):
        return f"database {parts.database} there is used by {who} already"
    return ""


def masked(url: str) -> str:
    """The URL with its password out of sight, for a sentence."""
    return re.sub(r"(://[^/@]*:)[^@]*@", r"\1***@", url)
