"""What a translation keeps of numbers, signs, placeholders, tags, code and addresses, over generated sentences.

    python -m bench.translation_kept [--sentences 500] [--show]
    python -m bench.translation_kept --model Qwen2.5-Coder-1.5B-Instruct --pairs en-zh en-pt --sentences 100

Sentences of either language from templates, with one to four things in them that must stand in the translation exactly
as often: a number in the other language's way of writing it. --show prints those that lost something. What a language
model lost is named with its translation; the table says how often it is not.
"""

import argparse
import random
import re
import sys
from collections.abc import Sequence

import model_setup
import settings
from bench import results
from models.catalog.offers import BUNDLED, LARGE
from models.tasks.translation.adapter import of_catalog

SENTENCES, AT_LEAST = 500, 0.99
TEMPLATES = {
    "en": (
        "Hello {name}, you have {number} new messages.",
        "Press {tagged:Save} to continue.",
        "Run {code} now, then open {file}.",
        "They paid {money} for the old house in {number}.",
        "If {sign} is shown, write to {address} before Monday.",
        "{emoji} Warning: do not touch the {tagged:red button}!",
        "The room is {number} metres long and {number} metres wide.",
        "The population grew from {number} to {number} in ten years.",
        "Visit {address} for more information about the {number} offers. {emoji}",
        "Your order {name} of {money} has been shipped.",
        "Error in {file}: the value of {name} must be smaller than {number}.",
        "She asked me to add {fraction} cups of milk and {number} eggs.",
        "The train leaves at {time} and arrives at {time} every day.",
        "It was {number} degrees outside, {sign} and nobody came.",
        "Click {tagged:here} or use {code} to list the files in {file}.",
        "Dear {name}, thank you for your payment of {money}. {emoji}",
        "About {percent} of the people liked the film, {percent} did not.",
        "WARNING: THE DOOR {name} IS CLOSED UNTIL {number}.",
        "The garden has {area} and cost {money}.",
        "Version {version} is out now, and it is {percent} faster.",
    ),
    "pt": (
        "Olá {name}, você tem {number} novas mensagens.",
        "Pressione {tagged:Salvar} para continuar.",
        "Execute {code} agora e depois abra {file}.",
        "Eles pagaram {money} pela casa antiga em {number}.",
        "Se {sign} aparecer, escreva para {address} antes de segunda-feira.",
        "{emoji} Aviso: não toque no {tagged:botão vermelho}!",
        "A sala tem {number} metros de comprimento e {number} metros de largura.",
        "A população cresceu de {number} para {number} em dez anos.",
        "Visite {address} para mais informações sobre as {number} ofertas. {emoji}",
        "O seu pedido {name} de {money} foi enviado.",
        "Erro em {file}: o valor de {name} deve ser menor que {number}.",
        "Ela me pediu para adicionar {fraction} xícaras de leite e {number} ovos.",
        "O trem sai às {time} e chega às {time} todos os dias.",
        "Fazia {number} graus lá fora, {sign} e ninguém veio.",
        "Clique {tagged:aqui} ou use {code} para listar os arquivos em {file}.",
        "Caro {name}, obrigado pelo seu pagamento de {money}. {emoji}",
        "Cerca de {percent} das pessoas gostaram do filme, {percent} não gostaram.",
        "AVISO: A PORTA {name} ESTÁ FECHADA ATÉ {number}.",
        "O jardim tem {area} e custou {money}.",
        "A versão {version} já saiu e é {percent} mais rápida.",
    ),
}
TAGS = (("<b>", "</b>"), ('<a href="/x">', "</a>"), ("**", "**"), ("<i>", "</i>"))
PLACEHOLDERS = ("{{{}}}", "${{{}}}", "%({})s", ":{}", "{{{{{}}}}}", "@{}")
NOTE = "`python -m bench.translation_kept`: sentences with numbers, signs, placeholders, tags, code and addresses."
SLOT = re.compile(r"{(\w+)(?::([^}]*))?}")
CURRENCIES = {
    "€": ("欧元", " 欧元"),
    "£": ("英镑", " 英镑"),
    "₹": ("卢比", "印度卢比", " 卢比"),
    "¥": ("元", "日元", "人民币"),
    "$": ("美元", " 美元"),
}
WORDS = ("user", "count", "item_id", "total", "city", "date")
COMMA = {"en": False, "pt": True}


class Writer:
    """Fills templates of the language `source` with what `random` draws."""

    def __init__(self, source: str, seed: int, target: str = "") -> None:
        self.source, self.target, self._comma, self._random = source, target, COMMA[source], random.Random(seed)

    def sentence(self) -> tuple[str, list[tuple[str, ...]]]:
        """A sentence, and what its translation must have, each in any of some ways."""
        wanted: list[tuple[str, ...]] = []

        def fill(slot: re.Match[str]) -> str:
            kind, inner = slot[1], slot[2]
            if kind == "tagged":
                opening, closing = self._random.choice(TAGS)
                wanted.extend([(opening,), (closing,)])
                return f"{opening}{inner}{closing}"
            text, *ways = getattr(self, f"_{kind}")()
            wanted.append(tuple(ways) or (text,))
            return str(text)

        return SLOT.sub(fill, self._random.choice(TEMPLATES[self.source])), wanted

    def _name(self) -> tuple[str, ...]:
        return (self._random.choice(PLACEHOLDERS).format(self._random.choice(WORDS)),)

    def _number(self) -> tuple[str, ...]:
        number = self._random.randint(2, 10 ** self._random.randint(1, 7))
        theirs, ours = f"{number:,}", f"{number:,}".replace(",", ".")
        if self.target == "zh":
            return (theirs, *chinese(number))
        written, other = (ours, theirs) if self._comma else (theirs, ours)
        return (written, other, str(number)) if number >= 1_000 else (written, written)

    def _money(self) -> tuple[str, ...]:
        text, *ways = self._number()
        sign = self._random.choice(("€", "£", "₹", "¥", "R$ " if self._comma else "$"))
        last = sign.strip()[-1]
        if self.target == "zh":
            named = [f"{way}{name}" for way in ways for name in CURRENCIES[sign]]
            return (sign + text, *named, *(f"{sign}{way}" for way in ways))
        signed = [f"{last}{space}{way}" for way in ways for space in ("", " ")]
        spelled = [f"{way} dólares" for way in ways if sign == "$"]
        return (sign + text, *signed, *(f"{way} {last}" for way in ways), *spelled)

    def _percent(self) -> tuple[str, ...]:
        number = f"{self._random.randint(2, 99)}"
        named = [f"百分之{number}"] if self.target == "zh" else [f"{number} percent", f"{number} por cento"]
        return (f"{number}%", f"{number}%", f"{number} %", *named)

    def _time(self) -> tuple[str, ...]:
        text = f"{self._random.randint(10, 23)}:{self._random.randint(10, 59)}"
        clock = [text.replace(":", sign) + minute for sign, minute in (("点", "分"), ("时", "分"), ("点", ""))]
        return (text, text, text.replace(":", "h"), *(clock if self.target == "zh" else []))

    def _fraction(self) -> tuple[str, ...]:
        return (self._random.choice(("½", "1½", "2¼", "3¾")),)

    def _area(self) -> tuple[str, ...]:
        number = self._random.randint(10, 999)
        return (f"{number} m²", f"{number} m²")

    def _sign(self) -> tuple[str, ...]:
        return (self._random.choice(("→", "#", "±", "✓", "§", "×", "≥")),)

    def _emoji(self) -> tuple[str, ...]:
        return (self._random.choice(("⚠️", "🎉", "👨‍👩‍👧‍👦", "👍🏽", "🇧🇷", "❤️")),)

    def _code(self) -> tuple[str, ...]:
        return (f"`{self._random.choice(('git push', 'ls -l', 'x = 5', 'make test', 'print(a)'))}`",)

    def _file(self) -> tuple[str, ...]:
        return (self._random.choice(("report.pdf", "/etc/hosts", "main.py", "data_2024.csv", "C:\\Temp\\a.txt")),)

    def _address(self) -> tuple[str, ...]:
        return (self._random.choice(("https://example.com/a?b=1", "me@example.com", "www.example.org/help", "@ana_b")),)

    def _version(self) -> tuple[str, ...]:
        return (self._random.choice(("v2.0", "1.2.3", "v10", "3.11.4")),)


def chinese(number: int) -> list[str]:
    """The ways in which Chinese writes a number."""
    small = dict(enumerate("两三四五六七八九十", 2)).get(number)
    ways = [str(number), f"{number:,}", f"{number / 10_000:.4f}".rstrip("0").rstrip(".") + "万"]
    return [*ways, f"{number / 10_000:.4f}".rstrip("0").rstrip(".") + " 万", *([small] if small else [])]


def lost(wanted: Sequence[tuple[str, ...]], text: str) -> list[str]:
    """What of `wanted` does not stand in `text` as often as it should."""
    found = []
    for ways in dict.fromkeys(wanted):
        expected = sum(count(ways[0], other[0]) for other in wanted)
        if expected != max(count(way, text) for way in ways):
            found.append(ways[0])
    return found


def count(part: str, text: str) -> int:
    """How often `part` is in `text`, a number only where no longer one is."""
    edges = (r"(?<!\d)(?<!\d[.,])", r"(?![.,]?\d)") if part[0].isdigit() or part[-1].isdigit() else ("", "")
    return len(re.findall(edges[0] + re.escape(part) + edges[1], text))


def main(arguments: Sequence[str]) -> None:
    """Print the table; exit with 1 where too many sentences lose something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="so many each way (default: %(default)s)")
    parser.add_argument("--show", action="store_true", help="print the sentences that lost something")
    parser.add_argument("--model", default="", help="a model of the Translation tab (default: the specialists)")
    parser.add_argument("--pairs", nargs="+", default=["en-pt", "pt-en"], help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    cache = model_setup.make_cache(settings.read(["--memory", "3000"]))
    translators = of_catalog(cache, offers=BUNDLED.with_more(LARGE))
    table = ["| direction | sentences | all kept | their place guessed | lost and not named |", "|---|---|---|---|---|"]
    good = True
    for source, target in (pair.split("-") for pair in chosen.pairs):
        writer = Writer(source, 17, target)
        cases = [writer.sentence() for _ in range(chosen.sentences)]
        found = translators.choose(source, target, chosen.model).many([text for text, _ in cases])
        losses = [lost(wanted, each.text) for (_, wanted), each in zip(cases, found, strict=True)]
        kept = sum(not each for each in losses) / len(cases)
        guessed = sum(any(s.guessed for s in each.sentences) for each in found) / len(cases)
        silent = sum(
            bool(missing) and not any(s.lost or s.guessed for s in each.sentences)
            for missing, each in zip(losses, found, strict=True)
        ) / len(cases)
        table.append(f"| {source}-{target} | {len(cases)} | {kept:.1%} | {guessed:.1%} | {silent:.1%} |")
        print(table[-1], flush=True)
        good = good and kept >= AT_LEAST
        for (text, _), each, missing in zip(cases, found, losses, strict=True):
            if missing and chosen.show:
                named = [form for sentence in each.sentences for form in sentence.lost]
                print(f"{missing}: {text}\n    {each.text}\n    named: {named}")
    title = "Translation: what is kept" + (f", {chosen.model}" if chosen.model else "")
    results.write(title, [*table, "", NOTE])
    if not (good or chosen.model):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
