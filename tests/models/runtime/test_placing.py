"""Every method that leases a model can run elsewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
DECORATORS = {"placed", "placed_stream", "retried"}
MODULES = [path for room in ("tasks", "explain") for path in (ROOT / "models" / room).rglob("*.py")]


def methods(path: Path) -> Iterator[tuple[str, ast.FunctionDef, list[ast.FunctionDef]]]:
    """Each method of the classes in a module, with its name and all methods of its class."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            own = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            yield from ((f"{node.name}.{each.name}", each, own) for each in own)


def named(method: ast.FunctionDef) -> set[str]:
    """The attributes that a method uses."""
    return {node.attr for node in ast.walk(method) if isinstance(node, ast.Attribute)}


def placed(method: ast.FunctionDef) -> bool:
    """Whether the method runs where its cache says."""
    return bool(DECORATORS & {each.id for each in method.decorator_list if isinstance(each, ast.Name)})


def reached(method: ast.FunctionDef, own: list[ast.FunctionDef]) -> bool:
    """Whether the method, or else all that calls it in its class, runs where the cache says."""
    callers = [each for each in own if method.name in named(each) and each is not method]
    inner = method.name.startswith("_") and bool(callers)
    return placed(method) or (inner and all(reached(each, own) for each in callers))


def test_a_method_that_leases_a_model_can_run_elsewhere() -> None:
    """With --ray a lease on the page's own machine is an error, which no other test may come upon."""
    found = [(path.name, name, each, own) for path in MODULES for name, each, own in methods(path)]
    leasing = [each for each in found if "lease" in named(each[2])]
    assert len(leasing) > 20
    assert not [(path, name) for path, name, each, own in leasing if not reached(each, own)]
    # And no function outside of a class leases.
    uses = sum(path.read_text(encoding="utf-8").count(".lease(") for path in MODULES)
    assert uses == sum(ast.unparse(each).count(".lease(") for _, _, each, _ in leasing)
