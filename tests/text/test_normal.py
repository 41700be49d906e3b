import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.errors import BadLexicon
from feedback.text.normal import normalise, traditional_pairs


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＡＢＣ１２３，ｏｋ！", "abc123,ok!"),
        ("這個軟體總是閃退，客服態度惡劣", "这个软体总是闪退,客服态度恶劣"),
        ("App　崩溃", "app 崩溃"),
        ("“好”—『差』", '"好"-"差"'),
        ("", ""),
    ],
)
def test_normal_form(text, form):
    assert normalise(text) == form


@given(st.text())
def test_one_code_point_becomes_one_and_twice_is_once(text):
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once


def test_full_width_letters_agree_with_unicode():
    wide = "".join(chr(0xFF01 + i) for i in range(94))
    assert normalise(wide) == unicodedata.normalize("NFKC", wide).lower()


def test_a_bad_pair_is_named_with_its_line(tmp_path):
    file = tmp_path / "traditional.txt"
    file.write_text("# pairs\n國国 學習学\n", encoding="utf-8")
    with pytest.raises(BadLexicon, match="line 2: '學習学'"):
        traditional_pairs(file)
