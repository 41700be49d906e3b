"""Sending drafts: requests, what a tracker's answer means, repeated tries without doubling."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, Protocol

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from feedback.leads.push.draft import Draft

ATTEMPTS: Final = 4
#: A tracker that asks for a longer pause than this many seconds is told off as busy.
_LONGEST_PAUSE: Final = 60.0


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The certificates that httpx trusts, read once."""
    return httpx.create_ssl_context()


class Refused(Exception):
    """The tracker did not take a request; `again`: a later try may help; `all`: it would take no other either."""

    def __init__(self, reason: str, *, again: bool = False, all: bool = False, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.again = again
        self.all = all
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `body` goes as JSON, `query` behind the address."""

    method: str
    url: str
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a lead: its key in the tracker, after how many tries, and why it was refused."""

    lead_id: str
    outcome: Literal["created", "updated", "unchanged", "skipped", "failed"]
    key: str | None
    attempts: int = 0
    error: str | None = None


Call = Callable[[Request], Any]


class Tracker(Protocol):
    """One tracker's ways. Requests are made apart from being sent, so that a dry run shows them."""

    name: str

    def headers(self, call: Call) -> dict[str, str]:
        """Headers that let us in; `call` sends without them, for trackers that first want a login."""
        ...

    def owns(self, key: str) -> bool:
        """Is this the form of the tracker's keys?"""
        ...

    def find(self, made: Draft, call: Call, *, anew: bool) -> str | None:
        """The key of the issue that bears the draft's mark; `anew`: do not trust what was read before."""
        ...

    def create(self, made: Draft) -> Request:
        """The request that makes an issue."""
        ...

    def update(self, made: Draft, key: str) -> list[Request]:
        """The requests that bring an issue up to date."""
        ...

    def key_of(self, answer: Any) -> str:
        """The key in the answer to `create`. Raises Refused."""
        ...


def push(
    tracker: Tracker, drafts: Sequence[Draft], *, sleep: Callable[[float], None], timeout: float = 20.0
) -> Iterator[Sent]:
    """Send drafts one after the other, each with up to four tries; a refusal is yielded, not raised.

    After a try whose end is not known the tracker is searched before anything is made: no issue comes twice. A tracker
    that lets us not in at all ends the run: the drafts left are yielded as failed.
    """
    with httpx.Client(timeout=timeout, verify=_trusted()) as client:
        stop: Refused | None = None
        for made in drafts:
            if stop is not None:
                yield Sent(made.lead_id, "failed", made.key, 0, str(stop))
                continue
            if made.key is not None and not tracker.owns(made.key):
                yield Sent(made.lead_id, "skipped", made.key, 0, f"{made.key} is no key of {tracker.name}")
                continue
            attempts = 0

            def once(made: Draft = made) -> Sent:
                nonlocal attempts
                attempts += 1
                return _once(tracker, client, made, attempts)

            try:
                yield _retrying(sleep)(once)
            except Refused as error:
                stop = error if error.all else None
                yield Sent(made.lead_id, "failed", made.key, attempts, str(error))


def _once(tracker: Tracker, client: httpx.Client, made: Draft, attempt: int) -> Sent:
    def call(request: Request) -> Any:
        return _call(client, request)

    if "feedback" not in client.headers["User-Agent"]:
        client.headers.update(tracker.headers(call) | {"User-Agent": "feedback-mining"})
    key = made.key or tracker.find(made, call, anew=attempt > 1)
    if key is None:
        return Sent(made.lead_id, "created", tracker.key_of(call(tracker.create(made))), attempt)
    for request in tracker.update(made, key):
        call(request)
    return Sent(made.lead_id, "updated", key, attempt)


def _retrying(sleep: Callable[[float], None]) -> Retrying:
    grow = wait_exponential(multiplier=0.5, max=8)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(grow(state), error.pause if isinstance(error, Refused) else 0.0)

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=pause,
        retry=retry_if_exception(lambda error: isinstance(error, Refused) and error.again),
        sleep=sleep,
        reraise=True,
    )


def _call(client: httpx.Client, request: Request) -> Any:
    """The JSON of the answer, None for an empty one. Raises Refused."""
    try:
        answer = client.request(request.method, request.url, json=request.body, params=request.query or None)
    except httpx.HTTPError as error:
        # Its text may hold more than people should see.
        raise Refused(type(error).__name__, again=True) from None
    if answer.status_code >= 300:
        raise _meaning(answer)
    if not answer.content.strip():
        return None
    try:
        return answer.json()
    except ValueError:
        raise Refused("the answer is not JSON: is --url the address of the API?", all=True) from None


def _meaning(answer: httpx.Response) -> Refused:
    """Why the tracker refused, and whether a later try may help."""
    status = answer.status_code
    reason = f"HTTP {status}{_said(answer)}"
    if status < 400:
        return Refused(f"{reason}: the address has moved", all=True)
    pause = _pause(answer)
    if status in (408, 429) or status >= 500 or (status == 403 and _limited(answer)):
        return Refused(reason, again=pause <= _LONGEST_PAUSE, all=pause > _LONGEST_PAUSE, pause=pause)
    return Refused(reason, all=status in (401, 403))


def _limited(answer: httpx.Response) -> bool:
    """GitHub says 403 both for "not allowed" and for "too many"."""
    return answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers


def _pause(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0


def _said(answer: httpx.Response) -> str:
    """The tracker's own words, at most 200 characters."""
    try:
        found = answer.json()
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    words: list[str] = []
    for name in ("message", "error", "errorMessages", "errors"):
        value = found.get(name)
        if isinstance(value, dict):
            words += [f"{field}: {text}" for field, text in value.items()]
        elif isinstance(value, list):
            words += [str(item) for item in value]
        elif value:
            words.append(str(value))
    return f": {' '.join('; '.join(words).split())[:200]}" if words else ""
