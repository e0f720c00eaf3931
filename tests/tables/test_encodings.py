"""Small tables in the encodings that people's spreadsheets write: each is read as it was written."""

import pytest

from tables import decoded
from tables.decoded import ENCODINGS, decode

WESTERN = "cp1252"
# The language, the encoding, and a table as short as people's first rows are.
FILES = [
    ("German", "utf-8", "id,text\n1,Das Essen war köstlich.\n2,Größere Zimmer wären schön.\n"),
    ("Russian", "utf-8", "id,text\n1,Очень хорошая книга.\n2,Доставка была медленной.\n"),
    ("Japanese", "utf-8", "id,text\n1,とても良い本でした。\n2,配送が遅かった。\n"),
    ("French", "utf-8-sig", "id,text\n1,Très bon séjour.\n2,Le service a été lent.\n"),
    ("German", "utf-16", "id,text\n1,Das Essen war köstlich.\n2,Größere Zimmer wären schön.\n"),
    ("German", "utf-16-le", "id,text\n1,Das Essen war köstlich.\n2,Größere Zimmer wären schön.\n"),
    ("German", "utf-16-be", "id,text\n1,Das Essen war köstlich.\n2,Größere Zimmer wären schön.\n"),
    ("Russian", "utf-16-le", "id,text\n1,Очень хорошая книга, прочитал за вечер.\n2,Доставка была медленной.\n"),
    ("Chinese", "utf-16-be", "id,text\n1,这本书非常好，我一个晚上就读完了。\n2,送货很慢，盒子也压坏了。\n"),
    ("German", WESTERN, "id,text\n1,Das Essen war köstlich.\n2,Für den Preis hätte ich größere Zimmer erwartet.\n"),
    ("German", WESTERN, "text,stars\nschön und für alle,5\n"),
    ("German", WESTERN, "id;text\n1;Müller sagte: „Schön“ – und ging\n"),
    ("French", WESTERN, "id,text\n1,Très bon séjour, la chambre était spacieuse.\n2,Un peu lent à la réception.\n"),
    ("French", WESTERN, "texte\nC’est très bien, ça marche à merveille\nDéçu par l’œuvre\n"),
    ("Spanish", WESTERN, "id,text\n1,La habitación estaba limpia.\n2,El año pasado era mejor; mañana pediré más.\n"),
    ("Spanish", WESTERN, "texto,estrellas\nMuy buena atención,5\n¿Qué pasó con el jardín?,1\n"),
    ("Portuguese", WESTERN, "texto\nNão gostei da decoração, mas as refeições são ótimas\nVocê é incrível\n"),
    ("Italian", WESTERN, "testo\nPerché è così lento? Non c’è più qualità\nCaffè buono, città bella\n"),
    ("Swedish", WESTERN, "text\nMaten var inte så god, men läget är bra\nÖverlag nöjd, gärna igen\n"),
    ("Danish", WESTERN, "tekst\nDet var en god oplevelse, og børnene nød stranden\nÆblegrød på øen\n"),
    ("Polish", "cp1250", "id,text\n1,Bardzo dobra książka, ale zakończenie rozczarowujące.\n2,Źle działał prysznic.\n"),
    ("Polish", "cp1250", "tekst\nZażółć gęślą jaźń\nŹle, bardzo źle\n"),
    ("Czech", "cp1250", "id,text\n1,Příliš žluťoučký kůň úpěl ďábelské ódy.\n2,Obsluha pomalá a nepříjemná.\n"),
    (
        "Hungarian",
        "cp1250",
        "szöveg\nNagyon jó könyv, egy este alatt elolvastam\nA doboz összegyűrődött, sérült a sarka\n",
    ),
    ("Russian", "cp1251", "id,text\n1,Очень хорошая книга, прочитал за вечер.\n2,Доставка была медленной.\n"),
    ("Russian", "cp1251", "text\nплохо\nхорошо\n"),
    ("Ukrainian", "cp1251", "текст\nДуже гарна книга, її варто прочитати\n"),
    ("Greek", "cp1253", "id,text\n1,Το φαγητό ήταν πολύ νόστιμο.\n2,Η παράδοση άργησε μία εβδομάδα.\n"),
    (
        "Turkish",
        "cp1254",
        "id,text\n1,Çok güzel bir otel, kahvaltısı harikaydı.\n2,Şarj aleti bozuk çıktı, değişmedi.\n",
    ),
    ("Turkish", "cp1254", "metin\nKötü değil ama çok pahalı\nİstanbul'da güzel bir akşam\n"),
    (
        "French",
        "iso8859-15",
        "id,text\n1,Le cœur du problème est le prix: 50 € pour une nuit.\n2,L'œuvre était belle.\n",
    ),
    ("English", WESTERN, "item,price\ntea,£5\ncafé au lait,£ 4\n"),
    ("Polish", "cp1250", "imię,opinia\nŁukasz,Czajnik szybko się nagrzewa\n"),
    ("Turkish", "cp1254", "ad,yorum\nİsmail,Su ısıtıcısı çok hızlı\nŞule,Beğendim\n"),
    ("Russian", "koi8-r", "id,text\n1,Очень хорошая книга, прочитал за вечер.\n2,Доставка была медленной.\n"),
    ("Japanese", "shift_jis", "id,text\n1,これは良い映画でした\n2,悪い\n"),
    ("Japanese", "shift_jis", "名前,感想\n田中,とても面白い\n鈴木,普通\n"),
    ("Chinese", "gb18030", "id,text\n1,这部电影很好看\n2,不好看，太长了\n"),
    ("Chinese", "gb18030", "评论\n很好\n太慢了\n"),
    ("Chinese", "big5", "id,text\n1,這部電影很好看\n2,不好看\n"),
    ("Korean", "cp949", "id,text\n1,영화가 정말 좋았어요\n2,별로예요\n"),
    ("Korean", "cp949", "이름,의견\n민수,좋아요\n"),
    (
        "Japanese",
        "shift_jis",
        "id,text\n1,とても良い本でした。一晩で読み終えました。\n2,配送が遅くて、箱がつぶれていました。\n",
    ),
    (
        "Korean",
        "euc-kr",
        "id,text\n1,아주 좋은 책이었습니다. 하룻밤에 다 읽었어요.\n2,배송이 느리고 상자가 찌그러졌습니다.\n",
    ),
    ("Chinese", "gb18030", "id,text\n1,这本书非常好，我一个晚上就读完了。\n2,送货很慢，盒子也压坏了。\n"),
    ("Chinese", "big5", "id,text\n1,這本書非常好，我一個晚上就讀完了。\n2,送貨很慢，盒子也壓壞了。\n"),
]


@pytest.mark.parametrize(("language", "codec", "text"), FILES)
@pytest.mark.parametrize("times", [1, 200])
def test_a_table_is_read_in_its_encoding(language: str, codec: str, text: str, times: int) -> None:
    """Every letter, of two rows or of hundreds."""
    header, rows = text.split("\n", 1)
    whole = f"{header}\n{rows * times}"
    assert decode(whole.encode(codec)).text == whole


@pytest.mark.parametrize("codec", ["gb18030", "big5", "shift_jis", "euc-kr", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_large_table_is_read_in_its_encoding(codec: str, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part by which the encoding is found ends with a whole character, wherever it is cut."""
    monkeypatch.setattr(decoded, "DETECTED", 1_024)
    _, _, text = next(file for file in FILES if file[1] == codec.removesuffix("-be").removesuffix("-le"))
    header, rows = text.split("\n", 1)
    whole = f"{before}{header}\n{rows * 40}"
    assert len(whole.encode(codec)) > decoded.DETECTED
    assert decode(whole.encode(codec)).text == whole


@pytest.mark.parametrize(("language", "codec", "text"), [file for file in FILES if "utf" not in file[1]])
def test_a_guess_is_reported(language: str, codec: str, text: str) -> None:
    """The encoding is one that can be chosen, and a note says by which line UTF-8 was ruled out."""
    found = decode(text.encode(codec))
    assert found.encoding in ENCODINGS
    [note] = found.notes
    line = next(number for number, line in enumerate(text.split("\n"), 1) if not line.isascii())
    assert note.startswith(f"Line {line} is not UTF-8: taken for {found.encoding}.")
