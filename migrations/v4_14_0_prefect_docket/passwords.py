"""Whether the messaging password, which the values show, may stand in the docket URL too."""

from __future__ import annotations

from migrator.prefect import env
from migrator.prefect.messaging import Password, injects_password
from migrator.prefect.names import MESSAGING
from migrator.values.release import Release

from .docket_edits import layer_of

_IN_ENV = ("PREFECT_REDIS_MESSAGING_PASSWORD", "PREFECT_REDIS_MESSAGING_URL")


def password_stands_apart(release: Release, password: Password) -> bool:
    """Whether the file that the docket goes into does not hold the password: it may be one that goes into Git."""
    holders = {
        number
        for number in release.owners((*MESSAGING, "redis", "password"))
        if release.in_layer(number, (*MESSAGING, "redis", "password")) not in (None, "")
    }
    for listed in env.own_lists(release):
        holders |= {listed.layer for entry in listed.named(*_IN_ENV) if password.value in str(entry.value)}
    files = {release.layers[number].name for number in holders}
    return release.layers[layer_of(release)].name not in files


def can_be_referred_to(release: Release, password: Password) -> bool:
    """Whether `$(PREFECT_REDIS_MESSAGING_PASSWORD)` works: the chart injects this one, and a URL takes it as it is."""
    from urllib.parse import quote  # on demand: it weighs on every start

    own = env.winner(release, "background", _IN_ENV[0])
    return own is None and injects_password(release) and quote(password.value, safe="") == password.value
