"""The endpoints `/translate` and `/other_words`."""

from dataclasses import asdict
from typing import Any

from demos.events import endpoint, shared_lane
from models.runtime.limits import InputError, check_whole
from models.runtime.progress import Report, ignore
from models.tasks.translation.adapter import Translators
from models.tasks.translation.rewriting import Place, Rewriter

# A place beyond what a text can hold is refused before the text is translated.
FURTHEST = 100_000


def offer_translate(translators: Translators) -> None:
    """Offer `/translate` for the models of `translators`."""

    def translate(
        text: str, source: str = "en", target: str = "pt", model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """`text` in another language, by sentence, each with its words' links: character spans in text and result.

        With `source` "auto" it is read as the language that it seems to be in; `detected` is that guess.

        Args:
            text: what is to be translated
            source: the language it is in, as a code of two letters, or `auto`: the one it seems to be in
            target: the language it is to be in
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        language, guess = translators.resolve(text, source, target)
        result = translators.choose(language, target, model)(text, report)
        detected = guess and {"language": guess.language, "confidence": guess.confidence, "sure": guess.sure}
        sentences = [
            {
                "source": sentence.source.of(result.source),
                "target": sentence.target.of(result.text),
                "links": [asdict(link) for link in sentence.links],
                "circles": sentence.circles,
                "lost": list(sentence.lost),
            }
            for sentence in result.sentences
        ]
        found = {"source": language, "detected": detected}
        return {"text": result.text, "sentences": sentences, "left": result.left, **found, **asdict(result.run)}

    endpoint(translate, "translate", translators.check, lane=shared_lane())


def offer_other_words(translators: Translators) -> None:
    """Offer `/other_words` for the models of `translators`."""

    def check(
        text: object, sentence: object, word: object, _other: object, source: object, target: object, model: object
    ) -> None:
        language, _ = translators.resolve(text, source, target)
        translator = translators.choose(language, target, model)
        translator.check(text)
        check_whole(sentence, "sentence", 0, FURTHEST)
        check_whole(word, "word", 0, FURTHEST)
        Rewriter(translator).check_model()

    def other_words(
        text: str,
        sentence: int = 0,
        word: int = 0,
        other: str = "",
        source: str = "en",
        target: str = "pt",
        model: str = "",
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """What else could stand at a word of the translation of `text`, and the translation with another word there.

        Args:
            text: what is to be translated
            sentence: which sentence of the translation, from 0
            word: which word of that sentence, from 0
            other: one of the words that could stand there; the rest of the sentence is then written anew
            source: the language it is in, as a code of two letters, or `auto`: the one it seems to be in
            target: the language it is to be in
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        language, _ = translators.resolve(text, source, target)
        translator = translators.choose(language, target, model)
        rewriter, place = Rewriter(translator), Place(sentence, word)
        found = translator(text, report)
        here = rewriter.check(found, place).of(found.text)
        others = rewriter.others(found, place, report)
        if other:
            chosen = next((each for each in others if each.text == other), None)
            if chosen is None:
                offered = ", ".join(each.text for each in others)
                raise InputError("other", f"other must be one of the words that could stand there: {offered}.")
            found = rewriter.rewritten(found, place, chosen, report)
        rivals = [{"text": each.text, "probability": each.probability} for each in others]
        return {"text": found.text, "word": here, "others": rivals, "source": language, **asdict(found.run)}

    endpoint(other_words, "other_words", check)
