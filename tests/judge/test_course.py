from feedback.judge.course import COURSE, course


def told(pairs, marks=()):
    return {COURSE[place].removeprefix("course:"): value for place, value in course(pairs, set(marks)).items()}


def test_a_text_that_says_nothing_is_quiet():
    assert told([], ["question"]) == {"quiet": 1, "question-quiet": 1}


def test_one_flaw_among_praise_is_a_small_one():
    assert told([(9, -1), (0, 1), (3, 1), (6, 1)], ["contrast"]) == {
        "praise": 0.5, "blame": 1 / 6, "balance": 0.5, "first": 1, "last": -1, "turns": 0.25,
        "small_flaw": 1, "both": 1, "contrast-both": 1,
    }  # fmt: skip


def test_one_kind_word_among_complaints():
    assert told([(0, -1), (2, 1), (4, -1), (6, -1)]) == {
        "praise": 1 / 6, "blame": 0.5, "balance": -0.5, "first": -1, "last": -1, "turns": 0.5,
        "small_grace": 1, "both": 1,
    }  # fmt: skip
