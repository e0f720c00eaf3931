"""The attention view as a stand-alone page with all its data, which needs no server."""

import json
from collections.abc import Iterator

from demos.attention.view import code
from demos.views.attention_data import first, more
from models.explain.attention import Attention

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Attention · Glassbox</title></head>
<body style="margin:0"><div id="root"></div>
<script>
globalThis.glassboxWords = {};
CODE
const view = attentionView(document.getElementById("root"), null);
for (const sent of SENT) view.show(sent);
</script>
</body></html>
"""


def stand_alone(result: Attention, text: str, text_pair: str = "") -> str:
    """The page of `result`, which opens at the mean of the last layer's heads."""
    sent = json.dumps([*messages(result, text, text_pair)]).replace("<", "\\u003c")
    # In one step each: a text may well say SENT.
    head, _, rest = PAGE.partition("CODE")
    middle, _, tail = rest.partition("SENT")
    return head + code().replace("</script", "<\\/script") + middle + sent + tail


def messages(result: Attention, text: str, text_pair: str) -> Iterator[str]:
    """What the view is sent: first what it opens on, then every head that did not travel with that."""
    opens = first(result, text, text_pair, -1, -1)
    yield opens
    data = json.loads(opens)
    there = {(layer, head) for layer, head, _ in data["planes"]}
    for layer in range(result.layers):
        for head in range(result.heads):
            if (layer, head) not in there:
                sent = more(result, data["key"], layer, head)
                there |= {(at, which) for at, which, _ in json.loads(sent)["planes"]}
                yield sent
