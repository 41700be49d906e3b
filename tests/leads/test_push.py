"""Leads into trackers, against a local server that behaves like each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from feedback import pipeline, pipeline_push
from feedback.errors import FeedbackError, UsageError
from feedback.leads import push as room
from feedback.leads.push import Draft, Sent
from feedback.pipeline_push import Target
from feedback.settings import LeadSettings, Settings
from feedback.store import Store
from tests.leads import trackers
from tests.leads.invented import NOW, rows, store
from tests.leads.test_cli import Command
from tests.leads.trackers import TOKEN, State, serving

SETTINGS = Settings(leads=LeadSettings(bootstrap=0))
ENVIRONMENT = {
    "FEEDBACK_GITHUB_TOKEN": TOKEN, "FEEDBACK_JIRA_TOKEN": TOKEN,
    "FEEDBACK_ZENTAO_USER": "pm", "FEEDBACK_ZENTAO_PASSWORD": TOKEN,
}  # fmt: skip
KINDS = ["github", "jira", "jira_cloud", "zentao"]
KEY = {"github": "#{}", "jira": "APP-{}", "jira_cloud": "APP-{}", "zentao": "story-{}"}
DRAFT = Draft("LEAD-0001", "abc/LEAD-0001", None, "登录后闪退", ("为什么", "“闪退”"), "为什么", ("feedback",), 1)


@dataclass
class World:
    """A store with leads and a tracker."""

    kind: str
    target: Target
    state: State
    opened: Store

    def push(self, **environment: str) -> list[Sent]:
        found = pipeline_push.to_push(self.opened, products=(), lead_ids=(), top=20)
        return pipeline_push.leads_push(
            self.opened, SETTINGS, self.target, found, now=NOW, environment=ENVIRONMENT | environment, sleep=no_sleep
        )

    def rename(self, lead_id: str, title: str) -> None:
        self.opened.connection.execute("UPDATE leads SET title = ? WHERE id = ?", [title, lead_id])

    def key(self, number: int) -> str:
        return KEY[self.kind].format(number)


def no_sleep(_: float) -> None:
    """Time does not pass in tests."""


def target(kind: str, url: str) -> Target:
    return {
        "github": Target("github", f"{url}/repos/me/app"),
        "jira": Target("jira", url, "APP"),
        "jira_cloud": Target("jira", url, "APP"),
        "zentao": Target("zentao", url, "3"),
    }[kind]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with leads, made once."""
    file = store(tmp_path_factory.mktemp("push") / "s.duckdb", rows(4))
    with Store(file, create=False) as opened:
        pipeline.leads_build(opened, SETTINGS, now=NOW)
    return file


@pytest.fixture(params=["github", "jira_cloud", "zentao"])
def world(request: pytest.FixtureRequest, built: Path, tmp_path: Path, stack: ExitStack) -> World:
    url, state = stack.enter_context(serving(getattr(trackers, request.param)))
    opened = stack.enter_context(Store(Path(shutil.copy(built, tmp_path / "s.duckdb")), create=False))
    return World(request.param, target(request.param, url), state, opened)


def test_created_then_left_alone_then_updated(world: World) -> None:
    sent = world.push()
    assert [(one.outcome, one.key, one.attempts) for one in sent] == [("created", world.key(n), 1) for n in range(1, 6)]
    leads = pipeline.leads(world.opened)
    assert [lead.tracker_key for lead in leads] == [world.key(n) for n in range(1, 6)]
    history = pipeline.lead_history(world.opened, leads[0].id)
    assert [event.action for event in history] == ["push", "pushed: created"]
    before = len(world.state.asked)
    assert [one.outcome for one in world.push()] == ["unchanged"] * 5
    assert len(world.state.asked) == before, "nothing to say, nothing asked"
    world.rename(leads[0].id, "修复闪退")
    again = world.push()
    assert sorted(one.outcome for one in again) == ["unchanged"] * 4 + ["updated"]
    assert len(world.state.issues) == 5
    first = world.state.issues[1]
    assert "修复闪退" in (first.get("title"), first.get("summary"))


def test_a_lost_key_is_found_again_by_the_mark(world: World) -> None:
    world.push()
    world.opened.connection.execute("UPDATE leads SET tracker_key = NULL")
    sent = world.push()
    assert [(one.outcome, one.key) for one in sent] == [("updated", world.key(n)) for n in range(1, 6)]
    assert len(world.state.issues) == 5


def test_an_answer_that_is_lost_doubles_nothing(world: World) -> None:
    world.state.troubles = [None]
    sent = world.push()
    assert (sent[0].outcome, sent[0].attempts, sent[0].key) == ("updated", 2, world.key(1))
    assert [one.outcome for one in sent[1:]] == ["created"] * 4
    assert len(world.state.issues) == 5


def test_troubles_of_the_server_are_tried_again(world: World) -> None:
    world.state.troubles = [(503, "<html>", {}), (429, {"message": "slow down"}, {"Retry-After": "3"})]
    sent = world.push()
    assert (sent[0].outcome, sent[0].attempts) == ("created", 3)
    assert world.state.posts() == 7


def test_after_four_tries_the_next_lead_has_its_turn(world: World) -> None:
    world.state.troubles = [(500, {"message": "ouch"}, {})] * 4
    sent = world.push()
    assert (sent[0].outcome, sent[0].attempts, sent[0].error) == ("failed", 4, "HTTP 500: ouch")
    assert [one.outcome for one in sent[1:]] == ["created"] * 4
    assert [one.outcome for one in world.push()].count("created") == 1, "a later push brings the one left out"


def test_a_refusal_is_not_tried_again_and_names_the_reason(world: World) -> None:
    world.state.troubles = [(422, {"errors": {"title": "too odd"}}, {})]
    sent = world.push()
    assert (sent[0].outcome, sent[0].attempts, sent[0].error) == ("failed", 1, "HTTP 422: title: too odd")
    assert len(world.state.issues) == 4


def test_without_the_right_token_nothing_goes_on(world: World) -> None:
    wrong = dict.fromkeys(ENVIRONMENT, "wrong-secret")
    sent = world.push(**wrong)
    assert [one.outcome for one in sent] == ["failed"] * 5
    assert len(world.state.asked) <= 2, "not asked again with a token that is refused"
    assert "wrong-secret" not in repr(sent)
    assert world.state.issues == {}
    assert {lead.tracker_key for lead in pipeline.leads(world.opened)} == {None}


def test_an_issue_that_is_gone_is_said(world: World) -> None:
    world.push()
    first = pipeline.leads(world.opened)[0]
    world.state.issues.clear()
    world.rename(first.id, "新标题")
    sent = [one for one in world.push() if one.outcome == "failed"]
    assert [(one.lead_id, (one.error or "")[:8]) for one in sent] == [(first.id, "HTTP 404")]


def test_keys_of_another_tracker_are_left_alone(world: World) -> None:
    first = pipeline.leads(world.opened)[0]
    world.opened.connection.execute("UPDATE leads SET tracker_key = 'OTHER/9' WHERE id = ?", [first.id])
    sent = world.push()
    assert (sent[0].outcome, sent[0].error) == ("skipped", f"OTHER/9 is no key of {world.target.tracker}")
    assert len(world.state.issues) == 4


def test_two_stores_never_write_over_each_other(world: World, built: Path, tmp_path: Path) -> None:
    world.push()
    with Store(Path(shutil.copy(built, tmp_path / "other.duckdb")), create=False) as other:
        other.connection.execute("DELETE FROM keys")
        theirs = World(world.kind, world.target, world.state, other)
        assert {one.outcome for one in theirs.push()} == {"created"}
    assert len(world.state.issues) == 10


def test_marks_are_read_page_by_page(world: World) -> None:
    for number in range(150):
        world.state.add({"labels": ["feedback"], "body": None, "sourceNote": f"x/{number}"})
    world.push()
    world.opened.connection.execute("UPDATE leads SET tracker_key = NULL")
    assert {one.outcome for one in world.push()} == {"updated"}


@pytest.mark.parametrize("kind", KINDS)
def test_silence_is_a_timeout_and_tried_again(kind: str) -> None:
    with serving(getattr(trackers, kind)) as (url, state):
        state.troubles = [0.4]
        aim = target(kind, url)
        ways = room.tracker(aim.tracker, aim.url, aim.project, ENVIRONMENT)
        (sent,) = room.push(ways, [DRAFT], sleep=no_sleep, timeout=0.15)
    assert (sent.outcome, sent.attempts) == ("created", 2)


def test_nobody_there_is_said() -> None:
    ways = room.tracker("github", "http://127.0.0.1:9/repos/me/app", None, ENVIRONMENT)
    (sent,) = room.push(ways, [DRAFT], sleep=no_sleep)
    assert (sent.outcome, sent.attempts, sent.error) == ("failed", 4, "ConnectError")


def test_a_pause_that_is_asked_for_is_kept_and_a_long_one_ends_the_run() -> None:
    slept: list[float] = []
    with serving(trackers.github) as (url, state):
        aim = target("github", url)
        limited = {"x-ratelimit-remaining": "0", "Retry-After": "7"}
        state.troubles = [(403, {"message": "rate limit"}, limited), (429, {}, {"Retry-After": "3600"})]
        ways = room.tracker(aim.tracker, aim.url, aim.project, ENVIRONMENT)
        sent = list(room.push(ways, [DRAFT, DRAFT], sleep=slept.append))
    assert slept == [7.0]
    assert [(one.outcome, one.attempts) for one in sent] == [("failed", 2), ("failed", 0)]


@pytest.mark.parametrize(
    ("answer", "says"),
    [((200, "<html>login</html>", {}), "not JSON"), ((302, "", {"Location": "http://x/"}), "has moved"),
     ((200, {"odd": 1}, {}), "no list")],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_address_is_said(kind: str, answer: trackers.Answer, says: str) -> None:
    with serving(getattr(trackers, kind)) as (url, state):
        state.trouble_for, state.troubles = "GET", [answer]
        aim = target(kind, url)
        (sent,) = room.push(room.tracker(aim.tracker, aim.url, aim.project, ENVIRONMENT), [DRAFT], sleep=no_sleep)
    assert sent.outcome == "failed"
    assert says in (sent.error or "")


def test_zentao_may_refuse_with_200() -> None:
    with serving(trackers.zentao) as (url, state):
        state.troubles = [(200, {"status": "fail", "message": "产品不存在"}, {})]
        (sent,) = room.push(room.tracker("zentao", url, "3", ENVIRONMENT), [DRAFT], sleep=no_sleep)
    assert sent.error == "禅道: 产品不存在"


@pytest.mark.parametrize(
    ("name", "url", "project", "says"),
    [("github", "github.com/a/b", None, "not a web address"), ("github", "https://github.com/a", None, "repository"),
     ("github", "https://u:secret@github.com/a/b", None, "user name or password"), ("jira", "https://x", None, "Jira"),
     ("jira", "https://x", "a b", "Jira"), ("zentao", "https://x", "app", "禅道"),
     ("gitlab", "https://x", "", "valid")],
)  # fmt: skip
def test_wrong_targets_are_refused(name: str, url: str, project: str | None, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        room.tracker(name, url, project, ENVIRONMENT)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("name", "project"), [("github", None), ("jira", "APP"), ("zentao", "3")])
def test_a_token_is_asked_for_by_its_name(name: str, project: str | None) -> None:
    with pytest.raises(UsageError, match=f"FEEDBACK_{name.upper()}_"):
        room.tracker(name, "https://github.com/a/b", project, {})


@pytest.mark.parametrize(
    ("url", "api"),
    [("https://github.com/a/b.git", "https://api.github.com/repos/a/b"),
     ("https://git.example.com/a/b/", "https://git.example.com/api/v3/repos/a/b"),
     ("https://git.example.com/api/v3/repos/a/b", "https://git.example.com/api/v3/repos/a/b")],
)  # fmt: skip
def test_github_addresses(url: str, api: str) -> None:
    assert room.tracker("github", url, None, {}, dry=True).create(DRAFT).url == f"{api}/issues"


def test_quotes_call_nobody_and_run_nothing() -> None:
    nasty = Draft("L", "a/L", None, "标题", ("“!http://x/y.png! [~boss] <script>”",), "@<!-- -->boss", ("feedback",), 1)
    text = str(room.tracker("jira", "https://x", "APP", {}, dry=True).create(nasty).body)
    assert "[~boss]" not in text
    assert "<script>" not in str(room.tracker("zentao", "https://x", "3", {}, dry=True).create(nasty).body)


def test_the_command_plans_sends_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    command = Command(store(tmp_path / "s.duckdb", rows(4)))
    assert "no leads" in str(command("push", "github", "--url", "https://github.com/a/b", code=4).exception)
    command("build")
    url, state = stack.enter_context(serving(trackers.github))
    words = ("push", "github", "--url", f"{url}/repos/me/app")
    plan = command(*words, "--dry-run", "--top", "2").stdout
    assert plan.count("将新建") == 2
    assert f"POST {url}/repos/me/app/issues" in plan
    assert "评论.xlsx" in plan
    planned: Any = command.json(*words, "1", "--dry-run")["leads"][0]
    assert (planned["outcome"], planned["requests"][0]["method"]) == ("create", "POST")
    assert state.asked == []
    monkeypatch.setenv("FEEDBACK_GITHUB_TOKEN", TOKEN)
    assert command(*words, "--top", "2").stdout == "LEAD-0001 新建 #1\nLEAD-0003 新建 #2\n"
    assert command.json(*words, "1")["leads"][0]["outcome"] == "unchanged"
    assert "将更新" not in command(*words, "1", "--dry-run").stdout
    state.troubles = [(422, {"message": "no"}, {})]
    failed = command(*words, code=1).exception
    assert isinstance(failed, FeedbackError)
    assert "1 of 5 leads were not taken by github; LEAD-0004: HTTP 422: no" in str(failed)
