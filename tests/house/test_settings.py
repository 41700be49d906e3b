"""Settings: precedence, and errors that name the key and the valid choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.errors import BadSettings, UnreadableFile
from feedback.settings import Settings, as_toml, load


def test_defaults_are_those_of_the_spec() -> None:
    settings = Settings()
    assert (settings.timezone, settings.lang, settings.track.threshold, settings.track.incident_hours) == (
        "Asia/Shanghai", "zh", 0.05, 24,
    )  # fmt: skip


def test_precedence_is_option_environment_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feedback.toml"
    file.write_text('store = "file.duckdb"\nlang = "en"\n[track]\nthreshold = 0.08\n', encoding="utf-8")
    monkeypatch.delenv("FEEDBACK_STORE", raising=False)
    assert load(file).store == Path("file.duckdb")
    monkeypatch.setenv("FEEDBACK_STORE", "environment.duckdb")
    assert load(file).store == Path("environment.duckdb")
    assert load(file, store=Path("option.duckdb")).store == Path("option.duckdb")
    assert (load(file).lang, load(file).track.threshold) == ("en", 0.08)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "[track]\nthresold = 0.1\n",
            "track.thresold: no such key (did you mean threshold? valid keys: threshold, window,",
        ),
        ("[track]\nthreshold = 7\n", "track.threshold = 7: must be a number above 0 and below 1 (the line of the"),
        ("[leads]\nquotes = 0\n", "leads.quotes = 0: must be a whole number not below 1 (quotes kept per lead)"),
        ("[trak]\nthreshold = 0.1\n", "trak: no such key (did you mean track? valid keys: store, lang, timezone"),
        ("track = 3\n", "track = 3: must be a table"),
        ('[track]\nkeywords = { a = "x" }\n', 'track.keywords.a = "x": must be a list ("keyword" ='),
        ('[track.channels.pr]\nkind = "post"\n', 'track.channels.pr.kind = "post": must be one of feishu, dingtalk'),
        ("[track.channels.pr]\nport = 25\n", "track.channels.pr.kind is missing (one of feishu, dingtalk, wecom"),
        ('[ingest]\nkeep_raw = "maybe"\n', 'ingest.keep_raw = "maybe": must be true or false'),
        ('timezone = "Mars/Olympus"\n', "timezone: unknown time zone 'Mars/Olympus'; give an IANA name such as Asia"),
        ('lang = "fr"\n', 'lang = "fr": must be one of zh, en'),
        (
            "[track]\nkeywords = { 青舟 = [] }\n",
            "Invalid initial character for a key part (at line 2, column 14) (the"
            ' settings file must be TOML in UTF-8, where names in Chinese stand in quotes: "某应用" =',
        ),
        ("[track\n", "Expected ']' at the end of a table declaration (at line 1, column 7) (the settings file must be"),
    ],
)
def test_wrong_settings_say_where_and_what_is_valid(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "feedback.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_wrong_value_of_the_environment_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDBACK_LANG", "de")
    with pytest.raises(BadSettings, match=r'^FEEDBACK_LANG: lang = "de": must be one of zh, en'):
        load()


def test_a_named_file_that_is_missing_is_an_error_but_the_default_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FEEDBACK_STORE", raising=False)
    assert load() == Settings()
    with pytest.raises(UnreadableFile, match="no such settings file"):
        load(tmp_path / "absent.toml")


def test_settings_print_as_toml_that_loads_back_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEEDBACK_STORE", raising=False)
    data = {"lang": "en", "track": {"threshold": 0.08, "keywords": {"青禾": ["青禾", 'qh"2']}}}
    settings = Settings.model_validate(data)
    file = tmp_path / "feedback.toml"
    file.write_text(as_toml(settings), encoding="utf-8")
    assert load(file) == settings
