"""The values of a release with separate background services, from which most tests start."""

from __future__ import annotations

from collections.abc import Sequence

ENTRIES = {
    "ui": "PREFECT_UI_SERVE_BASE=/",
    "webserver-only": "PREFECT__SERVER_WEBSERVER_ONLY=true",
    "triggers-off": "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED=false",
    "triggers-on": "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED=true",
    "pin": "PREFECT_API_DATABASE_MIGRATE_ON_START=false",
    "register": "PREFECT_API_BLOCKS_REGISTER_ON_START=false",
    "metrics": "PROMETHEUS_MULTIPROC_DIR=",
}
"""Short names of entries in presets; any other entry is written NAME=value."""


def entries(words: str, indent: int = 8, *, flow: bool = False) -> str:
    """Items of an env list as YAML, one for each word; in braces with `flow`."""
    text = ""
    for word in words.split():
        name, _, value = ENTRIES.get(word, word).partition("=")
        shown = value if value == "/" else f'"{value}"'
        items = (f"{{name: {name}, value: {shown}}}",) if flow else (f"name: {name}", f"  value: {shown}")
        text += f"{' ' * indent}- " + f"\n{' ' * indent}".join(items) + "\n"
    return text


def values(
    server: str | None,
    background: str | None,
    redis: Sequence[str] = ("host: redis.prod", "db: 1"),
    docket: str = "",
    *,
    root: str = "infrahub.prefect-server",
    head: str = "",
    flow: bool = False,
) -> str:
    """Values of a release with separate services.

    `server` and `background` are its env lists as words (see `entries`; "" is `[]`, None is no list), `redis` the lines
    below `messaging.redis`, `docket` the URL with its quotes, `root` the keys above the Prefect part, `head` the text
    at the start. With `flow`, entries, Redis and docket are in braces.
    """
    lines = [] if server is None else ["server:", *_env(server, flow)]
    lines += ["backgroundServices:", "  runAsSeparateDeployment: true", "  messaging:"]
    if flow:
        lines.append(f"    redis: {{{', '.join(redis)}}}")
        lines += [f"    docket: {{url: {docket}}}"] if docket else []
    else:
        lines += ["    redis:", *(f"      {line}" for line in redis)]
        lines += ["    docket:", f"      url: {docket}"] if docket else []
    lines += [] if background is None else _env(background, flow)
    keys = root.split(".") if root else []
    above = "".join(f"{'  ' * depth}{key}:\n" for depth, key in enumerate(keys))
    return head + above + "".join(f"{'  ' * len(keys)}{line}\n" for line in lines)


def _env(words: str, flow: bool) -> list[str]:
    return ["  env:", *entries(words, 4, flow=flow).splitlines()] if words else ["  env: []"]
