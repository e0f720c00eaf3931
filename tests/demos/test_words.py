"""Every word of the page has its translation, and a visitor gets the words of the browser's language."""

import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

import app
from demos.page.script_it import LANGUAGES as SCRIPTED
from demos.page.spoken import head
from demos.question_answering.texts import CONTEXTS
from demos.words import LANGUAGES, Words, best, localize, parts, say_count
from models.catalog.offers import ACCURATE, BUNDLED, HUB, LARGE
from models.runtime.limits import DEFAULT_LIMITS
from models.tasks.registry import TASKS
from models.text.language_names import NAMES as NAMES_OF_LANGUAGES
from settings import Settings
from tables.batch import ERROR
from tables.decoded import ENCODINGS
from tests import tiny
from tests.demos import spoken

CHINESE = LANGUAGES["zh-CN"]
MODELS = {
    f"{spec.name}{part}"
    for spec in BUNDLED.with_more(ACCURATE).with_more(LARGE).with_more(HUB).attention
    for part in ("", " encoder", " cross-attention")
}
# What is written alike in every language: names of models, encodings and endpoints, and commands.
NAMES = {*ENCODINGS, *MODELS, "# Glassbox", *SCRIPTED}
COMMAND = "python app.py "
ENDPOINT = re.compile(r"/\w+")
# Examples in Chinese, which are shown to those alone who read the page in it.
HAN = re.compile("[\u4e00-\u9fff]")
every_language = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


@pytest.fixture(scope="module")
def said() -> set[str]:
    """What must be an entry of its own."""
    return spoken.said_in_python() | spoken.said_in_scripts() | spoken.said_in_markup() | spoken.messages()


@pytest.fixture(scope="module")
def wanted(said: set[str]) -> set[str]:
    """All English that a visitor may see."""
    columns = {column for task in TASKS for column in task.table.columns} | set(NAMES_OF_LANGUAGES.values())
    for task in TASKS:
        values = task.defaults(DEFAULT_LIMITS) | {"labels": ["X", "Y"]}
        columns |= {*task.table.make(tiny.cache(), values, DEFAULT_LIMITS).columns, ERROR}
    names = {option.label.partition(" (")[0].lower() for task in TASKS for option in task.options}
    columns |= {"answer", "no answer", "model", *names}
    return said | spoken.shown_in_layout(tiny.cache()) | spoken.put_together() | set(CONTEXTS) | columns


@every_language
def test_nothing_lacks_a_translation(words: Words, said: set[str], wanted: set[str]) -> None:
    """Every text of the page has an entry, by its own words or by a pattern that fits it."""
    alike = NAMES | {english for english in wanted if english.startswith(COMMAND) or HAN.search(english)}
    alike |= {english for english in wanted if ENDPOINT.fullmatch(english)}
    assert not sorted(said - words.entries.keys())
    assert not sorted(each for each in wanted - alike if each not in words.entries and words.localize(each) == each)


@every_language
def test_no_translation_is_left_over(words: Words, wanted: set[str]) -> None:
    """An entry whose English is nowhere on the page any more has to go."""
    assert not sorted(key for key in words.entries.keys() - wanted if not any(map(_fits(key), wanted)))


@every_language
def test_translations_keep_their_places(words: Words) -> None:
    """What is put into a sentence is put into its translation too, in any order."""
    for english, translation in words.entries.items():
        assert _places(translation) == _places(english), english
        translation.format(*range(9), **dict.fromkeys(_names(english), 1))


def test_words_that_are_not_written_where_they_are_said_are_found(tmp_path: Path) -> None:
    """The search for English refuses what it cannot read, in Python and in a script."""
    (tmp_path / "some.py").write_text("say(title)")
    (tmp_path / "some.js").write_text("say(title);")
    with pytest.raises(spoken.NotLiteral, match=r"some\.py"):
        spoken.said_in_python([tmp_path / "some.py"])
    with pytest.raises(spoken.NotLiteral, match=r"some\.js"):
        spoken.said_in_scripts([tmp_path / "some.js"])


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("*", "en"),
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh", "zh-CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("fr-FR,zh;q=0.5,en;q=0.4", "zh-CN"),
        ("en;q=0.3, zh-cn;q=0.7", "zh-CN"),
        ("zh;q=0", "en"),
        ("zh;q=lots,,;;q=1", "zh-CN"),
    ],
)
def test_the_browsers_first_choice_counts(header: str, tag: str) -> None:
    """The best language that there is, by its weight; a region of its own is not needed; nonsense is English."""
    assert best(header).tag == tag


def test_a_visitor_gets_their_own_language(chinese_visitor: None) -> None:
    """Within an event, words are those of who asked for it, plural or not."""
    assert say_count(1, "{n} sentence", "{n} sentences") == "1 句"
    assert localize("Text is empty. Type some words.") == "文本为空。请输入一些文字。"
    assert localize("Downloading X: 3 of 40 MB") == "正在下载 X：3/40 MB"


def test_what_a_visitor_wrote_stays(chinese_visitor: None) -> None:
    """Only words of the page are translated within a message: not what it quotes, though it may look like them."""
    quoted = localize("There is no column “Text is empty. Type some words.” for text. The file has “Translate”.")
    assert quoted == "没有可用作文本的列“Text is empty. Type some words.”。文件中有 “Translate”。"
    assert localize("NUL bytes in lines 3, 4 …: no model reads a cell that holds one.").startswith("第 3, 4 … 行中有")


def test_markdown_is_translated_by_its_parts() -> None:
    """Headings, paragraphs and points are entries of one line; what has none stays as it was, such as code."""
    text = "# A\nb\nc\n\n- d\n  e\n- f\n\n    code\n    code\n"
    assert "\n".join(parts(text)) == text
    words = Words("x", {"# A": "# 1", "b c": "2", "- d e": "- 3"})
    assert words.markdown(text) == "# 1\n2\n\n- 3\n- f\n\n    code\n    code\n"


def test_no_translation_ends_the_script() -> None:
    """A language file may hold any signs."""
    assert head(Words("x", {"a": "</script><b>"}), "a").count("</script>") == 1


def test_the_groups_of_tabs_are_named_as_a_style_sheet_reads_it() -> None:
    """CSS has other escapes than JSON, so that the names of the groups were shown as the numbers of their letters."""
    assert '--inside: "看内部"; --tools: "工具"' in head(CHINESE, "")


def test_the_page_has_the_words_of_its_scripts(served: str) -> None:
    """What scripts say and what views have as markup, and little of what the server translates."""
    layout = httpx.get(f"{served}/config", headers={"Accept-Language": "zh"}, timeout=60).json()
    sent = json.JSONDecoder().raw_decode(layout["head"].split("glassboxWords = ")[-1])[0]
    said = spoken.said_in_scripts() | spoken.said_in_markup()
    assert not said - sent.keys()
    assert len(sent) < len(CHINESE.entries) / 2


def test_the_server_answers_in_the_languages_of_who_asks(served: str) -> None:
    """Layout, head and refusals are Chinese for one browser and English for the next, and for scripts."""
    for accepted, translate, empty in (
        ("zh-CN", "翻译", "文本为空。"),
        ("de,en;q=0.5", "Translate", "text is empty."),
        (None, "Translate", "text is empty."),
    ):
        asking = httpx.Client(headers={"Accept-Language": accepted} if accepted else {}, timeout=30.0)
        config = asking.get(f"{served}/config").json()
        shown = {each["props"].get("elem_id"): each["props"].get("value") for each in config["components"]}
        assert shown["translation-run"] == translate
        assert (translate == "翻译") == ('documentElement.lang = "zh-CN"' in config["head"])
        assert translate in asking.get(served).text
        refused = asking.post(f"{served}/gradio_api/call/sentiment", json={"data": [" "]})
        assert empty in refused.json()["detail"][0]["message"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole app on tiny models."""
    serving = app.serve(tiny.cache(), Settings(port=0, home=tmp_path_factory.mktemp("home")))
    yield serving.url
    serving.page.close(verbose=False)


def _fits(key: str) -> Callable[[str], bool]:
    only = Words("x", {key: "\0"})
    return lambda english: only.localize(english) == "\0"


def _places(sentence: str) -> list[tuple[str, str]]:
    """What is put into a sentence, and how it is written; a place without a name has its number."""
    fields = [(name, form or "") for _, name, form, _ in string.Formatter().parse(sentence) if name is not None]
    return sorted({(name or str(number), form) for number, (name, form) in enumerate(fields)})


def _names(sentence: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name]
