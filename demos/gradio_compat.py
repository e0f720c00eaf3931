"""What the page uses of Gradio beyond its documented interface, each with the public way that does not serve.

The server's part is `server.gradio_compat`, which nothing here may import. `tests/demos/test_gradio_compat.py` has a
test for each function, named after it, which fails when Gradio changes what the function relies on.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.context import Context, LocalContext
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder


def running_request() -> gr.Request | None:
    """The request of the event that runs in this context, None outside of one.

    For the visitor's language, wherever a message is written. The public way is a parameter of type `gr.Request`: every
    function between an event and its messages would have to take it and pass it on.
    """
    return LocalContext.request.get(None)


def events_of(page: gr.Blocks) -> list[BlockFunction]:
    """The events of `page` in the order of their registration.

    For what is decided once the page is whole: which function an event runs (`fn`), in which queue it waits. The public
    descriptions, `get_config_file` and `get_api_info`, have names and types of events, and no functions.
    """
    return list(page.fns.values())


def validate_first(offered: Mapping[str, Any], validator: Callable[..., Any]) -> None:
    """Let `validator` check the arguments of an endpoint, as `gr.api` returned it, before a request joins the queue.

    To be called within the `with` block of the page. Other events have the public parameter `validator`; `gr.api` has
    none, though the queue calls one there too.
    """
    page = Context.root_block
    assert page is not None, "endpoints belong inside a Blocks page"
    page.fns[offered["id"]].validator = validator


def in_numbers(updates: Mapping[Any, Any]) -> dict[int, Any]:
    """Updates by component as updates by the component's number, which can be pickled for another process.

    The public keys of updates are components, which cannot be pickled, and few have an `elem_id`.
    """
    return {cast(Block, component)._id: value for component, value in updates.items()}


def by_component(page: gr.Blocks, updates: Mapping[int, Any]) -> dict[Block, Any]:
    """What `in_numbers` made of updates of components of `page`, as it was."""
    return {page.blocks[number]: value for number, value in updates.items()}


def upload_folder() -> str:
    """The folder of uploads, from which the page may download.

    A script names its upload by a path, which must be in there. Only components have a public way to take uploads, and
    endpoints of `gr.api` have no components.
    """
    return get_upload_folder()


def save_download(data: bytes, name: str) -> str:
    """Write `data` to a file called `name`, in a folder of its own below `upload_folder`, and return the path.

    The public way, a path anywhere that a component copies there, leaves the first file behind at each event.
    """
    path: str = save_bytes_to_cache(data, name, upload_folder())
    return path


class PageByVisitor(gr.Blocks):
    """Blocks whose layout has versions, one of which each visitor is sent.

    The public way to translate a page, `gr.I18n`, runs in the browser, after the layout is drawn, on texts that are
    marked where a component is made: neither choices, examples and Markdown nor the words of our scripts are.
    """

    def version(self) -> str:
        """The version for the visitor whose request is being answered."""
        raise NotImplementedError

    def made_for_visitor(self, layout: Any) -> Any:
        """That version of `layout`."""
        raise NotImplementedError

    @property
    def config(self) -> Any:
        """The layout, as Gradio sends it."""
        version = self.version()
        if version not in self._versions:
            self._versions[version] = self.made_for_visitor(self._layout)
        return self._versions[version]

    @config.setter
    def config(self, layout: Any) -> None:
        self._layout, self._versions = layout, dict[str, Any]()
