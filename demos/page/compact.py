"""Rearranges the layout of the page for compression: gzip finds what was there in the last 32 kB alone."""

from collections.abc import Iterable
from typing import Any

# In characters: shorter scripts, such as Gradio's own default, stay where they are.
SHORTEST = 100
# What Gradio gives the script of a view.
ARGUMENTS = "(element, trigger, props, server, upload, watch)"


def compact(config: Any) -> Any:
    """The same layout with its components by type, and their scripts and those of events in its head.

    The head defines each script once, beside those that begin alike; the components and events call it by name.
    """
    views = _named("View", (component["props"].get("js_on_load") for component in config["components"]))
    events = _named("Event", (event["js"] for event in config["dependencies"]))
    definitions = [
        *(f"function {name}{ARGUMENTS} {{\n{code}\n}}" for code, name in views.items()),
        *(f"const {name} = {code};" for code, name in events.items()),
    ]
    # Gradio escapes "<" where it sends the head as JSON; in the page it would end this script.
    scripts = "\n".join(definitions).replace("</script", "<\\/script")
    return config | {
        "components": [
            _component(component, views) for component in sorted(config["components"], key=lambda each: each["type"])
        ],
        "dependencies": [
            event | {"js": f"(...values) => {events[event['js']]}(...values)"} if event["js"] in events else event
            for event in config["dependencies"]
        ],
        "head": f"{config['head'] or ''}<script>\n{scripts}\n</script>",
    }


def _named(kind: str, scripts: Iterable[Any]) -> dict[str, str]:
    """A name for each long script; those that begin alike follow each other."""
    long = {code for code in scripts if isinstance(code, str) and len(code) >= SHORTEST}
    return {code: f"glassbox{kind}{number}" for number, code in enumerate(sorted(long))}


def _component(component: Any, views: dict[str, str]) -> Any:
    props = component["props"]
    name = views.get(props.get("js_on_load") or "")
    return component | {"props": props | {"js_on_load": name + ARGUMENTS}} if name else component
