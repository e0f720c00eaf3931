"""The layout as it is rearranged for compression."""

import json

from demos.page.compact import compact


def component(number: int, kind: str, script: str | None = None) -> dict[str, object]:
    """A component of a layout."""
    return {"id": number, "type": kind, "props": {"js_on_load": script, "label": "a"}}


def test_scripts_are_defined_once_and_called() -> None:
    """Long ones of views and events; a script that holds the end of one does not end the head's."""
    code, event = "const end = '</script>';" * 10, "() => 'one of several lines'" + " " * 100
    layout = {
        "components": [component(1, "html", code), component(2, "button"), component(3, "html", code)],
        "dependencies": [
            {"id": 0, "js": event},
            {"id": 1, "js": event},
            {"id": 2, "js": "() => 1"},
            {"id": 3, "js": None},
        ],
        "head": "<b>",
        "title": "kept",
    }
    before = json.dumps(layout)
    made = compact(layout)
    assert json.dumps(layout) == before
    assert [each["id"] for each in made["components"]] == [2, 1, 3]
    call = "glassboxView0(element, trigger, props, server, upload, watch)"
    assert [each["props"]["js_on_load"] for each in made["components"]] == [None, call, call]
    assert [each["js"] for each in made["dependencies"]][2:] == ["() => 1", None]
    assert {each["js"] for each in made["dependencies"][:2]} == {"(...values) => glassboxEvent0(...values)"}
    assert made["head"].startswith("<b><script>")
    assert made["head"].count(f"function {call} {{") == made["head"].count("</script") == 1
    assert made["head"].count(f"const glassboxEvent0 = {event};") == 1
    assert made["title"] == "kept"
