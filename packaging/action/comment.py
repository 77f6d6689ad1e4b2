"""Writes the comment on the pull request, or updates the one from an earlier run, found by its first line.

If there is nothing to do and no earlier comment, none is written. A token that may not write, as for a pull request
from a fork, is not a failure: the annotations and the job's summary say the same.

Source: https://docs.github.com/rest/issues/comments
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

API = os.environ.get("GITHUB_API_URL", "https://api.github.com")
COMMENTS = f"{API}/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
PAGE = 100
MOST_PAGES = 30


def main() -> None:
    """Write or update the comment."""
    body = Path(os.environ["RUNNER_TEMP"], "infrahub-migrator.md").read_text(encoding="utf-8")
    number = int(os.environ["NUMBER"])
    marker = body.partition("\n")[0]
    if not marker.startswith("<!-- infrahub-migrator "):
        print("check printed nothing to comment.")
        return
    try:
        earlier = find(number, marker)
        if earlier is not None:
            call("PATCH", f"{COMMENTS}/comments/{earlier}", {"body": body})
        elif os.environ.get("CODE") != "0":
            call("POST", f"{COMMENTS}/{number}/comments", {"body": body})
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        print("::notice title=infrahub-migrator::The token may not comment here. The job's summary has the text.")


def find(number: int, marker: str) -> int | None:
    """The comment of an earlier run: written by a bot, and beginning with the marker, which anybody can write."""
    for page in range(1, MOST_PAGES + 1):
        comments = call("GET", f"{COMMENTS}/{number}/comments?per_page={PAGE}&page={page}")
        for comment in comments:
            if comment["user"]["type"] == "Bot" and comment["body"].startswith(marker):
                return int(comment["id"])
        if len(comments) < PAGE:
            break
    return None


def call(method: str, url: str, body: object = None) -> Any:
    """What the API answers."""
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Accept": "application/vnd.github+json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
