"""Messages, sent to real servers on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedback.errors import BadSettings
from feedback.settings import ChannelSettings
from feedback.track.channels import variable
from feedback.track.incidents import Incident
from feedback.track.messages import compose, outstanding, quiet
from feedback.track.notify import ATTEMPTS, Delivery, deliver
from tests.track.invented import ZONE, at
from tests.track.servers import http, smtp

INCIDENT = Incident(
    id="INC-0001", keyword="青舟", product="青舟", cause="breach", state="open", opened_at=at("2026-11-06T10:00"),
    due_at=at("2026-11-07T10:00"), owner=None, acknowledged_at=None, closed_at=None, since=at("2026-11-03").date(),
    n=45, negative=9, share=0.2, lower=0.109, upper=0.338, threshold=0.05,
)  # fmt: skip
MESSAGE = compose(INCIDENT, "open", "zh")
NOW = 1_793_930_400.5


def send(kind: str, environment: dict[str, str], **options: object) -> tuple[Delivery, list[float]]:
    pauses: list[float] = []
    channel = ChannelSettings.model_validate({"kind": kind, **options})
    done = deliver(MESSAGE, "pr-team", channel, environment, clock=lambda: NOW, sleep=pauses.append)
    return done, pauses


def env(url: str, secret: str | None = None) -> dict[str, str]:
    found = {"FEEDBACK_NOTIFY_PR_TEAM_URL": url}
    return {**found, "FEEDBACK_NOTIFY_PR_TEAM_SECRET": secret} if secret else found


def test_what_a_message_says() -> None:
    assert MESSAGE.text == (
        "负面声量事件 INC-0001：青舟 待响应\n"
        "2026-11-06 10:00 因占比超线开启：45 条中 9 条负面，占 20.0% (10.9%–33.8%)\n"
        "自何时: 2026-11-03\n"
        "事件待响应，负责人：未指定；2026-11-07 10:00 前给出预案"
    )
    assert compose(INCIDENT, "overdue", "en").title == (
        "Negative share incident INC-0001: 青舟 plan overdue (was due 2026-11-07 10:00)"
    )


def test_feishu_signs_in_the_body() -> None:
    with http((200, '{"code": 0, "msg": "success"}')) as seen:
        done, _ = send("feishu", env(seen.url, "s3cret"))
    assert done == Delivery(True, 1, None)
    (body,) = seen.bodies
    key = f"{int(NOW)}\ns3cret".encode()
    assert body["timestamp"] == str(int(NOW))
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    post = body["content"]["post"]["zh_cn"]
    assert post["title"] == MESSAGE.title
    assert [line[0]["text"] for line in post["content"]] == list(MESSAGE.lines)


def test_dingtalk_signs_in_the_address_and_keeps_its_token() -> None:
    with http((200, '{"errcode": 0, "errmsg": "ok"}')) as seen:
        done, _ = send("dingtalk", env(seen.url, "SEC1"))
    assert done.sent
    (query,) = seen.queries
    stamp = str(int(NOW * 1000))
    sign = base64.b64encode(hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()).decode()
    assert query == {"token": "geheim", "timestamp": stamp, "sign": sign}
    assert MESSAGE.title in seen.bodies[0]["markdown"]["text"]


def test_wecom_and_webhook() -> None:
    with http((200, '{"errcode": 0}')) as seen:
        assert send("wecom", env(seen.url))[0].sent
        assert send("webhook", env(seen.url))[0].sent
    assert seen.bodies[0]["markdown"]["content"].startswith(f"**{MESSAGE.title}**\n")
    assert seen.bodies[1]["text"] == MESSAGE.text
    assert seen.bodies[1]["incident"]["share"] == 0.2
    assert seen.queries[1] == {"token": "geheim"}


def test_a_server_in_trouble_is_tried_again_with_growing_pauses() -> None:
    with http((500, ""), (503, ""), (200, '{"code": 0}')) as seen:
        done, pauses = send("feishu", env(seen.url))
    assert done == Delivery(True, 3, None)
    assert len(seen.bodies) == 3
    assert pauses == sorted(pauses)
    assert pauses[0] > 0


@pytest.mark.parametrize(
    ("answer", "error", "attempts"),
    [
        ((500, "geheim"), "HTTP 500", ATTEMPTS),
        ((429, ""), "HTTP 429", ATTEMPTS),
        ((404, ""), "HTTP 404", 1),
        ((200, '{"errcode": 310000, "errmsg": "sign not match"}'), "310000 sign not match", 1),
        ((200, '{"errcode": 130101, "errmsg": "too fast"}'), "130101 too fast", ATTEMPTS),
        ((200, "<html>"), "the answer is not what such a bot gives", 1),
        ((200, "[]"), "the answer is not what such a bot gives", 1),
    ],
)
def test_what_a_bot_refuses_is_kept_with_its_reason(answer: tuple[int, str], error: str, attempts: int) -> None:
    with http(answer) as seen:
        done, _ = send("dingtalk", env(seen.url, "SEC1"))
    assert done == Delivery(False, attempts, error)


def test_no_error_repeats_the_address_or_the_secret() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/geheim"
    for url in (nobody, "geheim", "ftp://geheim/x", "http://[geheim"):
        done, _ = send("webhook", env(url, "s3cret"))
        assert not done.sent
        assert done.error
        assert "geheim" not in done.error


def test_mail_arrives_whole() -> None:
    with smtp() as (mailbox, port):
        done, _ = send("mail", {}, host="127.0.0.1", port=port, sender="a@example.com", to=["b@example.com"])
    assert done == Delivery(True, 1, None)
    (mail,) = mailbox.mails
    assert mail["Subject"] == MESSAGE.title
    assert mail["To"] == "b@example.com"
    assert mail.get_content().strip() == MESSAGE.text


def test_a_keyword_cannot_add_headers_to_a_mail() -> None:
    evil = compose(replace(INCIDENT, keyword="x\r\nBcc: all@example.com"), "open", "zh")
    channel = ChannelSettings(kind="mail", sender="a@example.com", to=["b@example.com"], host="127.0.0.1")
    with smtp() as (mailbox, port):
        deliver(evil, "m", channel.model_copy(update={"port": port}), {}, clock=lambda: NOW, sleep=lambda _: None)
    assert mailbox.mails[0]["Bcc"] is None


def test_a_mail_that_nobody_may_get_is_not_tried_again() -> None:
    with smtp() as (_, port):
        done, _ = send("mail", {}, host="127.0.0.1", port=port, sender="a@example.com", to=["nobody@example.com"])
    assert done == Delivery(False, 1, "the server refused every recipient")


def test_a_command_gets_the_message_on_its_standard_input(tmp_path: Path) -> None:
    script = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    out = tmp_path / "out.json"
    assert send("command", {}, command=[sys.executable, "-c", script, str(out)])[0].sent
    assert json.loads(out.read_text(encoding="utf-8"))["text"] == MESSAGE.text
    done, _ = send("command", {}, command=[sys.executable, "-c", "raise SystemExit(7)"])
    assert (done.sent, done.attempts) == (False, ATTEMPTS)
    assert str(done.error).endswith("exit code 7")
    done, _ = send("command", {}, command=[str(tmp_path / "none")])
    assert done == Delivery(False, 1, f"{tmp_path / 'none'}: No such file or directory")


def test_a_channel_that_lacks_something_is_not_tried_and_names_it() -> None:
    for kind, words in (
        ("feishu", "no web address in the environment variable FEEDBACK_NOTIFY_PR_TEAM_URL"),
        ("mail", "track.channels.pr-team: mail needs host, sender and to"),
        ("command", "no command"),
    ):
        found, _ = send(kind, {})
        assert (found.sent, found.attempts) == (False, 0)
        assert words in str(found.error)
    assert send("webhook", {"FEEDBACK_NOTIFY_PR_TEAM_URL": "not an address"})[0].attempts == 0
    assert variable("公关 1", "URL") == "FEEDBACK_NOTIFY____1_URL"


def test_each_state_is_said_once_on_each_channel() -> None:
    now = INCIDENT.opened_at
    todo = outstanding([INCIDENT], ["a", "b"], {}, now=now, lang="zh")
    assert [(channel, m.state) for channel, m in todo] == [("a", "open"), ("b", "open")]
    told = {("INC-0001", "open", "a"): "sent", ("INC-0001", "open", "b"): "failed"}
    assert [c for c, _ in outstanding([INCIDENT], ["a", "b"], told, now=now, lang="zh")] == ["b"]
    late = outstanding([INCIDENT], ["a"], told, now=now + timedelta(hours=25), lang="zh")
    assert [m.state for _, m in late] == ["overdue"]
    done = replace(INCIDENT, state="closed", closed_at=now)
    assert [(c, m.state) for c, m in outstanding([done], ["a", "b"], told, now=now, lang="zh")] == [("a", "closed")]


def test_quiet_hours_run_over_midnight() -> None:
    inside = [quiet("22:00-08:00", at(f"2026-11-06T{clock}"), ZONE) for clock in ("21:59", "22:00", "00:00", "08:00")]
    assert inside == [False, True, True, False]
    assert [quiet("12:00-13:00", at(f"2026-11-06T{clock}"), ZONE) for clock in ("12:30", "13:00")] == [True, False]
    assert not quiet(None, at("2026-11-06"), ZONE)
    for wrong in ("22-8-9", "late", "22:00"):
        with pytest.raises(BadSettings, match="quiet_hours"):
            quiet(wrong, at("2026-11-06"), ZONE)
