import pytest

from feedback.errors import BadLexicon
from feedback.settings import TextSettings
from feedback.text.words import own_words, segmenter

TEXT = "这个软件老是闪退，客服踢皮球，果断避雷yyds"


@pytest.mark.parametrize("name", ["rjieba", "jieba"])
def test_both_backends_keep_our_words_and_every_letter(name):
    cutter = segmenter(TextSettings(segmenter=name))
    words = cutter.cut(TEXT)
    assert cutter.name == name
    assert "".join(words) == TEXT
    assert {"闪退", "踢皮球", "避雷"} <= set(words)


def test_a_users_words_join_the_bundled_ones(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "mine.txt").write_text("云脉冲刺 # our product\n", encoding="utf-8")
    assert {"云脉冲刺", "闪退"} <= set(own_words(tmp_path))
    assert "云脉冲刺" in segmenter(TextSettings(), tmp_path).cut("用了云脉冲刺之后")


def test_a_word_list_that_is_not_utf8_is_named(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "gbk.txt").write_bytes("闪退".encode("gbk"))
    with pytest.raises(BadLexicon, match=r"gbk\.txt"):
        own_words(tmp_path)
