"""Which encoding of East Asia a short text is in: the one that makes ordinary Chinese, Japanese or Korean of it."""

from collections.abc import Mapping

# Encodings that read each other's bytes as rare signs.
NAMES = ("Shift JIS", "EUC-KR", "GB 18030", "Big5")
# The most frequent characters of Chinese, simplified and traditional, and of Japanese.
COMMON = frozenset(
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之"
    "年过過发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其"
    "些主样樣理心她本前开開但因只从從想实實日军者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业"
    "業外将將两兩高间間由问問很最重并物手应應战向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代"
    "内信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气"
    "氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命"
    "山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則听聽白却卻界达達光放强即像难難且权權思王象"
    "完设設式色路记記南品住告类類求据據程北边邊死张張该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让"
    "讓识識候带帶导導争爭运運吃喝买買卖賣店贵貴快慢差服味钱錢影片送货貨箱损壞坏读讀晚午早房菜饭飯茶酒喜欢歡"
)
KANA = ("\u3041", "\u30ff")
# The 2,350 syllables that Korean is written with; an encoding has 8,822 more, which other texts are misread as.
HANGUL = frozenset(bytes((row, cell)).decode("euc-kr") for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF))
# The share of Hangul among a Korean text's letters: Chinese that is read as Korean is Hangul by half.
KOREAN = 0.9


def fitting(texts: Mapping[str, str]) -> str:
    """The key of the reading in `texts`, all of the same bytes, that fits its language best."""
    return max(texts, key=lambda name: fit(texts[name]))


def fit(text: str) -> float:
    """The share of letters beyond ASCII that are kana or common Chinese characters, or Hangul where nearly all are."""
    letters = [c for c in text if c > "\x7f" and c.isalpha()]
    if not letters:
        return 0.0
    hangul = sum(c in HANGUL for c in letters) / len(letters)
    known = sum(KANA[0] <= c <= KANA[1] or c in COMMON for c in letters) / len(letters)
    return hangul if hangul >= KOREAN else known
