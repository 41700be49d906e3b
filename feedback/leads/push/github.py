"""GitHub issues (REST, version 2022-11-28). Token: FEEDBACK_GITHUB_TOKEN, with the right to write issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from feedback.errors import UsageError
from feedback.leads.push.draft import Draft
from feedback.leads.push.send import Call, Refused, Request

_PAGE = 100
_MARK = re.compile(r"<!-- feedback-lead: (\S+) -->")


class GitHub:
    """`url`: https://github.com/OWNER/REPO, one of GitHub Enterprise, or the repository's address in an API."""

    name = "github"

    def __init__(self, url: str, project: str | None, environment: Mapping[str, str], *, dry: bool) -> None:
        self._api = _api(url)
        self._token = environment.get("FEEDBACK_GITHUB_TOKEN", "")
        self._known: dict[str, str] | None = None
        if not self._token and not dry:
            raise UsageError("no token for GitHub", hint="put it into the environment: FEEDBACK_GITHUB_TOKEN")

    def headers(self, call: Call) -> dict[str, str]:
        """The token and the version of the API."""
        return {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def owns(self, key: str) -> bool:
        """A number, with or without #."""
        return re.fullmatch(r"#?\d+", key) is not None

    def find(self, made: Draft, call: Call, *, anew: bool) -> str | None:
        """Looked up in a list of all issues that bear our label: a search there lags behind by minutes."""
        if self._known is None or anew:
            self._known = self._marks(call)
        return self._known.get(made.mark)

    def _marks(self, call: Call) -> dict[str, str]:
        known: dict[str, str] = {}
        page = 1
        while True:
            query = {"labels": "feedback", "state": "all", "per_page": str(_PAGE), "page": str(page)}
            found = call(Request("GET", f"{self._api}/issues", query=query))
            if not isinstance(found, list):
                raise Refused("the answer is no list of issues: is --url a repository's address?", all=True)
            for issue in found:
                mark = _MARK.search(issue.get("body") or "")
                if mark and "pull_request" not in issue:
                    known[mark[1]] = f"#{issue['number']}"
            if len(found) < _PAGE:
                return known
            page += 1

    def create(self, made: Draft) -> Request:
        """Title, body with the mark, labels."""
        body = {"title": made.title, "body": _body(made), "labels": list(made.labels)}
        return Request("POST", f"{self._api}/issues", body)

    def update(self, made: Draft, key: str) -> list[Request]:
        """Title and body; labels and assignees are the tracker's people's own from the day of making on."""
        body = {"title": made.title, "body": _body(made)}
        return [Request("PATCH", f"{self._api}/issues/{key.lstrip('#')}", body)]

    def key_of(self, answer: Any) -> str:
        """#number."""
        number = answer.get("number") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise Refused("the answer names no number of the issue")
        return f"#{number}"


def _body(made: Draft) -> str:
    return f"{made.markdown}\n\n<!-- feedback-lead: {made.mark} -->"


def _api(url: str) -> str:
    """The address of the repository in the API."""
    parts = urlsplit(url)
    path = parts.path.removesuffix(".git").strip("/")
    place = re.fullmatch(r"(?:(?P<before>.*/)?repos/)?(?P<repo>[^/]+/[^/]+)", path)
    if place is None:
        raise UsageError(f"--url {url}: not a repository", hint="such as https://github.com/OWNER/REPO")
    host = f"{parts.scheme}://{parts.netloc}"
    if "repos/" in path:
        return f"{host}/{path}"
    if parts.hostname in ("github.com", "www.github.com"):
        return f"https://api.github.com/repos/{place['repo']}"
    return f"{host}/api/v3/repos/{place['repo']}"
