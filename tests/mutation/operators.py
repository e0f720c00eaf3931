"""The mutants of a module: copies of its source in which one expression or statement is changed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
# What a program does alike whether or not it is there: calls of the log, and what only mypy reads.
WITHOUT_EFFECT = ("log", "logging", "cast")


@dataclass(frozen=True)
class Mutant:
    """A change of the source from character `start` to `end`, in the `function` that holds it, "" at module level."""

    path: str
    line: int
    function: str
    start: int
    end: int
    old: str
    new: str

    def applied(self, source: str) -> str:
        """The whole module with the change."""
        return source[: self.start] + self.new + source[self.end :]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.old!r} -> {self.new!r}"


def mutants(path: str, source: str) -> list[Mutant]:
    """All mutants of the module at `path`."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = []
    for node, new, function in _changes(ast.parse(source), ""):
        start, end = place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)
        # In parentheses, since another operator may bind less tightly than the one that stood there.
        text = f"({ast.unparse(new)})" if isinstance(new, ast.expr) else ast.unparse(new)
        found.append(Mutant(path, node.lineno, function, start, end, source[start:end], text))
    return found


def _changes(node: ast.AST, function: str) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt, str]]:
    """Each node below `node` that can be changed, what takes its place, and the function that it is in."""
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{function}.{child.name}".lstrip(".")
        if _is_left_alone(child):
            continue
        if isinstance(child, ast.expr | ast.stmt):
            yield from ((child, new, function) for new in _changed(child))
        yield from _changes(child, inside)


def _is_left_alone(node: ast.AST) -> bool:
    """Whether changes in `node` have no effect, or an effect on words alone."""
    if isinstance(node, ast.JoinedStr | ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        value = node.value
        if isinstance(value, ast.Constant):
            return True
        if isinstance(value, ast.Call):
            return ast.unparse(value.func).split(".")[0] in WITHOUT_EFFECT
    return False


def _changed(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt]:
    match node:
        case ast.Compare(left, [operator], comparators) if type(operator) in SWAPPED:
            yield ast.Compare(left, [SWAPPED[type(operator)]()], comparators)  # type: ignore[list-item]
        case ast.BinOp(left, operator, right) if type(operator) in SWAPPED and not _is_text(left, right):
            yield ast.BinOp(left, SWAPPED[type(operator)](), right)  # type: ignore[arg-type]
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(SWAPPED[type(operator)](), values)  # type: ignore[arg-type]
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(ast.Name(name), arguments, keywords) if name in NAMES:
            yield ast.Call(ast.Name(NAMES[name]), arguments, keywords)
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.AugAssign(target, operator, value) if type(operator) in SWAPPED:
            yield ast.AugAssign(target, SWAPPED[type(operator)](), value)  # type: ignore[arg-type]
        case ast.Break():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Pass()


def _is_text(*operands: ast.expr) -> bool:
    return any(isinstance(each, ast.JoinedStr | ast.List | ast.Tuple) for each in operands) or any(
        isinstance(each, ast.Constant) and isinstance(each.value, str | bytes) for each in operands
    )
