"""Translation: nothing dropped, everything between sentences kept, words aligned."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.engines.codec import Written, copy, read, write
from models.engines.writing import AHEAD
from models.runtime.cache import ModelCache
from models.runtime.limits import TEXT_LIMIT, InputError
from models.tasks.translation.adapter import Translators, of_catalog
from models.tasks.translation.networks import WINDOW_TOKENS
from models.tasks.translation.translated import Draft, Translation
from models.text.language import Guess
from models.text.sentences import Span
from tests import tiny_student

LINE = st.lists(
    st.sampled_from(["The dog. ", "jumps", " ", "\t", "\n", "\r\n", "- ", "1. ", "🎉 ", "é", "你好"]), max_size=30
)


@pytest.fixture
def translators(tiny_cache: ModelCache) -> Translators:
    """Both directions over tiny students."""
    return of_catalog(tiny_cache)


def between(translation: Translation) -> tuple[list[str], list[str]]:
    """What stands between the sentences of a translation's source, and of its text."""
    return tuple(  # type: ignore[return-value]
        [text[end:start] for end, start in zip([0, *ends], [*starts, len(text)], strict=True)]
        for text, starts, ends in (
            (
                translation.source,
                [s.source.start for s in translation.sentences],
                [s.source.end for s in translation.sentences],
            ),
            (
                translation.text,
                [s.target.start for s in translation.sentences],
                [s.target.end for s in translation.sentences],
            ),
        )
    )


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=LINE)
def test_all_that_is_no_sentence_is_kept(translators: Translators, line: list[str]) -> None:
    """Bullets, tabs, line breaks and blank lines stand between the sentences just as before; none is without target."""
    text = "dog " + "".join(line)
    result = translators.choose("en", "pt")(text)
    source, target = between(result)
    assert source == target
    assert all(sentence.target.of(result.text) for sentence in result.sentences)
    for sentence in result.sentences:
        for link in sentence.links:
            assert sentence.source.start <= link.source.start < link.source.end <= sentence.source.end
            assert sentence.target.start <= link.target.start < link.target.end <= sentence.target.end


def test_long_sentence_goes_in_windows(translators: Translators) -> None:
    """A sentence without an end is read in windows, every word of it, and nothing is dropped."""
    text = "the lazy dog, " * 60
    result = translators.choose("en", "pt")(text)
    assert len(result.sentences) > 60 * 14 / WINDOW_TOKENS
    assert " ".join(s.source.of(text) for s in result.sentences) == text.strip()
    assert result.run.dropped == 0


def test_stream_grows_to_the_whole(translators: Translators, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part of a stream begins with the part before it, the first comes early, the last is the result."""
    monkeypatch.setattr("models.tasks.translation.adapter.PAUSE", 0)
    translator = translators.choose("en", "pt")
    parts = list(translator.stream("The dog. " * 9))
    texts = [part.text for part in parts]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert 0 < min(len(part.sentences) for part in parts if part.sentences) <= AHEAD[0]
    assert len(parts[-1].sentences) == 9
    assert texts[-1] == translator("The dog. " * 9).text


def test_closed_stream_lets_go(translators: Translators, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a stream before its end frees the model."""
    monkeypatch.setattr("models.tasks.translation.adapter.PAUSE", 0)
    stream = translators.choose("en", "pt").stream("The dog. " * 9)
    assert len(next(stream).sentences) < 9
    assert translators.cache.status().models[0].leases == 1
    stream.close()
    assert translators.cache.status().models[0].leases == 0


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "a\0b", "\ud83d", "x" * (TEXT_LIMIT + 1), 7, None])
def test_bad_text_is_refused_before_a_model_loads(translators: Translators, text: str) -> None:
    """The message names the field, and nothing was loaded."""
    with pytest.raises(InputError) as refused:
        translators.choose("en", "pt")(text)
    assert refused.value.field == "Text"
    assert not translators.cache.status().models


@pytest.mark.parametrize("pair", [("en", "en"), ("en", "xx"), ("", "pt"), (None, 3)])
def test_unknown_pair_names_the_offered(translators: Translators, pair: tuple[object, object]) -> None:
    """The message lists the pairs."""
    with pytest.raises(InputError, match=r"en to pt.*pt to en"):
        translators.check("hello", *pair)


def test_emoji_and_other_scripts_stay(translators: Translators) -> None:
    """What the model cannot read at all is copied whole."""
    result = translators.choose("en", "pt")("🎉\n你好\n1.5")
    assert result.text == "🎉\n你好\n1.5"
    assert [sentence.copied for sentence in result.sentences] == [1, 1, 0]


def test_letters_and_signs_are_read_as_the_nearest_known() -> None:
    """Curly quotes, dashes and letters that the vocabulary lacks become what it has, each at its own place."""
    tokenizer = tiny_student.tokenizer()
    source = read(tokenizer, "“È” – fox")
    assert tokenizer.decode(list(source.ids[:-1])) == '"E" - fox'
    assert source.kept == ()
    assert [source.text[slice(*span)].strip() for span in source.offsets[1:4]] == ["“", "È", "”"]


def test_a_sentence_without_translation_stays() -> None:
    """Where the network writes nothing, the sentence itself is kept."""
    source = read(tiny_student.tokenizer(), "dog")
    empty = np.zeros((0, len(source.ids)), np.float32)
    assert write(tiny_student.tokenizer(), source, [], empty, True) == copy(source)


def test_a_network_that_goes_in_circles_is_ended() -> None:
    """The last whole sentence before the circle stays, with its alignment; a source that circles itself may do so."""
    tokenizer = tiny_student.tokenizer()

    def written(text: str, said: str) -> Written:
        source, ids = read(tokenizer, text), tokenizer.encode(said)
        return write(tokenizer, source, ids, np.ones((len(ids), len(source.ids)), np.float32), complete=True)

    found = written("the dog jumps", "the fox jumps. o" + " my box" * 20)
    assert (found.text, found.complete, found.circles, found.faults) == ("the fox jumps.", False, True, 1)
    assert max(link.target.end for link in found.links) <= len(found.text)
    assert written("dog" * 40, "fox" * 40).complete
    assert written("the dog jumps", "fox" * 10).complete


def test_draft_shows_what_stands_before_the_first_gap() -> None:
    """A later sentence that is already written waits for those before it."""
    tokenizer = tiny_student.tokenizer()
    text = "- dog\n- fox\n"
    sources = [read(tokenizer, "dog"), read(tokenizer, "fox")]
    draft = Draft(text, [Span(2, 5), Span(8, 11)], sources, {1: copy(sources[1])})
    assert draft.so_far("m", "cpu", 0, "torch").text == "- "
    draft.written[0] = copy(sources[0])
    assert draft.so_far("m", "cpu", 0, "torch").text == text


@pytest.mark.real
def test_alignment_of_the_attention_sentence(real_cache: ModelCache) -> None:
    """The target words for "relevant", "words" and "mechanism" point at them."""
    text = "The attention mechanism lets a model focus on the relevant words."
    result = of_catalog(real_cache).choose("en", "pt")(text)
    links = linked(result)
    assert result.text == "O mecanismo de atenção permite que um modelo se concentre nas palavras relevantes."
    assert links["relevantes"] == "relevant"
    assert links["palavras"] == "words"
    assert links["mecanismo"] == "mechanism"


@pytest.mark.real
def test_both_ways_with_lists_and_emoji(real_cache: ModelCache) -> None:
    """Real sentences keep their lists, and signs that the model does not know."""
    translators = of_catalog(real_cache)
    there = translators.choose("en", "pt")("Buy:\n\n  - milk\n  - two apples 🍎\n\n1. Go home. Sleep well!")
    assert there.text == "Comprar:\n\n  - leite\n  - duas maçãs 🍎\n\n1. Vá para casa. Durma bem!"
    back = translators.choose("pt", "en")("Ela disse “olá” — e saiu.\n\nO gato 🐈 está em casa.")
    assert back.text == "She said “hello” — and left.\n\nThe cat 🐈 is at home."


def linked(result: Translation) -> Mapping[str, str]:
    """Each target word's strongest source word."""
    links = sorted((link for s in result.sentences for link in s.links), key=lambda link: link.weight)
    return {link.target.of(result.text): link.source.of(result.source) for link in links}


def test_many_texts_give_what_each_gives(translators: Translators) -> None:
    """Their sentences share batches, and each text gets back its own, in order, with what stands between them."""
    translator = translators.choose("en", "pt")
    texts = ["The dog jumps. - It is 🎉 here.\n\nfox", "你好", "over the dog\r\n", "The dog jumps. " * 70]
    together = translator.many(texts)
    for text, translation in zip(texts, together, strict=True):
        alone = translator(text)
        assert (translation.source, translation.text) == (text, alone.text)
        assert [(s.source, s.target) for s in translation.sentences] == [(s.source, s.target) for s in alone.sentences]
    with pytest.raises(InputError):
        translator.many(["The dog", " "])


@pytest.mark.parametrize(
    ("guess", "target", "source"),
    [
        pytest.param(Guess("pt", 0.97), "en", "pt", id="sure"),
        pytest.param(Guess("pt", 0.4, short=True), "en", "pt", id="unsure"),
        pytest.param(Guess("it", 0.6), "en", "pt", id="unsure, and not offered"),
        pytest.param(None, "pt", "en", id="no letters"),
        pytest.param(Guess("pt", 0.97), "xx", None, id="no such target"),
        pytest.param(Guess("ko", 0.97), "en", None, id="surely not offered"),
        pytest.param(Guess("pt", 0.97), "pt", None, id="surely the target already"),
    ],
)
def test_auto_takes_the_language_that_the_text_seems_to_be_in(
    translators: Translators, guess: Guess | None, target: str, source: str | None
) -> None:
    """Only a sure guess that no model reads is refused, with words that say how to go on."""
    guessing = replace(translators, detect=lambda text: guess)
    if source is None:
        with pytest.raises(InputError, match="Offered: en to pt"):
            guessing.check("Some words.", "auto", target)
        return
    assert guessing.resolve("Some words.", "auto", target) == (source, guess)
    guessing.check("Some words.", "auto", target)


@pytest.mark.parametrize("text", ["", "\ud800", "a" * (TEXT_LIMIT + 1), None])
def test_no_language_is_guessed_where_nothing_can_be_translated(translators: Translators, text: object) -> None:
    """The limits hold before the detector runs, on the page and for a script."""

    def no_detector(text: str) -> Guess:
        raise AssertionError("it was asked")

    guarded = replace(translators, detect=no_detector)
    assert guarded.guess(text) is None
    with pytest.raises(InputError):
        guarded.check(text, "auto", "pt")


FOUND = [
    # Numbers.
    ("en", "The bill is $1,045.20, plus 7.5% tax.", "$1.045,20, mais 7,5%"),
    ("en", "It weighs 2.5kg and is 1.75 m tall.", "1,75 m"),
    ("en", "About 3.4 million people.", "3,4 milhões"),
    ("en", "Version 3.5 grew by 2.5 percent.", "A versão 3.5 cresceu 2,5"),
    ("en", "The ratio is 1:250,000.", "1:250.000"),
    ("en", "Chapter 11, pages 203-219, ISBN 978-0-306-40615-7.", "11, páginas 203-219, ISBN 978-0-306-40615-7."),
    ("pt", "Mede 1,75 m e custa 3,4 milhões.", "It measures 1.75 m and costs 3.4 million."),
    ("pt", "A inflação foi de 0,56% em 12 meses.", "0.56% in 12 months"),
    # Signs.
    ("en", "A ≠ B, but A ≈ C.", "A ≠ B, mas A ≈ C."),
    ("en", "x ∈ A and y ∉ B", "x ∈ A e y ∉ B"),
    ("en", "Heat the oil → add the garlic → stir well.", "Aqueça o óleo → adicione o alho → mexa bem."),
    ("en", "Start ➜ Finish", "Início ➜ "),
    ("en", "bread • milk • cheese", "pão • leite • queijo"),
    ("en", "good→bad", "Bom→mal"),
    ("en", "red•green•blue", "vermelho•verde•azul"),
    ("en", "He was half-asleep - really → gone.", "→"),
    ("pt", "Clique em Arquivo → Salvar.", "Click File → Save."),
    ("pt", "Vá em Configurações → Privacidade → Limpar dados.", "Go to Settings → Privacy → Clear data."),
    ("en", "“Hello,” she said, “are you there?”", "“Olá”, ela disse, “você está lá?”"),
    ("en", "He left — and never came back.", "Ele saiu — e nunca voltou."),
    ("en", "Wait… what?", "Aguarde… o"),
    ("en", "The years 1990–1995 were good.", "1990–1995"),
    ("en", "Home » Products » Lamps", "Página inicial » Produtos » Lâmpadas"),
    ("pt", "Ele disse «olá» e saiu…", "He said «hello» and left…"),
    ("en", "Ⅳ is four.", "Ⅳ é"),
    # Emoji.
    ("en", "Happy birthday 🎂🎉🎁!", "Feliz aniversário 🎂🎉🎁!"),
    ("en", "I❤NY", "I❤NY"),
    ("en", "Hot🔥deal today", "Hot🔥deal hoje"),
    ("en", "Wake up ➡️ eat ➡️ work", "Acorde ➡️ comer ➡️ trabalho"),
    ("en", "1️⃣ Open the box\n2️⃣ Take it out", "1️⃣ Abrir a caixa\n2️⃣ "),
    ("en", "The flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿 is English.", "A bandeira 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ("pt", "🇧🇷 Brasil x 🇦🇷 Argentina", "🇧🇷 Brazil x 🇦🇷 Argentina"),
    # Placeholders, tags and code.
    ("en", "The file is in ~/docs/{id}.", "~/docs/{id}."),
    ("en", "GET /users/:id returns it.", "/users/:id"),
    ("en", "Use :root and ::before in CSS.", "Use :root e ::before em CSS."),
    ("en", "Call foo(x, y) and then obj.method().", "foo(x, y) e depois obj.method()."),
    ("en", "First line<br>second line<br>third line", "Primeira linha<br>segunda linha<br>terceira linha"),
    ("en", "<li>Milk</li><li>Eggs</li>", "<li>Leite</li><li>Ovos</li>"),
    ("en", "<td>Name</td><td>Price</td>", "<td>Nome</td><td>Preço</td>"),
    ("en", "<h1>Title</h1><p>Some text here.</p>", "<h1>Título</h1><p>Alguns textos aqui.</p>"),
    ("en", "Use <br> to break a line.", "Use <br> para quebrar uma linha."),
    ("en", "Use `<li>a</li>` for an item.", "`<li>a</li>`"),
    ("en", "<b>S</b>ave the file", "<b>Salvar</b> o arquivo"),
    ("pt", "Bom dia<br>Boa noite", "Good morning<br>Good night"),
    # Capitals.
    ("en", "WARNING: HIGH VOLTAGE", "AVISO: ALTA TENSÃO"),
    ("en", "PLEASE KEEP THE DOOR CLOSED", "POR FAVOR, MANTENHA A PORTA FECHADA"),
    ("en", "MADE IN CHINA", "FEITO NA CHINA"),
    ("en", "THE NASA ROCKET IS READY", "O FOGUETE NASA ESTÁ PRONTO"),
    ("en", "FOR SALE: 3 HOUSES", "VENDA: 3 CASAS"),
    ("pt", "NÃO PISE NA GRAMA", "DO NOT STEP ON THE GRASS"),
    ("pt", "SAÍDA DE EMERGÊNCIA", "EMERGENCY EXIT"),
    ("pt", "CUIDADO COM O CÃO", "BEWARE OF THE DOG"),
    # Items without words.
    ("en", "192.168.0.1", "192.168.0.1"),
    ("en", "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
    ("en", "ftp://files.example.com/a.zip", "ftp://files.example.com/a.zip"),
    ("en", "iPhone 15 Pro", "iPhone 15 Pro"),
    ("en", "10:30", "10:30"),
    ("pt", "relatorio.docx", "relatorio.docx"),
    ("pt", "R$ 10,00", "R$ 10,00"),
    ("en", ":-)", ":-)"),
    # The faults that were reported, and their first neighbours.
    ("en", "They paid 2,345,678 dollars for it.", "2.345.678"),
    ("en", "⚠️ Warning: do not touch", "⚠️ Aviso: não toque"),
    ("en", "If x < 5 then stop.", "< 5"),
    ("en", "#1 in the world", "#1 no mundo"),
    ("en", "₹100 is cheap.", "₹100 é barato."),
    ("en", "👨‍👩‍👧‍👦 family", "👨‍👩‍👧‍👦 família"),
    ("en", "Hello {name}, you have {count} new messages.", "Olá {name}, você tem {count} novas mensagens."),
    ("en", "Press <b>Save</b> to continue.", "Pressione <b>Salvar</b> para continuar."),
    ("en", "Run `git push` now.", "`git push`"),
    ("en", "10³ metres", "10³ metros"),
    ("en", "Add 1½ cups of milk.", "Adicione 1½ xícaras de leite."),
    ("en", "WHAT ELSE IS HAPPENING?", "O QUE MAIS ESTÁ ACONTECENDO?"),
    ("pt", "NÃO ENTRE", "DO NOT ENTER"),
    ("en", "https://example.com", "https://example.com"),
    ("en", "me@example.com", "me@example.com"),
    ("en", "report.pdf", "report.pdf"),
    ("en", "v2.0", "v2.0"),
    ("pt", "Pagaram 2.345.678 euros por isso.", "2,345,678"),
    ("pt", "Em 1º lugar, R$ 1.234,56.", "R$ 1,234.56"),
    ("en", "He has 1,234.56 dollars and 7 cats.", "1.234,56"),
    ("pt", "Mais de 300 mil habitantes moram lá.", "300,000"),
    ("en", "Water is H₂O.", "A água é H₂O."),
    ("en", "Read [the docs](https://a.io/b) first.", "[os documentos](https://a.io/b)"),
    ("en", "**Important:** do it.", "**Importante:**"),
    ("en", "Hello %s, you owe %d dollars.", "Olá %s, você deve %d"),
    ("en", "你好 means hello in Chinese.", "你好 significa"),
    ("en", "x² + y² = z²", "x² + y² = z²"),
    ("en", "3 × 4 = 12", "3 × 4 = 12"),
    ("pt", "ATENÇÃO: NÃO FUME!", "DO NOT SMOKE!"),
    ("en", "Mix 1/2 cup and 2 1/4 tsp.", "1/2 xícara e 2 1/4"),
    ("en", "2024-11-28T10:30:00Z is a timestamp.", "2024-11-28T10:30:00Z é"),
    ("en", "It costs $1,234.56 or €99.99.", "Custa $1.234,56 ou €99,99."),
    ("pt", "Faz 30ºC hoje.", "30°C"),
    ("en", "Ship it soon :-)", " :-)"),
    ("en", "We open at 10:30pm.", "22:30."),
    ("pt", "CPF 123.456.789-09", "CPF 123.456.789-09"),
    ("pt", "| a | b |\n|---|---|\n| casa | carro |", "| a | b |\n|---|---|\n| "),
    ("en", "The 1st and the 22nd.", "22º"),
    ("en", "$ git push", "$ git push"),
    ("en", "It is 3×4 cm.", "3×4 cm"),
    ("pt", "CEP 01310-100", "01310-100"),
    ("pt", "páginas 10-20", "pages 10-20"),
    ("pt", "Ligue 3333-4444", "Call 3333-4444"),
    ("pt", "Sala 12-B", "Room 12-B"),
    ("en", "10 - 20 people", "10 - 20 pessoas"),
    ("en", "Stop!! Now!!", "Pare!! Agora!!"),
    ("en", "Great movie!!!!!", "Grande filme!!!!!"),
    ("pt", "Que legal!!!", "!!!"),
    ("en", "I love 🍕 and 🍔!!!", "Eu amo 🍕 e 🍔!!!"),
    ("en", "We have 🐶, 🐱 and 🐭.", "Nós temos 🐶, 🐱 e 🐭."),
    ("en", "so happy 😀 today", "tão feliz 😀 hoje"),
    ("en", "Arrived today 👍", "Chegou hoje 👍"),
    ("en", "Add 2 tbsp. of sugar.", "Adicione 2 colheres de sopa de açúcar."),
    ("en", "She lives at 12 Main St., Apt. 4, Springfield.", "12 Main St., Apt. 4, Springfield."),
    # Ordinals as Portugal writes them.
    ("pt", "Moro no 3.º andar.", "I live on the 3rd floor."),
    ("pt", "O 21.º século começou.", "The 21st century"),
    ("pt", "A 10.ª edição.", "The 10th edition."),
    ("pt", "O dia 1.º de maio é feriado.", "The 1st of May"),
    ("pt", "O 1.º lugar e a 3.ª vaga.", "3rd vacancy."),
    ("pt", "Rua 5, n.º 3.", "Street 5, No. 3."),
    # Dollars of a country.
    ("en", "The price rose 12.5% to US$1.2 billion.", "12,5% para US$1,2 bilh"),
    ("en", "It costs US$ 5.00 or C$7.", "US$ 5,00 ou C$7."),
    ("en", "He paid HK$1,234.50 for it.", "HK$1.234,50"),
    ("en", "He has $5 and US$6.", "$5 e US$6."),
    ("en", "A budget of NZ$3 million was approved.", "NZ$3 milhões"),
    ("pt", "Custa A$ 20 por dia.", "A$20 "),
    ("pt", "Custa A$ 20 por dia, e o almoço US$ 15.", "A$20 a day, and lunch $15."),
    ("pt", "Custa A$ 20 e US$ 15.", "It costs A$20 and $15."),
    ("pt", "O preço é A$ 20 (US$ 13).", "The price is A$20 ($13)."),
    ("pt", "Paguei R$ 50 e A$ 20.", "I paid R$50 and A$20."),
    ("pt", "Paguei US$ 50 e R$ 20 pelo livro.", "$50 and R$20"),
    ("pt", "O bilhete custa A$ 20, e o hotel $ 100.", "The ticket costs A$20, and the hotel $100."),
    ("pt", "De A$ 20 a A$ 30.", "From A$20 to A$30."),
    ("pt", "Custa NZ$ 20 ou HK$ 1.100.", "It costs NZ$20 or HK$1,100."),
    ("pt", "Paguei R$ 50 e R$ 20.", "I paid R$ 50 and R$ 20."),
    ("en", "From A$20 to A$30.", "De A$ 20 a A$ 30."),
    ("en", "It costs A$20 (US$13).", "Custa A$20 (US$13)."),
    # Numbers in Roman numerals behind an abbreviation.
    ("pt", "O séc. XXI começou.", "The 21st century began."),
    ("pt", "No séc. XIX e no vol. II.", "In the 19th century and vol. II."),
    # With a letter three times, which is not held for long; in names too.
    ("pt", "A cidade foi fundada no século III.", "3rd century"),
    ("pt", "A cidade foi fundada no século VIII.", "8th century"),
    ("pt", "Uma igreja do século XIII fica na praça.", "13th century"),
    ("pt", "No séc. XVIII houve guerra.", "18th century"),
    ("pt", "Luís XVIII foi rei da França.", "Louis XVIII"),
    ("pt", "Dom João III era rei.", "John III"),
    ("en", "World War III never came.", "III Guerra Mundial"),
    ("en", "HENRY VIII WAS KING", "HENRIQUE VIII"),
    ("en", "Use two AAA batteries.", "duas pilhas AAA."),
    ("en", "The IEEE standard is old.", "IEEE"),
    ("en", "AAA", "AAA"),
    # Before and after Christ.
    ("pt", "No século V a.C. os gregos venceram.", "In the 5th century BC the Greeks won."),
    ("pt", "Roma foi fundada no século VIII a.C.", "Rome was founded in the 8th century BC."),
    ("pt", "Nasceu em 44 a.C. em Roma.", "He was born in 44 BC in Rome."),
    ("pt", "Em 44 a. C. morreu César.", "In 44 BC Caesar died."),
    ("pt", "Morreu em 14 d.C. na Itália.", "He died in 14 AD in Italy."),
    ("pt", "No século I d.C., houve guerra.", "In the 1st century AD, there was war."),
    ("pt", "No séc. I a.C. houve guerra.", "In the 1st century BC there was war."),
    ("pt", "O século II a.C. começou.", "The 2nd century BC began."),
    ("pt", "Do século V a.C. ao século I d.C. foi assim.", "From the 5th century BC to the 1st century AD"),
    ("pt", "Entre 300 a.C. e 200 a.C. viveram lá.", "300 BC and 200 BC"),
    ("en", "In the 5th century B.C. the Greeks won.", "No século V a.C. os gregos"),
    # Characters that SentencePiece's NFKC would take apart.
    ("en", "The flat has 52 m² and costs €900.", "52 m² e custa €900"),
    ("en", "Use 3 m³ of sand.", "Use 3 m³ de areia."),
    ("en", "10⁶ people live here.", "10⁶ pessoas"),
    ("en", "The speed is 2⁻¹ of that.", "2⁻¹"),
    ("en", "CO₂ is a gas.", "CO₂ é um gás."),
    ("en", "Add ¼ cup of milk and 2⅞ cups of flour.", "¼ xícara de leite e 2⅞ xícaras"),
    ("en", "See № 5 on page 3.", "№ 5 na página 3."),
    ("en", "Press ① and then ②.", "Pressione ① e depois ②."),
    ("en", "It weighs 5 ㎏.", "Pesa 5 ㎏."),
    ("en", "Henry Ⅷ had six wives.", " Ⅷ tinha seis esposas."),
    ("en", "Room １２３ is free.", "１２３"),
    ("en", "Glassbox™ is free.", "Glassbox™ é"),
    ("en", "It is 30 ℃ today.", "30 ℃"),
    ("en", "The oﬃce is ﬁne.", "O escritório está bem."),
    ("en", "ｆｕｌｌ width text", "texto de largura completa"),
]


@pytest.mark.real
@pytest.mark.parametrize(("language", "text", "expected"), FOUND)
def test_what_must_stay_stays(real_cache: ModelCache, language: str, text: str, expected: str) -> None:
    """Texts of which something was lost, changed or doubled once, and their neighbours."""
    target = "pt" if language == "en" else "en"
    assert expected in of_catalog(real_cache).choose(language, target)(text).text


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "EXIT", "SAÍDA"),
        ("en", "PULL!", "PUXE!"),
        ("en", "ENTRANCE", "ENTRADA"),
        ("en", "HELP", "AJUDA"),
        ("pt", "ÁRVORE", "TREE"),
        ("pt", "PARE", "STOP"),
        ("pt", "BANHEIRO", "BATHROOM"),
        ("en", "NASA", "NASA"),
        ("en", "UNESCO", "UNESCO"),
        ("en", "LASER", "LASER"),
        ("en", "🚨 ALERT 🚨", "🚨 ALERTA 🚨"),
        ("en", "(EXIT)", "(SAÍDA)"),
        ("en", '"ENTRANCE"', '"ENTRADA"'),
        ("en", "✅ DONE", "✅ FEITO"),
        ("en", ">>> HELP <<<", ">>> AJUDA <<<"),
        ("pt", "⚠️ PARE", "⚠️ STOP"),
        ("en", "(NASA)", "(NASA)"),
    ],
)
def test_a_lone_word_in_capitals(real_cache: ModelCache, language: str, text: str, expected: str) -> None:
    """The words of signs are translated, and acronyms stay."""
    found = of_catalog(real_cache).choose(language, "pt" if language == "en" else "en")(text)
    assert found.text == expected
    assert not found.sentences[0].guessed


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "Socorro!", "Help!"),
        ("pt", "socorro!", "help!"),
        ("pt", "SOCORRO!", "HELP!"),
        ("pt", "😱 Socorro!", "😱 Help!"),
        ("pt", "Socorro!!!", "Help!!!"),
        ("pt", "Ótimo!", "Great!"),
        ("pt", "Lindo!", "Beautiful!"),
        ("pt", "Claro!", "Of course!"),
        ("pt", "Vamos!", "Let's go!"),
        ("pt", "feliz!", "happy!"),
        ("pt", "FELIZ!", "HAPPY!"),
        ("pt", "CALMA!", "CALM!"),
        ("pt", "SIM!", "YES!"),
        ("pt", "Socorro…", "Help…"),
        ("en", "THANKS!", "OBRIGADO!"),
        ("en", "YES!", "SIM!"),
        ("en", "NO!", "NÃO!"),
        ("en", "Fire!", "Fogo!"),
        ("en", "Again!", "Novamente!"),
        ("en", "wonderful!", "maravilhoso!"),
        ("en", "CAREFUL!", "CUIDADO!"),
    ],
)
def test_a_cry_becomes_no_sentence(real_cache: ModelCache, language: str, text: str, expected: str) -> None:
    """The network makes one of some, as it does not of the word alone; the signs and the case are the cry's."""
    assert of_catalog(real_cache).choose(language, "pt" if language == "en" else "en")(text).text == expected


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "text", "signs"),
    [
        ("pt", "Socorro!", "!"),
        ("pt", "Socorro!!!", "!!!"),
        ("pt", "Socorro?!", "?!"),
        ("pt", "😱 Socorro!", "!"),
        ("pt", "Não!!", "!!"),
        ("pt", "Adeus…", "…"),
        ("en", "Help!", "!"),
        ("en", "Yes!!", "!!"),
        ("en", "Really?!", "?!"),
        ("en", "Shh…", "…"),
    ],
)
def test_a_lone_cry_keeps_its_signs(real_cache: ModelCache, language: str, text: str, signs: str) -> None:
    """As many as there are, at its end; an emoji before it stays there."""
    found = of_catalog(real_cache).choose(language, "pt" if language == "en" else "en")(text).text
    word = found.removesuffix(signs)
    assert word != found
    assert word[-1].isalpha()
    assert not text.startswith("😱") or found.startswith("😱 ")


@pytest.mark.real
def test_a_lone_word_is_not_doubled(real_cache: ModelCache) -> None:
    """As the network does with some of them."""
    assert of_catalog(real_cache).choose("pt", "en")("# Título").text == "# Title"


@pytest.mark.real
@pytest.mark.parametrize("text", ["The New York Times", "Acme Inc.", "© 2024 Acme Inc."])
def test_lone_names_get_no_note(real_cache: ModelCache, text: str) -> None:
    """The network adds "(em inglês)" to them; a sentence that says so keeps it."""
    translator = of_catalog(real_cache).choose("en", "pt")
    assert translator(text).text == text
    assert "(em inglês)" in translator("The page (in English) is here.").text


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "NÃÃÃÃÃO", "NO"),
        ("pt", "NÃÃÃÃÃÃÃÃÃO!", "NO!"),
        ("pt", "Nãããão", "No"),
        ("pt", "SIIIIIM", "YES"),
        ("pt", "NÃÃÃÃÃO ENTRE", "DO NOT ENTER"),
        ("pt", "Muuuuito obrigado!", "Thank you very much!"),
        ("pt", "Nãoooooo! Por quêêêê?", "No! Why?"),
        ("pt", "kkkkkkkkkk", "kkkkkkkkkk"),
        ("pt", "rsrsrsrsrs", "rsrsrsrsrs"),
        ("pt", "hahahahahahahaha", "hahahahahahahaha"),
        ("pt", "GOOOOOOOOL", "GOL"),
        ("en", "hahahahaha, no!", "hahahahaha, não!"),
        ("en", "NOOOOOO", "NÃO"),
        ("en", "YESSSSS", "SIM"),
        ("en", "sooooo good", "tão bom"),
        ("en", "Goooood morning!", "Bom dia!"),
        ("en", "Sooooon!", "Em breve!"),
        ("en", "I am sooooooooo tired.", "Estou tão cansado."),
        ("en", "Pleaaaase come with us.", "Por favor, venha conosco."),
        ("en", "AAAAAAA", "AAAAAAA"),
        ("en", "zzzz... he is sleeping", "zzzz... ele está dormindo"),
        ("en", "The committee agreed.", "A comissão concordou."),
    ],
)
def test_a_letter_held_for_long(real_cache: ModelCache, language: str, text: str, expected: str) -> None:
    """A word is read with its letters once or twice, and ends; one letter alone is no word, and stays."""
    result = of_catalog(real_cache).choose(language, "pt" if language == "en" else "en")(text)
    assert result.text == expected
    assert all(sentence.complete for sentence in result.sentences)


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "não", "no"),
        ("pt", "NÃO", "NO"),
        ("pt", "Não.", "No."),
        ("pt", "olá", "hello"),
        ("pt", "obrigado", "Thank you"),
        ("pt", "quem", "who"),
        ("pt", "onde", "where"),
        ("pt", "ali", "there"),
        ("pt", "nada", "nothing"),
        ("pt", "polícia", "police"),
        ("pt", "pare", "Stop"),
        ("pt", "desculpe", "I'm sorry"),
        ("pt", "Lisboa", "Lisbon"),
        ("en", "NO", "Não"),
        ("en", "thanks", "muito obrigado"),
        ("en", "good", "bom"),
        ("en", "everything", "tudo"),
        ("en", "teacher", "professor"),
        ("en", "hotel", "hotel"),
        ("en", "Smith", "Smith"),
    ],
)
def test_a_lone_word(real_cache: ModelCache, language: str, text: str, expected: str) -> None:
    """It is read as a word and not as a title, and gets no article and no full stop."""
    result = of_catalog(real_cache).choose(language, "pt" if language == "en" else "en")(text)
    assert result.text == expected
    assert all(link.target.of(result.text) in expected for link in result.sentences[0].links)
