"""禅道 stories (REST, version 1). FEEDBACK_ZENTAO_USER and FEEDBACK_ZENTAO_PASSWORD, or FEEDBACK_ZENTAO_TOKEN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from feedback.errors import UsageError
from feedback.leads.push.draft import Draft
from feedback.leads.push.send import Call, Refused, Request

_PAGE = 100


class ZenTao:
    """`url`: the site, such as https://zentao.example.com; `project`: the number of the product there."""

    name = "zentao"

    def __init__(self, url: str, project: str | None, environment: Mapping[str, str], *, dry: bool) -> None:
        if not project or not project.isdigit():
            raise UsageError(f"--project {project or ''}: no number of a 禅道 product", hint="such as --project 3")
        self._api = f"{url.removesuffix('/api.php/v1')}/api.php/v1"
        self._product = int(project)
        self._token = environment.get("FEEDBACK_ZENTAO_TOKEN", "")
        self._user = environment.get("FEEDBACK_ZENTAO_USER", "")
        self._password = environment.get("FEEDBACK_ZENTAO_PASSWORD", "")
        self._known: dict[str, str] | None = None
        if not self._token and not (self._user and self._password) and not dry:
            raise UsageError(
                "no way into 禅道",
                hint="put FEEDBACK_ZENTAO_USER and FEEDBACK_ZENTAO_PASSWORD, or FEEDBACK_ZENTAO_TOKEN, "
                "into the environment",
            )

    def headers(self, call: Call) -> dict[str, str]:
        """The token, fetched for the user where none is given."""
        token = self._token
        if not token:
            login = Request("POST", f"{self._api}/tokens", {"account": self._user, "password": self._password})
            try:
                answer = call(login)
            except Refused as error:
                raise error if error.again else Refused(str(error), all=True) from None
            token = str(answer.get("token") or "") if isinstance(answer, dict) else ""
            if not token:
                raise Refused("禅道 gave no token for this user and password", all=True)
        return {"Token": token}

    def owns(self, key: str) -> bool:
        """A number, with or without "story-" or #."""
        return re.fullmatch(r"(?:story-|#)?\d+", key) is not None

    def find(self, made: Draft, call: Call, *, anew: bool) -> str | None:
        """Looked up in the list of the product's stories, by the note of their source."""
        if self._known is None or anew:
            self._known = self._marks(call)
        return self._known.get(made.mark)

    def _marks(self, call: Call) -> dict[str, str]:
        known: dict[str, str] = {}
        page = 1
        while True:
            query = {"limit": str(_PAGE), "page": str(page), "status": "allstory"}
            found = call(Request("GET", f"{self._api}/products/{self._product}/stories", query=query))
            stories = found.get("stories") if isinstance(found, dict) else None
            if not isinstance(stories, list):
                raise Refused("the answer is no list of stories: are --url and --project right?", all=True)
            for story in stories:
                if story.get("sourceNote"):
                    known.setdefault(str(story["sourceNote"]), f"story-{story['id']}")
            if len(stories) < _PAGE or page * _PAGE >= int(found.get("total") or 0):
                return known
            page += 1

    def create(self, made: Draft) -> Request:
        """A story of the product, from users, with the mark as note of its source."""
        body = {
            "title": made.title,
            "product": self._product,
            "pri": made.urgency,
            "category": "improve",
            "spec": _spec(made),
            "source": "user",
            "sourceNote": made.mark,
            "keywords": ",".join((*made.labels[:2], made.lead_id)),
        }
        return Request("POST", f"{self._api}/stories", body)

    def update(self, made: Draft, key: str) -> list[Request]:
        """A change of title and description; the mark again. The priority is the product's people's own from then
        on."""
        story = f"{self._api}/stories/{key.removeprefix('story-').lstrip('#')}"
        return [
            Request("POST", f"{story}/change", {"title": made.title, "spec": _spec(made)}),
            Request("PUT", story, {"source": "user", "sourceNote": made.mark}),
        ]

    def key_of(self, answer: Any) -> str:
        """story-number; 禅道 may say 200 and refuse in the body."""
        number = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            said = answer.get("error") or answer.get("message") if isinstance(answer, dict) else None
            raise Refused(f"禅道: {str(said)[:200]}" if said else "the answer names no number of the story")
        return f"story-{number}"


def _spec(made: Draft) -> str:
    return "<br/>".join(escape(line.strip()) for line in made.lines)
