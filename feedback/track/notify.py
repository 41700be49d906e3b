"""Sends a message to one channel: 飞书, 钉钉 (signed), 企业微信, any webhook, mail, or a command.

The senders are our own over httpx and smtplib: apprise speaks to the official hosts alone (so that it cannot be
tested without a network) and does not sign for 飞书. Addresses that hold a token, and every secret, come from the
environment only: channel `pr` reads FEEDBACK_NOTIFY_PR_URL, …_SECRET, …_USER, …_PASSWORD. No error text repeats them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final

import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from feedback.settings import ChannelSettings
from feedback.track.channels import cure, lacks, variable
from feedback.track.messages import Message

ATTEMPTS: Final = 4
_TIMEOUT: Final = 10.0


class _Refused(Exception):
    """The channel did not take the message; `again` tells whether trying later may help."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message: sent or not, after how many attempts, and why not."""

    sent: bool
    attempts: int
    error: str | None


def deliver(
    message: Message,
    name: str,
    channel: ChannelSettings,
    environment: Mapping[str, str],
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Delivery:
    """Send, with up to four attempts and growing pauses between them; a failure is returned, not raised.

    `clock` gives seconds since 1970 for signatures. A channel that lacks what it needs fails without an attempt, so
    that the others are still told.
    """
    if lack := lacks(name, channel, environment):
        return Delivery(False, 0, cure(name, lack))
    send = _sender(message, name, channel, environment, clock)
    attempts = 0

    def once() -> None:
        nonlocal attempts
        attempts += 1
        send()

    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=0.5, max=8),
        retry=retry_if_exception(lambda error: isinstance(error, _Refused) and error.again),
        sleep=sleep,
        reraise=True,
    )
    try:
        retrying(once)
    except _Refused as error:
        return Delivery(False, attempts, str(error))
    return Delivery(True, attempts, None)


def _sender(
    message: Message, name: str, channel: ChannelSettings, environment: Mapping[str, str], clock: Callable[[], float]
) -> Callable[[], None]:
    if channel.kind == "mail":
        user, password = environment.get(variable(name, "USER")), environment.get(variable(name, "PASSWORD"))
        return lambda: _mail(message, channel, user, password)
    if channel.kind == "command":
        return lambda: _command(message, channel.command)
    url = environment[variable(name, "URL")]
    secret = environment.get(variable(name, "SECRET"))
    return lambda: _post(message, channel.kind, url, secret, clock)


def _post(message: Message, kind: str, url: str, secret: str | None, clock: Callable[[], float]) -> None:
    # Signed at each attempt: a signature is good for an hour at most.
    body, query = payload(message, kind, secret, clock())
    try:
        answer = httpx.post(httpx.URL(url).copy_merge_params(query), json=body, timeout=_TIMEOUT)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise _Refused("the address is not a web address", again=False) from None
    except httpx.HTTPError as error:
        # Its text may hold the address, and that a token.
        raise _Refused(type(error).__name__) from None
    if answer.status_code >= 400:
        raise _Refused(
            f"HTTP {answer.status_code}", again=answer.status_code >= 500 or answer.status_code in (408, 429)
        )
    if kind != "webhook":
        _check(answer)


def _check(answer: httpx.Response) -> None:
    """The bots answer 200 to everything and say in the body whether they took it."""
    try:
        said = answer.json()
        code = said.get("errcode", said.get("code", said.get("StatusCode", 0)))
        reason = str(said.get("errmsg", said.get("msg", "")))[:200]
    except (ValueError, AttributeError):
        raise _Refused("the answer is not what such a bot gives", again=False) from None
    if code != 0:
        # 钉钉 130101, 企业微信 45009, 飞书 11232 and 9499: too many at once, all else is ours to mend.
        raise _Refused(f"{code} {reason}".strip(), again=code in (130101, 45009, 11232, 9499, -1))


def payload(message: Message, kind: str, secret: str | None, now: float) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and query of a bot's message, signed where the bot signs.

    飞书: HMAC-SHA256 with key "timestamp\\nsecret" over nothing, in the body. 钉钉: key secret over
    "milliseconds\\nsecret", in the query. Both Base64 (open.feishu.cn and open.dingtalk.com, custom bots).
    """
    if kind == "feishu":
        content = [[{"tag": "text", "text": line}] for line in message.lines]
        body: dict[str, Any] = {
            "msg_type": "post",
            "content": {"post": {"zh_cn": {"title": message.title, "content": content}}},
        }
        if secret:
            stamp = str(int(now))
            body |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{secret}", "")}
        return body, {}
    if kind == "dingtalk":
        text = f"### {message.title}\n\n" + "\n\n".join(message.lines)
        body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}
        stamp = str(int(now * 1000))
        return body, {"timestamp": stamp, "sign": _sign(secret, f"{stamp}\n{secret}")} if secret else {}
    if kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": f"**{message.title}**\n" + "\n".join(message.lines)}}, {}
    return {"title": message.title, "text": message.text, "incident": dict(message.facts)}, {}


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _mail(message: Message, channel: ChannelSettings, user: str | None, password: str | None) -> None:
    mail = EmailMessage()
    # A keyword is people's text: a line break in it must not become a header.
    mail["Subject"] = " ".join(message.title.split())
    mail["From"], mail["To"] = channel.sender, ", ".join(channel.to)
    mail.set_content(message.text)
    try:
        with smtplib.SMTP(channel.host, channel.port, timeout=_TIMEOUT) as server:
            if channel.starttls:
                server.starttls()
            if user and password:
                server.login(user, password)
            server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise _Refused(f"SMTP {error.smtp_code}", again=400 <= error.smtp_code < 500) from None
    except smtplib.SMTPRecipientsRefused:
        raise _Refused("the server refused every recipient", again=False) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _Refused(type(error).__name__) from None


def _command(message: Message, command: list[str]) -> None:
    given = json.dumps(
        {"title": message.title, "text": message.text, "incident": dict(message.facts)}, ensure_ascii=False
    )
    try:
        done = subprocess.run(command, input=given.encode(), capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        raise _Refused("the command took more than 60 s") from None
    except OSError as error:
        raise _Refused(f"{command[0]}: {error.strerror}", again=False) from None
    if done.returncode:
        raise _Refused(f"{command[0]}: exit code {done.returncode}")
