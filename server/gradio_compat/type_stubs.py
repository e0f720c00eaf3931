"""Spares the start what Gradio does for editors: it writes a type stub for every component class that is defined."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

WRITER = "gradio.component_meta"


class _WithoutStubs(MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != WRITER:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def without_stubs(module: ModuleType) -> None:
            execute(module)
            module.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]

        spec.loader.exec_module = without_stubs  # type: ignore[method-assign]
        return spec


def skip_type_stubs() -> None:
    """Let Gradio, which must not be imported yet, write no stubs.

    For each of its classes it parses the source twice and compiles a template: two fifths of its import.
    """
    sys.meta_path.insert(0, _WithoutStubs())
