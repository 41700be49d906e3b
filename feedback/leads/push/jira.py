"""Jira (REST, version 2). FEEDBACK_JIRA_TOKEN; for Jira Cloud FEEDBACK_JIRA_USER, the mail address, beside it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from feedback.errors import UsageError
from feedback.leads.push.draft import Draft
from feedback.leads.push.send import Call, Refused, Request

_PROJECT = re.compile(r"[A-Z][A-Z0-9_]+")
#: Marks of Jira's own notation: a name in brackets would call somebody, a pair of ! would load a picture.
_SPECIAL = re.compile(r"([\\{}\[\]!|*_~^?+])")


class Jira:
    """`url`: the site, such as https://example.atlassian.net; `project`: its key, such as APP."""

    name = "jira"

    def __init__(self, url: str, project: str | None, environment: Mapping[str, str], *, dry: bool) -> None:
        if not project or not _PROJECT.fullmatch(project):
            raise UsageError(f"--project {project or ''}: no key of a Jira project", hint="such as --project APP")
        self._api = f"{url}/rest/api/2"
        self._project = project
        self._user = environment.get("FEEDBACK_JIRA_USER", "")
        self._token = environment.get("FEEDBACK_JIRA_TOKEN", "")
        # Jira Cloud took the old search away in 2025 (CHANGE-2046); Data Center has no other.
        self._cloud = (urlsplit(url).hostname or "").endswith(".atlassian.net")
        if not self._token and not dry:
            raise UsageError("no token for Jira", hint="put it into the environment: FEEDBACK_JIRA_TOKEN")

    def headers(self, call: Call) -> dict[str, str]:
        """Basic with a user (Cloud), else Bearer (a personal access token of Data Center)."""
        if self._user:
            pair = base64.b64encode(f"{self._user}:{self._token}".encode()).decode()
            return {"Authorization": f"Basic {pair}", "Accept": "application/json"}
        return {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}

    def owns(self, key: str) -> bool:
        """PROJECT-NUMBER of this project."""
        return re.fullmatch(rf"{self._project}-\d+", key) is not None

    def find(self, made: Draft, call: Call, *, anew: bool) -> str | None:
        """By the label that is the mark."""
        query = {
            "jql": f'project = "{self._project}" AND labels = "{_label(made)}" ORDER BY created ASC',
            "fields": "labels",
            "maxResults": "1",
        }
        try:
            found = call(Request("GET", self._search(), query=query))
        except Refused as error:
            if not str(error).startswith(("HTTP 404", "HTTP 410")):
                raise
            self._cloud = not self._cloud
            found = call(Request("GET", self._search(), query=query))
        issues = found.get("issues") if isinstance(found, dict) else None
        if not isinstance(issues, list):
            raise Refused("the answer is no list of issues: is --url a Jira site?", all=True)
        return str(issues[0]["key"]) if issues else None

    def _search(self) -> str:
        return f"{self._api}/search/jql" if self._cloud else f"{self._api}/search"

    def create(self, made: Draft) -> Request:
        """A story with summary, description and labels, the mark among them."""
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": "Story"},
            "summary": made.title,
            "description": _text(made),
            "labels": [*made.labels, _label(made)],
        }
        return Request("POST", f"{self._api}/issue", {"fields": fields})

    def update(self, made: Draft, key: str) -> list[Request]:
        """Summary and description; the mark is added where somebody took it off."""
        body = {
            "fields": {"summary": made.title, "description": _text(made)},
            "update": {"labels": [{"add": _label(made)}]},
        }
        return [Request("PUT", f"{self._api}/issue/{key}", body)]

    def key_of(self, answer: Any) -> str:
        """The issue's key."""
        key = answer.get("key") if isinstance(answer, dict) else None
        if not isinstance(key, str):
            raise Refused("the answer names no key of the issue")
        return key


def _label(made: Draft) -> str:
    return f"feedback-{made.mark.replace('/', '-')}"


def _text(made: Draft) -> str:
    return _SPECIAL.sub(r"\\\1", "\n".join(line.strip() for line in made.lines))
