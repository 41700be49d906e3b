"""A local HTTP server that behaves like the trackers' APIs: logins, pages, searches, refusals, silence."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0ken-of-the-test"
#: (status, body, headers), or a number of seconds of silence.
Answer = tuple[int, Any, dict[str, str]]


@dataclass
class State:
    """What the tracker holds and was asked; `troubles` are answered first, each once (None: take it, then hang up)."""

    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    troubles: list[Answer | float | None] = field(default_factory=list)
    trouble_for: str = "POST"
    next: int = 1

    def add(self, issue: dict[str, Any]) -> int:
        """Keep a new issue."""
        number = self.next
        self.next += 1
        self.issues[number] = issue
        return number

    def posts(self) -> int:
        """How many issues were asked for."""
        return sum(method == "POST" and not path.endswith(("tokens", "change")) for method, path, _ in self.asked)


def github(state: State, method: str, path: str, query: dict[str, str], body: Any, headers: Any) -> Answer:
    """api.github.com: issues of me/app, listed by label in pages."""
    if headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {"message": "Bad credentials"}, {}
    if path == "/repos/me/app/issues" and method == "GET":
        numbers = sorted(n for n, i in state.issues.items() if query["labels"] in i["labels"])
        size, page = int(query["per_page"]), int(query["page"])
        return 200, [{"number": n, **state.issues[n]} for n in numbers[(page - 1) * size : page * size]], {}
    if path == "/repos/me/app/issues" and method == "POST":
        if not body.get("title"):
            return 422, {"message": "Validation Failed", "errors": [{"field": "title"}]}, {}
        number = state.add(body)
        return 201, {"number": number, **body}, {}
    found = re.fullmatch(r"/repos/me/app/issues/(\d+)", path)
    if found and method == "PATCH" and int(found[1]) in state.issues:
        state.issues[int(found[1])].update(body)
        return 200, {"number": int(found[1])}, {}
    return 404, {"message": "Not Found"}, {}


def jira(state: State, method: str, path: str, query: dict[str, str], body: Any, headers: Any) -> Answer:
    """Data Center: search by JQL on a label, create, edit."""
    if headers.get("Authorization") != f"Bearer {TOKEN}":
        return 401, {"errorMessages": ["You are not authenticated"], "errors": {}}, {}
    if path == "/rest/api/2/search":
        label = re.search(r'labels = "([^"]+)"', query["jql"])
        assert label is not None
        keys = [f"APP-{n}" for n, i in sorted(state.issues.items()) if label[1] in i["labels"]]
        return 200, {"issues": [{"key": key, "fields": {}} for key in keys], "total": len(keys)}, {}
    if path == "/rest/api/2/issue" and method == "POST":
        if body["fields"]["project"]["key"] != "APP":
            return 400, {"errorMessages": [], "errors": {"project": "project is required"}}, {}
        return 201, {"id": "1", "key": f"APP-{state.add(dict(body['fields']))}"}, {}
    found = re.fullmatch(r"/rest/api/2/issue/APP-(\d+)", path)
    if found and method == "PUT" and int(found[1]) in state.issues:
        issue = state.issues[int(found[1])]
        issue.update(body["fields"])
        for change in body["update"]["labels"]:
            issue["labels"] = sorted({*issue["labels"], change["add"]})
        return 204, None, {}
    return 404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}}, {}


def jira_cloud(state: State, method: str, path: str, query: dict[str, str], body: Any, headers: Any) -> Answer:
    """Cloud took the old search away."""
    if path == "/rest/api/2/search":
        return 410, {"errorMessages": ["The requested API has been removed."]}, {}
    return jira(state, method, path.replace("search/jql", "search"), query, body, headers)


def zentao(state: State, method: str, path: str, query: dict[str, str], body: Any, headers: Any) -> Answer:
    """禅道: a token for account and password; stories of product 3; some refusals come with 200."""
    if path == "/api.php/v1/tokens":
        right = body == {"account": "pm", "password": TOKEN}
        return (201, {"token": "session"}, {}) if right else (400, {"error": "登录失败"}, {})
    if headers.get("Token") != "session":
        return 401, {"error": "Unauthorized"}, {}
    if path == "/api.php/v1/products/3/stories":
        size, page = int(query["limit"]), int(query["page"])
        some = sorted(state.issues.items())[(page - 1) * size : page * size]
        return 200, {"page": page, "total": len(state.issues), "stories": [{"id": n, **i} for n, i in some]}, {}
    if path == "/api.php/v1/stories" and method == "POST":
        if body["product"] != 3:
            return 200, {"status": "fail", "message": "产品不存在"}, {}
        return 200, {"id": state.add(body), **body}, {}
    found = re.fullmatch(r"/api.php/v1/stories/(\d+)(/change)?", path)
    if found and int(found[1]) in state.issues and method == ("POST" if found[2] else "PUT"):
        state.issues[int(found[1])].update(body)
        return 200, {"id": int(found[1])}, {}
    return 404, {"error": "not found"}, {}


API = Callable[[State, str, str, dict[str, str], Any, Any], Answer]


@contextmanager
def serving(api: API) -> Iterator[tuple[str, State]]:
    """The address of a server of this API on this machine, and what it holds."""
    state = State()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            state.asked.append((self.command, parts.path, body))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            trouble: Answer | float | bool | None = False
            if self.command == state.trouble_for and state.troubles and not parts.path.endswith("tokens"):
                trouble = state.troubles.pop(0)
            if isinstance(trouble, float):
                time.sleep(trouble)
                return
            status, found, headers = (
                trouble
                if isinstance(trouble, tuple)
                else api(state, self.command, parts.path, query, body, self.headers)
            )
            if trouble is None:
                return  # taken, but the answer is lost
            content = found.encode() if isinstance(found, str) else b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Not a word."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
