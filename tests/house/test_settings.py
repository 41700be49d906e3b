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
    ("content", "words"),
    [
        ("[track]\nthresold = 0.1\n", ["track.thresold", "threshold", "window"]),
        ("[track]\nthreshold = 7\n", ["track.threshold", "less than 1"]),
        ('timezone = "Mars/Olympus"\n', ["timezone", "Mars/Olympus", "Asia/Shanghai"]),
        ('lang = "fr"\n', ["lang", "zh", "en"]),
        ("[track\n", ["TOML in UTF-8"]),
    ],
)
def test_wrong_settings_say_where_and_what_is_valid(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "feedback.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load(file)
    for word in [str(file), *words]:
        assert word in str(caught.value)


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
