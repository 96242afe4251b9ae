"""Single changes of the core's code, each where a person could have slipped: drawn from the syntax tree, made
in the text, so that nothing else moves.

Left out: docstrings, annotations, text for people, logging, what is raised with which words, and everything
in ``simulate`` modules, commands and screens.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORE = ("transforms", "metrics", "expectations", "connectors", "pipeline", "warehouse")
#: Of the core, what only prints, or only plays a shop.
APART = re.compile(r"/simulate|/_skeleton/|^pipeline/(demo|cli|statement)/|^pipeline/(show|terminal)")

_COMPARE: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"), ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}  # fmt: skip
_PAIRS = [
    ("min", "max"), ("any", "all"), ("min_horizontal", "max_horizontal"),
    ("any_horizontal", "all_horizontal"), ("first", "last"), ("ceil", "floor"),
    ("is_null", "is_not_null"), ("startswith", "endswith"), ("head", "tail"), ("cum_max", "cum_min"),
]  # fmt: skip
_TWINS = {name: twin for pair in _PAIRS for name, twin in (pair, pair[::-1])}
_WORDS = {
    "how": {"left": "inner", "inner": "left", "anti": "semi", "semi": "anti", "full": "left"},
    "keep": {"first": "last", "last": "first"},
}
_SQL = re.compile(r"\b(SELECT|FROM|WHERE|HAVING|CASE|AND|OR|IS NULL|coalesce)\b|\w (<>|=|<|>|>=|<=) \S")
_SQL_CHANGES = {
    r" <> ": " = ", r" = ": " <> ", r" < ": " <= ", r" <= ": " < ", r" > ": " >= ", r" >= ": " > ",
    r" \+ ": " - ", r" - ": " + ",
    r"\bAND\b": "OR", r"\bOR\b": "AND", r"\bNOT ": "", r"\bIS NULL\b": "IS NOT NULL",
    r"\bLEFT JOIN\b": "JOIN", r"\bSEMI\b": "ANTI", r"\bANTI\b": "SEMI",
    r"\bmin\(": "max(", r"\bmax\(": "min(", r"\bbool_and\b": "bool_or", r" DESC\b": " ASC",
}  # fmt: skip
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Calls whose arguments are words for people or for logs.
_TALK = re.compile(r"Error$|^(Notice|print|warn|warning|info|debug|error|exception)$")


@dataclass(frozen=True, order=True)
class Mutant:
    """Bytes ``start`` to ``end`` of a file become ``text``.

    ``function`` is the outermost function or method around them ("" = none).
    """

    path: str
    start: int
    end: int
    text: str
    kind: str
    function: str

    def apply(self, source: bytes) -> bytes:
        """The changed file."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def core_files(root: Path) -> list[str]:
    """The files whose mutants are drawn."""
    found = (path.relative_to(root).as_posix() for room in CORE for path in (root / room).rglob("*.py"))
    return sorted(path for path in found if not APART.search(path) and "/tests/" not in path)


def mutants(path: str, source: bytes) -> list[Mutant]:
    """Every mutant of one file; a few may not be Python any more (``is_python``)."""
    found = _Finder(path, source)
    found.visit(ast.parse(source))
    return sorted({*found.found, *_of_sql(path, source, found)})


def is_python(source: bytes) -> bool:
    """Whether it can be parsed."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    """Walks the statements and expressions that compute something."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source, self.found = path, source, list[Mutant]()
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.names: list[str] = []
        self.functions: list[tuple[int, int, str]] = []

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: S101 - parsed from text
        return self.lines[node.lineno - 1] + node.col_offset, self.lines[
            node.end_lineno - 1
        ] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def change(self, start: int, end: int, text: str, kind: str) -> None:
        self.found.append(Mutant(self.path, start, end, text, kind, ".".join(self.names)))

    def replace(self, node: ast.expr | ast.stmt, text: str, kind: str) -> None:
        self.change(*self.span(node), text, kind)

    def between(self, left: ast.expr, right: ast.expr, old: str, new: str, kind: str) -> None:
        """Change the operator that stands between two operands."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end].decode()
        if (at := re.search(rf"(?<![\w<>=!]){re.escape(old)}(?![\w<>=])", gap)) is not None:
            here = start + len(gap[: at.start()].encode())
            self.change(here, here + len(old), new, kind)

    # -- what is not looked into

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Python 3.11 does not tell where the parts of an f-string stand; its SQL is looked at as text."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in (*node.defaults, *(each for each in node.kw_defaults if each is not None)):
            self.visit(default)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self.names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        is_inner = bool(self.functions) and self.span(node)[1] <= self.functions[-1][1]
        if not is_inner:
            self.names.append(node.name)
            self.functions.append((*self.span(node), ".".join(self.names)))
        self.visit(node.args)
        for statement in node.body:
            self.visit(statement)
        if not is_inner:
            self.names.pop()

    def visit_Assert(self, node: ast.Assert) -> None:
        """For the type checker."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self.replace(node, "pass", "raise dropped")

    # -- what is changed

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, operator, right in zip(
            (node.left, *node.comparators), node.ops, node.comparators, strict=False
        ):
            old, new = _COMPARE[type(operator)]
            self.between(left, right, old, new, "comparison")
            if old in ("<", "<=", ">", ">="):
                self.between(
                    left, right, old, {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[old], "comparison"
                )
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, right, old, new, "and/or")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        is_text = any(
            isinstance(side, ast.JoinedStr)
            or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in (node.left, node.right)
        )
        is_type = any(
            isinstance(side, ast.Constant) and side.value is None for side in (node.left, node.right)
        )
        if type(node.op) in _ARITHMETIC and not is_text and not is_type:
            self.between(
                node.left,
                node.right,
                *_ARITHMETIC[type(node.op)],
                "and/or" if isinstance(node.op, ast.BitAnd | ast.BitOr) else "arithmetic",
            )
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.Invert | ast.USub):
            self.change(self.span(node)[0], self.span(node.operand)[0], "", "not, ~ or - dropped")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace(node, str(not node.value), "constant")
        elif isinstance(node.value, int | float):
            self.replace(node, repr(node.value + 1), "constant")
            self.replace(node, repr(node.value - 1), "constant")

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in ("min", "max", "any", "all"):
            self.replace(node, _TWINS[node.id], "twin")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in _TWINS:
            end = self.span(node)[1]
            self.change(end - len(node.attr), end, _TWINS[node.attr], "twin")
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        called = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else node.func.id
            if isinstance(node.func, ast.Name)
            else ""
        )
        if _TALK.search(called):
            return
        if (
            isinstance(node.func, ast.Attribute)
            and called == "filter"
            and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "pl")
        ):
            self.replace(node, self.text(node.func.value), "filter dropped")
        if called == "when" and len(node.args) == 1:
            self.replace(node.args[0], f"~({self.text(node.args[0])})", "branches swapped")
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant) and (
                new := _WORDS.get(keyword.arg or "", {}).get(str(keyword.value.value))
            ):
                self.replace(keyword.value, f'"{new}"', "join or keep")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self.replace(condition, "True", "condition dropped")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._swap(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._swap(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.generic_visit(node)

    def _swap(self, test: ast.expr) -> None:
        if self.text(test) != "TYPE_CHECKING":
            self.replace(test, f"not ({self.text(test)})", "branches swapped")

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        before = len(self.found)
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and not (len(self.found) == before and self._talks(node.value)):
            self.replace(node, "pass", "statement dropped")

    def _talks(self, call: ast.Call) -> bool:
        return bool(_TALK.search(self.text(call.func).rpartition(".")[2]))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace(node, "pass", "statement dropped")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.replace(node, "pass", "statement dropped")


def _of_sql(path: str, source: bytes, tree: _Finder) -> Iterator[Mutant]:
    """Changes inside strings of SQL, f-strings among them; a docstring or a sentence has no place there."""
    lines = source.decode().splitlines(keepends=True)
    previous = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(source.decode()).readline):
        is_statement = previous in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL)
        if (
            token.type == tokenize.STRING
            and _SQL.search(token.string)
            and not _CHINESE.search(token.string)
            and not (is_statement and '"""' in token.string)
        ):
            (row, column), _ = token.start, token.end
            base = tree.lines[row - 1] + len(lines[row - 1][:column].encode())
            function = next((name for start, end, name in tree.functions if start <= base < end), "")
            for pattern, new in _SQL_CHANGES.items():
                for at in re.finditer(pattern, token.string):
                    start = base + len(token.string[: at.start()].encode())
                    yield Mutant(path, start, start + len(at.group().encode()), new, "SQL", function)
        if token.type != tokenize.COMMENT:
            previous = token.type
