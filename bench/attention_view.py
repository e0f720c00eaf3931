"""The attention view beside BertViz's head view: bytes that travel, and the time to the first drawing.

`python -m bench.attention_view` installs BertViz into build/rivals/ at first, beside this environment's torch. Both get
the same weights: one layer of MiniLM, its 12 heads. Documents and scripts come from this machine.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import app
import model_setup
import settings
from bench import bertviz, results
from bench.beside import REPEATS, WARM_UPS, interleaved, spread, times_less
from bench.drawing import TIMEOUT, chromium, seconds_to_draw, served
from demos.attention.view import script
from demos.views.attention_data import first
from models.catalog.bundled import MINILM
from models.explain.attention import Attender, Attention

LENGTHS = (64, 128, 256, 512)
LAYER, HEAD = 3, 1
AT_MOST = 1 / 20
PATIENCE = 20.0
# The component's own code, with Gradio's part played by four lines.
OURS = """<!doctype html><meta charset="utf-8"><body><div id="root"></div><script>
const element = document.getElementById("root"), props = { value: VALUE };
const trigger = () => {}, watch = () => {};
SCRIPT
</script>"""
THEIRS = '<!doctype html><meta charset="utf-8"><body>'
OUR_PICTURE = """(() => {
  const canvas = document.querySelector(".av-picture"), context = canvas?.getContext("2d");
  return canvas?.width > 300 && context.getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte);
})()"""
# The last line of the last head.
THEIR_PICTURE = "document.getElementById('attention')?.lastElementChild?.lastElementChild?.childElementCount === COUNT"


def of_length(attender: Attender, text: str, tokens: int) -> tuple[Attention, str]:
    """The attention over the beginning of `text` that is so many tokens long, and that beginning."""
    end = attender("", text).keys[tokens - 2].end
    result = attender("", text[:end])
    assert len(result.keys) == tokens, f"{len(result.keys)} tokens, not {tokens}"
    return result, text[:end]


def write_both(result: Attention, text: str, folder: Path) -> tuple[int, int]:
    """Write both documents to `folder`; how many bytes travel for ours and for theirs."""
    value = first(result, text, "", LAYER, HEAD)
    safe = json.dumps(value).replace("<", "\\u003c")
    page = OURS.replace("SCRIPT", script().replace("</script", "<\\/script")).replace("VALUE", safe)
    (folder / "ours.html").write_text(page, encoding="utf-8")
    theirs = folder / "theirs.html"
    bertviz.head_view(result.weights[LAYER], [token.text for token in result.keys], theirs)
    html = theirs.read_text(encoding="utf-8")
    theirs.write_text(THEIRS + html, encoding="utf-8")
    return len(value.encode()), len(html.encode())


def rows(attender: Attender, text: str) -> Iterator[tuple[str, float]]:
    """A line of the table for each length, with the share of BertViz's bytes that ours take."""
    scripts = bertviz.scripts()
    with chromium() as launch, tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url:
        for tokens in LENGTHS:
            result, used = of_length(attender, text, tokens)
            ours, theirs = write_both(result, used, Path(folder))
            their_picture = THEIR_PICTURE.replace("COUNT", str(tokens))
            draws = [
                partial(seconds_to_draw, launch, f"{url}/ours.html", OUR_PICTURE, {}),
                partial(seconds_to_draw, launch, f"{url}/theirs.html", their_picture, scripts),
            ]
            drawn = interleaved(*draws, patience=PATIENCE)
            sizes = f"{ours:,} | {theirs:,} | {theirs / ours:.0f}"
            sooner = times_less(drawn[0], drawn[1])
            times = (
                f"{spread(drawn[0], ' s')} | {spread(drawn[1], ' s')} | {'-' if sooner is None else f'{sooner:.1f}'}"
            )
            yield f"| {tokens} | {sizes} | {times} |", ours / theirs


HEADER = """
| tokens | bytes, Glassbox | bytes, BertViz | times fewer | drawn, Glassbox | drawn, BertViz | times sooner |
|---|---|---|---|---|---|---|
""".strip()
NOTES = f"""
`python -m bench.attention_view`: one layer of all-MiniLM-L6-v2, 12 heads, the same weights for both. Bytes: what
travels to the page for that layer, for Glassbox with thumbnails of all 72 heads; for BertViz ({bertviz.VERSION}) what
`head_view(html_action="return")` gives. Drawn: from asking for the document to the frame that shows it, in Chromium;
for Glassbox the matrix of one head, for BertViz its lines of 12 heads. Medians of {REPEATS} (with the least and the
most) after {WARM_UPS} warm-ups, in turn; one that takes more than {PATIENCE:.0f} s is measured once; one that is not
there after {TIMEOUT:.0f} s fails. BertViz's three scripts come from npm packages on this machine in place of its
content delivery network, jQuery 2.1.0 in place of 2.0.0.
"""


def main() -> None:
    """Print the table and keep it; exit with 1 where ours take more than a twentieth of the bytes."""
    attender = Attender(model_setup.make_cache(settings.read([])), (MINILM,))
    text = (app.ASSETS / "examples" / "lighthouse.txt").read_text(encoding="utf-8")[: attender.limits.text]
    lines = HEADER.split("\n")
    print(HEADER)
    shares = []
    for line, share in rows(attender, text):
        print(line, flush=True)
        lines.append(line)
        shares.append(share)
    results.write("Attention view", [*lines, *NOTES.split("\n")])
    if max(shares) > AT_MOST:
        sys.exit(1)


if __name__ == "__main__":
    main()
