"""What a channel needs before a message can go through it, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from feedback.settings import ChannelSettings

#: What may be lacking: an address in the environment, the parts of a mail, the command.
ADDRESS: Final = "address"
MAIL: Final = "mail"
COMMAND: Final = "command"


def variable(channel: str, what: str) -> str:
    """The environment variable that holds `what` (URL, SECRET, USER, PASSWORD) of a channel."""
    return f"FEEDBACK_NOTIFY_{re.sub(r'[^A-Z0-9]', '_', channel.upper())}_{what}"


def lacks(name: str, channel: ChannelSettings, environment: Mapping[str, str]) -> str | None:
    """What channel `name` lacks (ADDRESS, MAIL, COMMAND); None when a message can be tried."""
    if channel.kind == "mail":
        return None if channel.host and channel.sender and channel.to else MAIL
    if channel.kind == "command":
        return None if channel.command else COMMAND
    address = environment.get(variable(name, "URL"), "")
    return None if re.match(r"https?://[^\s/]", address) else ADDRESS


def cure(name: str, lack: str) -> str:
    """What to do about it, for errors."""
    if lack == MAIL:
        return f"track.channels.{name}: mail needs host, sender and to: add them to feedback.toml"
    if lack == COMMAND:
        return f'track.channels.{name}: no command: command = ["program", "argument"] in feedback.toml'
    return f"track.channels.{name}: no web address in the environment variable {variable(name, 'URL')}"
