"""The endpoint `/translate`."""

from dataclasses import asdict
from typing import Any

from demos.events import endpoint, shared_lane
from models.runtime.progress import Report, ignore
from models.tasks.translation.adapter import Translators


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
