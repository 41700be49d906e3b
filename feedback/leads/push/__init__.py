"""Leads into a tracker by its REST API: GitHub, Jira, 禅道. `tracker(...)` makes the adapter, `push(...)` sends.

A lead is found again by its tracker key or, where that is not known here, by the mark that travels with it; what is
there is updated, never doubled. Tokens come from the environment only, and no error text repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from feedback.errors import UsageError
from feedback.leads.push.draft import Draft, digest, draft
from feedback.leads.push.github import GitHub
from feedback.leads.push.jira import Jira
from feedback.leads.push.send import Request, Sent, Tracker, push
from feedback.leads.push.zentao import ZenTao

TRACKERS = ("github", "jira", "zentao")


def tracker(name: str, url: str, project: str | None, environment: Mapping[str, str], *, dry: bool = False) -> Tracker:
    """The adapter of tracker `name` at `url`; with `dry` no token is needed. Raises UsageError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--url {url}: not a web address", hint="such as https://example.com/…")
    if parts.username or parts.password:
        raise UsageError("--url holds a user name or password", hint="put them into the environment, not into --url")
    kinds: dict[str, type[GitHub] | type[Jira] | type[ZenTao]] = {"github": GitHub, "jira": Jira, "zentao": ZenTao}
    if name not in kinds:
        raise UsageError(f"{name}: no such tracker", hint=f"valid: {', '.join(TRACKERS)}")
    return kinds[name](url.rstrip("/"), project, {} if dry else environment, dry=dry)


__all__ = ["TRACKERS", "Draft", "Request", "Sent", "Tracker", "digest", "draft", "push", "tracker"]
