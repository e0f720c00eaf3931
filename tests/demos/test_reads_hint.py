"""What stands under the result of a model that does not read the language."""

import gradio as gr
import pytest

from demos.fields.reads_hint import ReadsHint, warning
from models.catalog.bundled import QWEN, SENTIMENT

CHINESE = "这家面馆的汤头特别鲜，下次还来。"


def test_the_warning_names_the_language_and_the_model_that_reads_it() -> None:
    """Both are empty where the model reads the text."""
    line, reader = warning(CHINESE, SENTIMENT, (SENTIMENT, QWEN))
    assert line == f"⚠ This looks like Chinese, which {SENTIMENT.name} does not read."
    assert reader == QWEN.name
    assert warning(CHINESE, SENTIMENT, (SENTIMENT,))[1] == ""
    assert warning("It was a good day for all of us.", SENTIMENT, (SENTIMENT, QWEN)) == ("", "")


def test_the_button_is_there_only_with_a_model_to_choose() -> None:
    """It names the model."""
    with gr.Blocks():
        hint = ReadsHint("x")
        shown = hint.shown(CHINESE, SENTIMENT, (SENTIMENT, QWEN))[hint.take]
        hidden = hint.shown(CHINESE, SENTIMENT, (SENTIMENT,))[hint.take]
    assert (shown.value, shown.visible) == (f"Run it on {QWEN.name}", True)
    assert not hidden.visible


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O serviço foi terrível e a comida estava fria.", "Portuguese"),
        ("El servicio fue terrible y la comida estaba fría.", "Spanish"),
        ("Le service était terrible et la nourriture était froide.", "French"),
        ("Die Bedienung war schrecklich und das Essen war kalt.", "German"),
        ("Il servizio era terribile e il cibo era freddo.", "Italian"),
        ("服务很差，饭菜都是凉的，不会再来了。", "Chinese"),
        ("サービスはひどくて、料理は冷たかったです。", "Japanese"),
        ("서비스가 형편없었고 음식은 차가웠습니다.", "Korean"),
        ("Обслуживание было ужасным, а еда холодной.", "Russian"),
        ("كانت الخدمة سيئة والطعام باردا.", "Arabic"),
        ("सेवा बहुत खराब थी और खाना ठंडा था।", "Hindi"),
        ("ขบวนรถไฟมาช้ามากและอาหารก็เย็นหมด", "Thai"),
    ],
)
def test_every_language_that_the_model_does_not_read_is_named(text: str, language: str) -> None:
    """Before anybody takes its label for a judgement."""
    assert (
        warning(text, SENTIMENT, (SENTIMENT,))[0]
        == f"⚠ This looks like {language}, which {SENTIMENT.name} does not read."
    )


@pytest.mark.parametrize(
    "text",
    [
        "The service was terrible and the food was cold.",
        "ok",
        "😡",
        "5 stars",
        "Not bad at all, thank you.",
        "pizza",
        "Café au lait at the brasserie was the best I have had.",
        "WORST HOTEL EVER!!!",
        "https://example.com",
        "12345",
    ],
)
def test_english_and_what_is_no_language_get_no_warning(text: str) -> None:
    """Short texts and signs are not guessed at."""
    assert warning(text, SENTIMENT, (SENTIMENT,)) == ("", "")
