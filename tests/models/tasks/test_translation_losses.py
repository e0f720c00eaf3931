"""What a language model's translation must keep: it is there, or it is named as lost."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.catalog.bundled import QWEN
from models.tasks.translation.adapter import Translator, Translators
from models.tasks.translation.losses import lost, mended
from tests import fake_causal
from tests.fake_causal import FakeCausal, last_message

EN_ZH, EN_PT, ZH_EN = ("en", "zh"), ("en", "pt"), ("zh", "en")
KEPT = (
    "{name}",
    "%(x)s",
    "<b>",
    "`git push`",
    "https://example.com/a?b=1",
    "me@example.com",
    "a.pdf",
    "🎉",
    "👨‍👩‍👧",
    "→",
    "½",
    "¥7",
    "482",
    "$25",
    "15%",
)


def translator(model: FakeCausal) -> Translator:
    """From English to Chinese."""
    return Translators(fake_causal.cache(model), (QWEN,)).choose("en", "zh")


@pytest.mark.parametrize(
    ("source", "said", "pair", "expected"),
    [
        ("It costs $25.", "它的价格是25元。", EN_ZH, ["$"]),
        ("It costs $25.", "它的价格是25美元。", EN_ZH, []),
        ("It costs $25.", "它的价格是$26。", EN_ZH, ["25"]),
        ("They paid 2,345,678 dollars.", "他们付了234.5678万美元。", EN_ZH, []),
        ("Press <b>Save</b> now.", "现在按保存。", EN_ZH, ["<b>", "</b>"]),
        ("Press <b>Save</b> now.", "现在按<b>保存</b></b>。", EN_ZH, ["</b>"]),
        ("The train leaves at 14:30.", "火车下午两点半开。", EN_ZH, []),
        ("The train leaves at 14:30.", "O comboio parte às 14h30.", EN_PT, []),
        ("The train leaves at 14:30.", "O comboio parte às 14h40.", EN_PT, ["30"]),
        ("In the 1990s", "在90年代", EN_ZH, []),
        ("1990年代有5个人。", "In the 1990s there were five people.", ZH_EN, []),
        ("打开report.pdf文件", "Open the report file", ZH_EN, ["report.pdf"]),
        ("About 15% of 2.3 million people", "大约230万人的百分之十五", EN_ZH, []),
        ("5 miles", "5公里", EN_ZH, ["mile"]),
        ("#1 in the world", "世界第1", EN_ZH, ["#"]),
        ("2,500 cars", "2,500 carros", EN_PT, ["2,500"]),
        ("2,500 cars", "2.500 carros", EN_PT, []),
        ("我花了25元。", "I spent $25.", ZH_EN, ["¥"]),
        ("[docs](https://x.org/a) and **bold**", "[文档](https://x.org/a) 和 **粗体**", EN_ZH, []),
        ("7 of 7", "7个", EN_ZH, ["7"]),
    ],
)
def test_what_is_lost(source: str, said: str, pair: tuple[str, str], expected: list[str]) -> None:
    """A number in another way of writing, a currency by its name, is kept; what changed or is missing is not."""
    assert list(lost(source, said, pair)) == expected


@pytest.mark.parametrize(
    ("source", "said", "pair", "expected"),
    [
        ("🎉 Hello", "你好", EN_ZH, "🎉 你好"),
        ("Hello! 🎉", "你好！", EN_ZH, "你好！ 🎉"),
        ("Hello 🎉 there", "你好", EN_ZH, "你好"),
        ("2,500 cars", "2,500 carros", EN_PT, "2.500 carros"),
    ],
)
def test_what_can_be_mended(source: str, said: str, pair: tuple[str, str], expected: str) -> None:
    """Signs at an end have a place without any alignment, and a figure has one way of its language."""
    assert mended(source, said, lost(source, said, pair), pair) == expected


@hypothesis_settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.sampled_from(KEPT), min_size=1, max_size=5, unique=True), data=st.data())
def test_everything_is_there_or_named(parts: list[str], data: st.DataObject) -> None:
    """Whatever the model leaves out, at each of two attempts, nothing is lost in silence."""
    source = "The words " + " and ".join(parts) + " are here."
    attempts = [data.draw(st.permutations(parts)) for _ in range(2)]
    attempts = [each[: data.draw(st.integers(0, len(parts)))] for each in attempts]
    model = FakeCausal(
        lambda prompt: {"请大家都来看一看这里的词：" + "、".join(attempts[min(1, len(model.prompts) - 1)]) + "。": 0.9}
    )
    found = translator(model)(source)
    [sentence] = found.sentences
    missing = set(parts) - {part for part in parts if part in found.text}
    shown = {form.strip("$¥%") for form in sentence.lost} | set(sentence.lost)
    assert {part.strip("$¥%") for part in missing} <= shown
    assert bool(sentence.lost) == bool(missing)
    assert len(model.prompts) == (1 if len(attempts[0]) == len(parts) else 2)


def test_the_second_attempt_hears_what_to_keep_and_the_better_one_counts() -> None:
    """It is asked for what was lost; an attempt that loses more does not replace the first."""
    replies = ["它的价格是25元，{name}。", "它的价格是25美元，{name}。"]
    model = FakeCausal(lambda prompt: {replies[len(model.prompts) - 1]: 0.9})
    found = translator(model)("It costs $25, {name}.")
    assert (found.text, found.sentences[0].lost) == ("它的价格是25美元，{name}。", ())
    assert last_message(model.prompts[1]).startswith("Write this in Simplified Chinese and keep $: It costs")
    replies[:] = ["它的价格是25元，{name}。", "它的价格是元。"]
    model.prompts.clear()
    worse = translator(model)("It costs $25, {name}.")
    assert (worse.text, worse.sentences[0].lost) == ("它的价格是25元，{name}。", ("$",))


def test_an_attempt_that_time_ends_leaves_the_first() -> None:
    """A whole translation is not given up for half a better one."""
    model = FakeCausal(lambda prompt: {"它的价格是25元。": 0.9})
    stream = translator(model).stream("It costs $25. Two words.")
    while len(model.prompts) < 2:
        shown = next(stream)
    stream.close()
    assert shown.text
