"""The page around the tabs: its head and its look."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from demos.events import ASIDE, QUIET, own_lane
from demos.fields.read_aloud import STOP_READING, voice
from demos.guard import guarded
from demos.page import look
from demos.page.history import history, record
from demos.page.lessons import offer_lessons, teach
from demos.page.link_bar import copy_button, fill, open_links
from demos.page.links import Link
from demos.page.openings import show_openings
from demos.page.script_it import install, script_it
from demos.page.spoken import SpokenPage
from demos.page.tour import offer_tour
from demos.page.typed import keep_typed
from demos.status import StatusLine
from demos.tab import Form, Tab, Trial
from demos.words import ENGLISH, LANGUAGES, Words, say
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits

ATTENTION = "attention"
STYLES = (
    "style.css",
    "chat/view.css",
    "tokens/view.css",
    "next_word/view.css",
    "lens/view.css",
    "tokenizers/view.css",
    "why/view.css",
    "faithfulness/view.css",
    "batch/view.css",
    "compare/view.css",
    "edit/view.css",
    "history/view.css",
    "lessons/view.css",
)
# On a phone the tabs are one line that is swiped.
SHOW_TAB = """() => document.querySelector("#tabs [role=tab][aria-selected=true]")?.scrollIntoView(
  { inline: "center", block: "nearest" })"""
# A tab's components come into the page when it is first opened, so its button may not be there yet.
PRESS = """() => {
  document.getElementById(STOP)?.click();
  const press = () => {
    const button = document.getElementById(RUN);
    if (!button) return requestAnimationFrame(press);
    document.getElementById("tabs").scrollIntoView();
    button.focus({ preventScroll: true });
    button.click();
  };
  press();
}"""


def build(
    tabs: Sequence[Tab[Any]],
    cache: ModelCache,
    limits: Limits = DEFAULT_LIMITS,
    queue_length: int | None = None,
    offers: Offers = BUNDLED,
    at_once: int = 1,
    on_space: bool = False,
    openings: bool = True,
) -> gr.Blocks:
    """Compose `tabs` in their order into one page over `cache`, with the models of `offers` to choose from.

    At most `queue_length` requests wait there; of those that share batches, `at_once` run at a time, and so of all
    requests where models are elsewhere. A page `on_space`, on Hugging Face Spaces, can be duplicated. With `openings`
    each tab opens on a result that was made beforehand.
    """
    demo: gr.Blocks
    with SpokenPage(title="Glassbox", analytics_enabled=False, delete_cache=(3600, 3600)) as demo:
        with gr.Row(elem_id="masthead-row"):
            gr.Markdown(
                "# Glassbox\nLanguage models you can see into: every answer comes from a real model on this server, "
                "and opens up to show why.",
                elem_id="masthead",
            )
            offer_tour(demo)
            lessons = offer_lessons()
        message = StatusLine("link-message")
        forms: dict[str, Form] = {}
        panels: dict[str, gr.Tab] = {}
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as strip:
            for tab in tabs:
                panels[tab.name] = gr.Tab(tab.title, id=tab.name, elem_id=f"{tab.group}-{tab.name}")
                with panels[tab.name], own_lane(tab.name, at_once, at_once if cache.elsewhere else 1):
                    forms[tab.name] = tab.show(cache, limits, offers)
                    if forms[tab.name].scripts:
                        script_it(demo, tab.name, forms[tab.name].scripts)
                    copy_button(tab.name, tab.title, forms[tab.name])
        if on_space:
            gr.DuplicateButton(say("Duplicate this Space"), variant="secondary", min_width=190, elem_id="duplicate")
        for act in (SHOW_TAB, STOP_READING):
            strip.change(None, None, None, js=act, **QUIET)
        carry_all(forms, strip)
        try_all(forms, strip)
        filled = keep_typed(forms, open_links(forms, strip, demo, message), demo)
        teach(lessons, forms, show_openings(forms, panels, filled) if openings else filled)
        history({tab.name: tab.title for tab in tabs}, forms, strip, message)
        for prepare in (install(), record(forms), voice()):
            demo.load(None, None, None, js=prepare, **QUIET)
    # An open API would let scripts past the queue, and so past the lanes of compute.
    demo.queue(max_size=queue_length, default_concurrency_limit=1, api_open=False)
    return demo


def carry_all(forms: Mapping[str, Form], strip: gr.Tabs) -> None:
    """Let every carry among `forms` open and run the attention tab; where `strip` has none, hide their buttons."""
    target = forms.get(ATTENTION)
    for carry in [carry for form in forms.values() for carry in form.carries]:
        if target is None or target.run is None:
            carry.button.visible = False
            continue
        filled = [strip, *(target.inputs[name] for name in ("model", "text", "pair"))]
        opened = carry.button.click(guarded(opening(carry.choose)), list(carry.inputs), filled, **ASIDE)
        opened.success(None, None, None, js=press(target.run, carry.stop), **QUIET)


def try_all(forms: Mapping[str, Form], strip: gr.Tabs) -> None:
    """Let every trial among `forms` fill in and run its tab; where `strip` has none such, hide its button."""
    for trial in [trial for form in forms.values() for trial in form.trials]:
        target = forms.get(trial.tab)
        if target is None or target.run is None:
            trial.button.visible = False
            continue
        filled = [strip, *target.inputs.values()]
        opened = trial.button.click(guarded(filling(forms, strip, trial)), list(trial.inputs), filled, **ASIDE)
        opened.success(None, None, None, js=press(target.run, None), **QUIET)


def filling(forms: Mapping[str, Form], strip: gr.Tabs, trial: Trial) -> Callable[..., dict[Any, Any]]:
    """What selects the tab of `trial` and fills its inputs with what it chooses."""

    def fill_in(*values: Any) -> dict[Any, Any]:
        return fill(forms, strip, Link(trial.tab, trial.choose(*values)))

    return fill_in


def press(run: gr.Button, stop: gr.Button | None) -> str:
    """The script that presses `stop`, where there is one and it has something to end, and then `run`."""
    return PRESS.replace("STOP", json.dumps(stop.elem_id if stop else "")).replace("RUN", json.dumps(run.elem_id))


def opening(choose: Callable[..., tuple[str, str, str]]) -> Callable[..., tuple[gr.Tabs, str, str, str]]:
    """A handler that selects the attention tab and fills its inputs with the values of `choose`."""

    def fill(*values: Any) -> tuple[gr.Tabs, str, str, str]:
        return gr.Tabs(selected=ATTENTION), *choose(*values)

    return fill


def launch_options(assets: Path) -> dict[str, Any]:
    """What `launch` needs for the look."""
    return {
        "theme": look.theme(),
        "css_paths": [assets / name for name in STYLES],
        "favicon_path": assets / "logo.svg",
        "footer_links": ["api"],
        # Gradio's own history has none of the page's events, and offers to keep its runs on a hub.
        "run_history": False,
        "show_error": True,
        "i18n": gr.I18n(**{each.tag: _for_screen_readers(each) for each in (ENGLISH, *LANGUAGES.values())}),
    }


def _for_screen_readers(words: Words) -> dict[str, str]:
    """Gradio's screen reader announcements of a run, which lack some or all translations."""
    return {
        "common.complete": words.say("Done"),
        "status.queue_position": words.say("In queue: {position} of {size}", position="{position}", size="{size}"),
    }
