"""The source of a function or class, for a page that explains it."""

import ast
import importlib.util
from pathlib import Path


def source_of(name: str) -> str:
    """Return the source of an object of a package, without its docstring.

    The file is read, not imported, so that an edit shows at once.

    Parameters
    ----------
    name : str
        Dotted name of a function, class or method.

    Returns
    -------
    str

    Raises
    ------
    LookupError
        If there is no such object.

    Examples
    --------
    >>> print(source_of("kasago.common.functions.identity_function"))
    def identity_function(x: ArrayLike) -> NDArray[Any]:
        return np.asarray(x)
    """
    file, qualified = module_file(name)
    text = file.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in qualified:
        node = _child(node, part, name)
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    lines = text.splitlines()
    keep = list(range(first, (node.end_lineno or first) + 1))
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(inner):
            doc = inner.body[0]
            end = doc.end_lineno or doc.lineno
            # A class's docstring is set off from its body by a blank line.
            if isinstance(inner, ast.ClassDef) and not lines[end].strip():
                end += 1
            keep = [number for number in keep if not doc.lineno <= number <= end]
    indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
    return "\n".join(lines[number - 1][indent:] for number in keep)


def module_file(name: str) -> tuple[Path, list[str]]:
    """Return the file of the module that a dotted name begins with, and the rest of the name."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            spec = importlib.util.find_spec(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        if spec and spec.origin:
            return Path(spec.origin), parts[end:]
    raise LookupError(f"no module holds {name!r}")


def _child(node: ast.AST, part: str, name: str) -> ast.AST:
    for child in getattr(node, "body", []):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == part:
            return child
    raise LookupError(f"there is no function or class {name!r}: {part!r} not found")
