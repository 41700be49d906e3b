"""`feedback lexicon` end to end, by its whole output."""

import json

import pytest
from typer.testing import CliRunner

from feedback.cli import app as cli
from feedback.cli.lexicon import register
from feedback.errors import BadLexicon, FeedbackError, UnreadableFile, UsageError
from feedback.judge.rulefile import read_rules


@pytest.fixture
def run(tmp_path, monkeypatch):
    import typer

    monkeypatch.chdir(tmp_path)
    program = typer.Typer()
    program.callback()(cli._globals)
    register(program)

    def call(*words, lang="zh"):
        read_rules.cache_clear()
        result = CliRunner().invoke(program, ["--lang", lang, "lexicon", *map(str, words)])
        if isinstance(result.exception, FeedbackError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


@pytest.fixture
def gold(tmp_path):
    records = [
        {"text": "房间有霉味，太吵", "polarity": "negative", "codes": ["comfort"]},
        {"text": "菜里有股霉味", "polarity": "negative", "codes": ["quality"]},
        {"text": "很好", "polarity": "positive", "codes": []},
    ]
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return file


def test_the_bundled_lexicon_is_in_order(run):
    counts = json.loads(run("check", "--json"))
    assert (counts["families"], counts["codes"], counts["codes_without_rules"]) == (3, 16, [])
    assert counts["rules"] > 100
    assert counts["rule_words"] > 20_000
    assert run("check").endswith("所有文件无误\n")
    assert run("check", lang="en").endswith("all files are in order\n")


def test_coverage_counts_each_rule(run, gold):
    result = json.loads(run("coverage", gold, "--json"))
    noise = next(rule for rule in result["rules"] if rule["rule"] == "comfort.noise")
    assert 0.5 <= noise.pop("weight") < 1
    assert noise == {
        "rule": "comfort.noise", "label": "comfort", "n": 3, "fired": 1, "right": 1, "overlaps": 1,
        "conflicts": 0, "coverage": 0.33333, "precision": 1.0,
    }  # fmt: skip
    comfort = next(code for code in result["codes"] if code["code"] == "comfort")
    assert (comfort["records"], comfort["fired"], comfort["right"], comfort["recall"]) == (1, 1, 1, 1.0)
    assert result["records"] == 3
    shown = run("coverage", gold, "--code", "comfort")
    assert "comfort.noise" in shown
    assert "price.dear" not in shown


def test_a_users_rule_file_and_code_need_no_program(run, gold, tmp_path):
    from feedback.lexicon import bundled

    folder = tmp_path / "mine"
    (folder / "rules").mkdir(parents=True)
    code = '\n[[code]]\nname = "pets"\nfamily = "experience"\nzh = "宠物"\nen = "Pets"\n'
    (folder / "codes.toml").write_text((bundled("lexicons") / "codes.toml").read_text(encoding="utf-8") + code, "utf-8")
    (folder / "rules" / "pets.toml").write_text(
        'label = "pets"\n[[rule]]\nname = "dogs"\nwords = "不让带狗"\n', "utf-8"
    )
    counts = json.loads(run("check", "--folder", folder, "--json"))
    assert (counts["codes"], counts["codes_without_rules"]) == (17, [])
    from feedback.judge.rules import RuleBook

    book = RuleBook.load(folder)
    assert book.codes(book.hits("这家店不让带狗")) == {"pets": 0.8}


def test_add_then_the_word_is_heard(run, tmp_path):
    folder = tmp_path / "lexicons"
    assert run("add", "comfort.smell.words", "樟脑丸味", "霉味") == (
        "lexicons/added.toml：向 comfort.smell.words 加入 1 个词，1 个已有\n"
    )
    assert '"comfort.smell.words" = ["樟脑丸味"]' in (folder / "added.toml").read_text(encoding="utf-8")
    run("add", "comfort.smell.words", "老木头味")
    from feedback.judge.rules import RuleBook

    book = RuleBook(read_rules(folder), folder)
    assert set(book.codes(book.hits("一股樟脑丸味"))) == {"comfort"}
    assert set(book.codes(book.hits("老木头味"))) == {"comfort"}
    assert run("add", "words", "云脉冲刺", lang="en") == "lexicons/words/added.txt: 1 added to words\n"


def test_add_refuses_what_would_break_and_changes_nothing(run, tmp_path):
    with pytest.raises(UsageError, match="no such place"):
        run("add", "comfort.smells.words", "樟脑丸味")
    with pytest.raises(BadLexicon, match="bad word"):
        run("add", "comfort.smell.words", "a..b..c")
    assert not (tmp_path / "lexicons" / "added.toml").exists()


def test_mine_proposes_words_that_the_rules_do_not_know(run, tmp_path):
    file = tmp_path / "texts.txt"
    smelly = [f"房间有霉味，樟木箱子第{i}个" for i in range(12)]
    plain = [f"菜品很好吃，第{i}次来" for i in range(30)]
    file.write_text("\n".join(smelly + plain) + "\n", encoding="utf-8")
    result = json.loads(run("mine", "comfort", file, "--json", "--top", "5"))
    words = {item["word"]: item for item in result["proposals"]}
    assert any("樟木" in word for word in words)
    assert "霉味" not in words
    assert all(item["outside"] == 0 for item in words.values())
    assert "樟木" in run("mine", "comfort", file)


def test_what_cannot_be_read_is_named(run, tmp_path):
    with pytest.raises(UsageError, match="no rule has this label"):
        run("mine", "smell", tmp_path / "none.txt")
    with pytest.raises(UnreadableFile, match=r"none\.jsonl"):
        run("coverage", tmp_path / "none.jsonl")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "好"}\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 1 is no labelled record"):
        run("coverage", bad)
    (tmp_path / "lexicons" / "rules").mkdir(parents=True)
    (tmp_path / "lexicons" / "rules" / "comfort.toml").write_text('[[rule]]\nname = "a"\n', encoding="utf-8")
    with pytest.raises(BadLexicon, match=r"comfort\.toml: rule 'a'"):
        run("check", "--folder", tmp_path / "lexicons")
