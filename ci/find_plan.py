"""Name of an artifact -> the workflow run that holds the reviewed plan, as `run-id=…`.

Asks `GET /repos/{owner}/{repo}/actions/artifacts` of the GitHub REST API. Reads `GITHUB_API_URL`,
`GITHUB_REPOSITORY` and `GITHUB_TOKEN`, which needs no more than `actions: read`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

EXIT_ERROR: Final = 1
EXIT_REFUSED: Final = 3
_TIMEOUT: Final = 30.0


def newest_run(artifacts: Iterable[Mapping[str, Any]]) -> int | None:
    """The run that made the newest artifact of this repository's own branches, None without one.

    A run of a fork may hold whatever its author put there: it is never taken.
    """
    own = (
        each
        for each in artifacts
        if not each["expired"]
        and each["workflow_run"]["head_repository_id"] == each["workflow_run"]["repository_id"]
    )
    newest = max(own, key=lambda each: str(each["created_at"]), default=None)
    return int(newest["workflow_run"]["id"]) if newest else None


def _artifacts(name: str) -> list[dict[str, Any]]:
    repository = os.environ["GITHUB_REPOSITORY"]
    query = urlencode({"name": name, "per_page": 100})
    url = f"{os.environ['GITHUB_API_URL']}/repos/{repository}/actions/artifacts?{query}"
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
        "User-Agent": "vapi-reconciler",
    }
    with urlopen(Request(url, headers=headers), timeout=_TIMEOUT) as answer:
        found: list[dict[str, Any]] = json.load(answer)["artifacts"]
    return found


def main(name: str) -> int:
    """Print the run, or say that nobody reviewed a plan for this tree."""
    try:
        run = newest_run(_artifacts(name))
    except OSError as error:
        print(f"::error::GitHub does not list artifacts: {error}", file=sys.stderr)
        return EXIT_ERROR
    if run is None:
        print(
            f"::error::no plan was reviewed for what is checked out here ({name}): "
            "something else was merged since, or this was never a pull request; "
            "open one, and merge what its plan shows",
            file=sys.stderr,
        )
        return EXIT_REFUSED
    print(f"run-id={run}")
    return 0


if __name__ == "__main__":
    (artifact,) = sys.argv[1:]
    sys.exit(main(artifact))
