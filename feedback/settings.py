"""feedback.toml, environment and defaults become one `Settings` object.

Every number of SPEC.md is a field here with its default. A room takes its own section, never the whole.
Precedence: command line, then environment (FEEDBACK_STORE, FEEDBACK_LANG), then feedback.toml, then the defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo

from feedback.errors import BadSettings, UnreadableFile


class Section(BaseModel):
    """A section of the settings: immutable, unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TextSettings(Section):
    """Segmentation."""

    segmenter: Literal["rjieba", "jieba"] = Field(
        default="rjieba",
        description='"rjieba" is about ten times as fast as the reference "jieba"; both read the same word list',
    )


class IngestSettings(Section):
    """Reading files. `profiles` maps a profile name to the column mapping it was saved with."""

    near_duplicate_similarity: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="texts at least this alike (Jaccard of character groups) are near duplicates",
    )
    near_duplicate_min_length: int = Field(
        default=12, ge=1, description="shorter texts are never called copies: many people write the same few words"
    )
    max_cell_characters: int = Field(default=100_000, ge=100, description="longer cells are set aside as broken")
    keep_raw: bool = Field(
        default=False, description="true keeps telephone numbers and the like in the texts; better not"
    )
    profiles: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="column choices by name, written by `ingest --save-profile`"
    )


class JudgeSettings(Section):
    """Judging. `thresholds` overrides the model's own threshold of a code (0..1)."""

    thresholds: dict[str, float] = Field(
        default_factory=dict,
        description="a threshold per code, e.g. { function = 0.6 }; higher gives fewer and surer codes",
    )
    model: Path | None = Field(default=None, description="a model of your own, written by `feedback train`")


class ChannelSettings(Section):
    """Where alarms go. Addresses with tokens and secrets stand in the environment: FEEDBACK_NOTIFY_<NAME>_URL …"""

    kind: Literal["feishu", "dingtalk", "wecom", "webhook", "mail", "command"]
    command: list[str] = Field(default_factory=list)
    host: str = ""
    port: int = Field(default=25, ge=1, le=65535)
    starttls: bool = False
    sender: str = ""
    to: list[str] = Field(default_factory=list)


class TrackSettings(Section):
    """Negative share (SPEC §4). `keywords` maps a keyword to the words that count as it."""

    threshold: float = Field(default=0.05, gt=0, lt=1, description="the line of the negative share")
    window: str = Field(default="7d", description="length of the window: hours, days or weeks, e.g. 24h, 7d, 4w")
    step: str = Field(default="1d", description="length of a step of the series")
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="of the Wilson interval")
    false_discovery_rate: float = Field(
        default=0.05, gt=0, lt=1, description="over all keywords watched at once (Benjamini-Hochberg)"
    )
    incident_hours: int = Field(default=24, ge=1, description="hours until an incident is due")
    alarm_years: float = Field(
        default=10, gt=0, description="the sequential alarm rings falsely about once in so many keyword-years"
    )
    channels: dict[str, ChannelSettings] = Field(
        default_factory=dict, description="where alarms go, by name; secrets stand in the environment"
    )
    quiet_hours: str | None = Field(default=None, description='e.g. "22:00-08:00": messages wait until it ends')
    nps_floor: float = Field(default=0, ge=-100, le=100, description="an NPS below it is red")
    keywords: dict[str, list[str]] = Field(
        default_factory=dict,
        description='"keyword" = [words that count as it; "-word" bars, "+word" is needed]; see lexicons/products.toml',
    )


class LeadSettings(Section):
    """Leads (SPEC §6): weights are the exponents of the rank's factors."""

    weights: dict[str, float] = Field(
        description="exponents of the factors of the rank",
        default_factory=lambda: {"reach": 1.0, "severity": 1.0, "value": 1.0, "trend": 1.0, "confidence": 1.0},
    )
    quotes: int = Field(default=5, ge=1, description="quotes kept per lead")
    bootstrap: int = Field(
        default=200, ge=0, description="resamplings over people for the stability of the rank; 0 for none"
    )
    top: int = Field(default=10, ge=1, description="stability: how often a lead stays among so many first")
    seed: int = Field(default=20_240_601, description="of the resampling")
    encoder: str = Field(
        default="static", description="static, tfidf, or path or name of a sentence-transformers model"
    )
    min_people: int = Field(default=3, ge=2, description="fewer people than this make no lead")
    join_similarity: float = Field(
        default=0.55, gt=0, lt=1, description="a complaint joins the lead it is at least this like (cosine)"
    )
    loose_similarity: float = Field(
        default=0.3, gt=0, lt=1, description="below it a complaint stands single rather than with the nearest lead"
    )
    trend_days: int = Field(default=28, ge=1, description='how far back "lately" reaches in the trend')


class Settings(Section):
    """All settings. `lang` is the language of reports, exports and alerts."""

    store: Path = Field(default=Path("feedback.duckdb"), description="the store, one DuckDB file")
    lang: Literal["zh", "en"] = Field(default="zh", description="language of reports, exports and alerts: zh or en")
    timezone: str = Field(default="Asia/Shanghai", description="zone of times that carry none, and of midnight")
    lexicons: Path | None = Field(
        default=None, description="a folder of your own lexicons in place of those of the package"
    )
    text: TextSettings = TextSettings()
    ingest: IngestSettings = IngestSettings()
    judge: JudgeSettings = JudgeSettings()
    track: TrackSettings = TrackSettings()
    leads: LeadSettings = LeadSettings()

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"unknown time zone {value!r}; give an IANA name such as Asia/Shanghai") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that carry none, and of midnight."""
        return ZoneInfo(self.timezone)


def load(path: Path | None = None, **overrides: Any) -> Settings:
    """Settings from `path` (default ./feedback.toml, may be absent), environment and `overrides` that are not None.

    Raises UnreadableFile when a named file is missing, BadSettings when a key or value is wrong.
    """
    named = path is not None
    file = path or Path("feedback.toml")
    data: dict[str, Any] = {}
    if file.is_file():
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            hint = "the settings file must be TOML in UTF-8"
            if "key part" in str(error):
                hint += ', where names in Chinese stand in quotes: "某应用" = ["某应用", "某APP"]'
            raise BadSettings(f"{file}: {error}", hint=hint) from None
    elif named:
        raise UnreadableFile(f"{file}: no such settings file", hint="leave --settings out to use the defaults")
    for key, variable in (("store", "FEEDBACK_STORE"), ("lang", "FEEDBACK_LANG")):
        if os.environ.get(variable):
            data[key] = os.environ[variable]
    data.update({key: value for key, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        fault = explain(error, Settings)
        source = _origin(fault.key, data, overrides) or str(file)
        raise BadSettings(f"{source}: {fault.key}{fault.problem}", hint=fault.hint) from None


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: `key` with dots, `problem` (what was given and what is wanted), a hint."""

    key: str
    problem: str
    hint: str | None


def explain(error: ValidationError, model: type[BaseModel]) -> Fault:
    """The first fault of `error` in words: what the key may be, or which keys there are."""
    first = error.errors()[0]
    section, info = _field(model, first["loc"])
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        close = get_close_matches(str(first["loc"][-1]), section.model_fields, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        return Fault(key, ": no such key", f"{guess}valid keys: {', '.join(section.model_fields)}")
    if first["type"] == "missing":
        choices = get_args(info.annotation) if info else ()
        return Fault(key, " is missing", f"one of {', '.join(map(str, choices))}" if choices else _about(info))
    if first["type"] == "value_error":
        return Fault(key, f": {first['ctx']['error']}", None)
    given = first["input"]
    shown = json.dumps(given, ensure_ascii=False, default=str)
    wanted = _wanted(info, first)
    return Fault(key, f" = {shown[:60]}: must be {wanted}", _about(info))


def _origin(key: str, data: dict[str, Any], overrides: dict[str, Any]) -> str | None:
    """Where a value stood that is not from the file."""
    variable = {"store": "FEEDBACK_STORE", "lang": "FEEDBACK_LANG"}.get(key)
    if overrides.get(key) is not None:
        return "command line"
    return variable if variable and os.environ.get(variable) == data.get(key) else None


def _field(model: type[BaseModel], place: tuple[int | str, ...]) -> tuple[type[BaseModel], FieldInfo | None]:
    """The section that holds what stands at `place`, and the description of the field where it is a known one."""
    section: Any = model
    info: FieldInfo | None = None
    for part in place:
        if fields := getattr(section, "model_fields", None):
            if part not in fields:
                return section, None
            holder, info = section, fields[part]
            section = info.annotation
        elif get_args(section):
            # Inside a table or list, such as [track.channels.NAME].
            section = get_args(section)[-1]
    return (section if hasattr(section, "model_fields") else holder), info


_TYPES: Final = {"bool": "true or false", "int": "a whole number", "float": "a number", "string": "a text in quotes",
                 "list": "a list", "dict": "a table", "model": "a table", "path": "a path in quotes"}  # fmt: skip


def _wanted(info: FieldInfo | None, error: Any) -> str:
    """What a field takes: its choices, else its kind and range."""
    if error["type"] == "literal_error":
        return f"one of {error['ctx']['expected']}".replace("'", "").replace(" or ", ", ")
    kind = str(error["type"]).partition("_")[0]
    known = info.annotation if info else None
    plain = "a number" if known is float else "a whole number" if known is int else None
    limits = {name: getattr(mark, name) for mark in (info.metadata if info else ()) for name in _LIMITS
              if getattr(mark, name, None) is not None}  # fmt: skip
    words = " and ".join(f"{_LIMITS[name]} {value:g}" for name, value in sorted(limits.items()))
    return f"{plain or _TYPES.get(kind, str(error['msg']))} {words}".rstrip()


_LIMITS: Final = {"ge": "not below", "gt": "above", "le": "not above", "lt": "below"}


def _about(info: FieldInfo | None) -> str | None:
    return info.description if info and info.description else None


def as_toml(settings: Settings) -> str:
    """The settings as a feedback.toml whose comments say what each section and key is; it loads back unchanged."""
    lines = ["# feedback.toml: every setting with the value in force. Delete what you do not want to change.", ""]
    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        if not isinstance(value, Section):
            lines += _entry(name, value, info.description)
    for name in type(settings).model_fields:
        section = getattr(settings, name)
        if isinstance(section, Section):
            lines += ["", *(f"# {line}".rstrip() for line in (section.__doc__ or "").strip().splitlines()), f"[{name}]"]
            for key, info in type(section).model_fields.items():
                lines += _entry(key, getattr(section, key), info.description)
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, description: str | None) -> list[str]:
    comment = [f"# {description}"] if description else []
    if value is None:
        return [*comment, f"# {key} ="]
    return [*comment, f"{key} = {_toml(value)}"]


def _toml(value: Any) -> str:
    if isinstance(value, Section):
        return _toml(value.model_dump())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Section):
        return _toml(value.model_dump())
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(str(k), ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
        return "{ " + inner + " }" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)
