"""Patterns of what is no prose in a text: code, addresses, placeholders, tags, emphasis and emoticons."""

import regex

from models.text.emoji import EMOTICONS

ENDINGS = "pdf|docx?|xlsx?|pptx?|odt|csv|tsv|txt|md|html?|css|js|ts|json|xml|ya?ml|toml|ini|py|sh|exe|zip|gz|png|jpe?g"
ENDINGS += "|gif|svg|mp[34]|wav|srt|epub|com|org|net|edu|gov|io|br|pt|uk|de|fr"
CODE = regex.compile(r"`+[^`\n]+`+|^\$ [a-z].*$")
NAME = regex.compile(
    rf"""
    (?:https?|ftp)://[^\s<>"'`]*[\w/=&\#-] | www\.[^\s<>"'`]*[\w/=&\#-]
  | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                    # an e-mail address
  | \{{\{{[^{{}}\n]*\}}\}} | [\$\#]?\{{[^{{}}\n]*\}}            # {{{{x}}}}, {{x}}, ${{x}}
  | %\(\w+\)[sdifr] | (?<![\d%])%(?:\d+\$)?[-+0]?\d*(?:\.\d+)?[sdifgxr@](?!\w)
  | (?<![\w:/])(?:::[a-z][\w-]*|:[A-Za-z_]\w*) | \$[A-Za-z_]\w*   # ::before, :id, $x
  | (?<!\w)[@\#][\p{{L}}_][\w.]*\w
  | (?<![\w/.<])(?:~|\.{{1,2}})?(?:/(?::?[\w.-]*\w|\{{\w+\}}))+/? | [A-Z]:\\[\w.\\-]*\w   # a path
  | (?<!\w)[\w-]+(?:\.[\w-]+)*\.(?:{ENDINGS})(?!\w)(?:/[\w/.?=&-]*\w)?
  | (?<![\w.])v\d+(?:\.\d+)*(?!\w) | (?<!\S)--?[a-z][\w-]+(?!\w)
  | \b(?:(?P<held>[^\W\d_])(?P=held){{3,}}|(?P<laugh>[^\W\d_]{{2}})(?P=laugh){{2,}})\b   # zzzz, hahaha: else a word
  | \b\w+(?:\.\w+)*\((?:[\w.]+(?:,\s?[\w.]+)+)?\) | \b\w+(?<!_)_(?!_)\w+\b   # f(), a.f(x, y), snake_case
  | (?<![\w.,-])\d{{1,3}}(?:\.\d{{3}})+(?:/\d+)?-\d{{1,2}}(?!\w|[.,-]\d)   # 123.456.789-09, of a person or a company
  | (?<![\w-])\d{{4}}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\w-])
  | \w*[^\W\d_]\w*[²³¹⁰-₎]+\w*                      # m², CO₂
    """,
    regex.VERBOSE,
)
LINK = r"\[(?=[^\[\]\n]+\]\([^()\s]+\))|\]\([^()\s]+\)"
EMOTICON = rf"(?<!\S)(?:{'|'.join(map(regex.escape, EMOTICONS))})(?=[\s.,!?]|$)"
MARK = regex.compile(rf"</?[A-Za-z][^<>\n]*>|<!--[^\n]*?-->|&\#?\w+;|{LINK}|\*\*|__|{EMOTICON}")
# Tags of HTML between which a paragraph, an item, a cell or a line stands.
_BLOCKS = "address|article|blockquote|br|caption|center|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li"
_BLOCKS += "|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul"
_TAG = rf"</?(?:{_BLOCKS})(?:\s[^<>\n]*)?/?>"
BLOCK = regex.compile(rf"{_TAG}(?:[ \t]*{_TAG})*", regex.IGNORECASE)
