"""Facts about the package as a whole: who imports whom, what is public, what is documented."""

import ast
import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import pytest

import kasago

mpl.use("Agg")

ROOT = Path(kasago.__file__).parent
LITERATE = "kasago.literate"
BENCH = "kasago.bench"

# What `kasago.common` and `load_mnist` of files at hand must not wait for.
HEAVY = ["markdown", "matplotlib", "mkdocs", "pooch", "requests", "sybil", "tqdm"]


def name_of(file: Path) -> str:
    parts = ("kasago", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


FILES = {name_of(file): file for file in sorted(ROOT.rglob("*.py"))}
FOR_READERS = [name for name in FILES if not name.startswith(LITERATE)]
COMMON = [name for name in FOR_READERS if name.startswith("kasago.common.")]
PLAIN_MODULES = [name for name in FOR_READERS if not FILES[name].name.startswith("_")]
TO_IMPORT = [name for name in PLAIN_MODULES if not name.startswith(BENCH)]


def imports(name: str) -> Iterator[str]:
    """Every module that the source of a module may import, inside functions too."""
    file = FILES[name]
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*parts, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def public(module: ModuleType) -> dict[str, Any]:
    """The functions and classes that a module defines under a name without underscore."""
    return {
        name: value
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


def documented(names: list[str]) -> list[Any]:
    """Each public function, class and method, as a test case named by its place.

    A protocol is left out: it says in words what is asked of the objects of others.
    """
    cases = []
    for name in names:
        for value in public(importlib.import_module(name)).values():
            if getattr(value, "_is_protocol", False):
                continue
            cases.append(value)
            if inspect.isclass(value):
                methods = vars(value).items()
                cases += [m for n, m in methods if inspect.isfunction(m) and n[0] != "_"]
    return [pytest.param(case, id=f"{case.__module__}.{case.__qualname__}") for case in cases]


def section(doc: str, title: str) -> str:
    """What stands under a heading of a numpydoc docstring, or nothing."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", doc, re.M | re.S)
    return found[1] if found else ""


def test_the_modules_are_found() -> None:
    known = ["functions", "gradient", "optimizer"]
    assert {f"kasago.common.{name}" for name in known} <= set(COMMON)
    assert {"kasago.dataset.mnist", "kasago.network", "kasago.plot.curves"} <= set(PLAIN_MODULES)
    assert f"{LITERATE}.page.snippets" in FILES


# Who imports whom.


@pytest.mark.parametrize("name", ["kasago", "kasago.dataset.mnist", "kasago.network", *COMMON])
def test_importing_it_needs_numpy_alone(name: str) -> None:
    code = f"import sys, {name}; print(*sorted({set(HEAVY)} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", FOR_READERS)
def test_nothing_outside_literate_imports_it(name: str) -> None:
    assert [used for used in imports(name) if within(used, LITERATE)] == []


@pytest.mark.parametrize("name", [name for name in FILES if within(name, LITERATE)])
def test_literate_knows_nothing_of_the_rest(name: str) -> None:
    used = {used for used in imports(name) if within(used, "kasago") and used != "kasago"}
    assert [module for module in used if not within(module, LITERATE)] == []


# Each may import what stands below it: plot and training, network, common.
LAYERS = {
    BENCH: ["kasago"],
    "kasago.common": ["kasago.common"],
    "kasago.dataset": ["kasago.dataset"],
    "kasago.network": ["kasago.common"],
    "kasago.training": ["kasago.common", "kasago.network"],
    "kasago.plot": ["kasago.common", "kasago.network", "kasago.plot", "kasago.training"],
    "kasago.pretrain": ["kasago.common", "kasago.dataset", "kasago.network"],
}


@pytest.mark.parametrize("name", FOR_READERS)
def test_dependencies_run_one_way(name: str) -> None:
    allowed = [below for layer, belows in LAYERS.items() if within(name, layer) for below in belows]
    used = {used for used in imports(name) if within(used, "kasago") and used != "kasago"}
    assert [u for u in used if not any(within(u, layer) for layer in allowed)] == []


@pytest.mark.parametrize("name", [n for n in FOR_READERS if not within(n, "kasago.plot")])
def test_only_plot_loads_matplotlib(name: str) -> None:
    drawing = ("matplotlib", "mpl_toolkits")
    assert [used for used in imports(name) if used.split(".")[0] in drawing] == []


# What is public.


@pytest.mark.parametrize("name", PLAIN_MODULES)
def test_all_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert set(public(module)) <= set(names)
    assert len(names) == len(set(names))
    assert all(hasattr(module, name) for name in names)


@pytest.mark.parametrize("name", FILES)
def test_every_module_says_what_it_is_for(name: str) -> None:
    doc = ast.get_docstring(ast.parse(FILES[name].read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith(".")


# What is documented.


@pytest.mark.parametrize("subject", documented(TO_IMPORT))
def test_a_docstring_names_every_parameter(subject: Any) -> None:
    doc = inspect.getdoc(subject) or ""
    # The attributes of a dataclass are its parameters.
    title = "Attributes" if dataclasses.is_dataclass(subject) else "Parameters"
    headings = re.findall(r"^(\w[\w, ]*) : ", section(doc, title), re.M)
    named = [name for heading in headings for name in heading.split(", ")]
    expected = [name for name in inspect.signature(subject).parameters if name != "self"]
    assert sorted(named) == sorted(expected)


@pytest.mark.parametrize("subject", documented(TO_IMPORT))
def test_a_docstring_says_in_a_line_what_it_does_and_what_is_returned(subject: Any) -> None:
    doc = inspect.getdoc(subject) or ""
    assert doc.splitlines()[0].endswith(".")
    returned = inspect.signature(subject).return_annotation
    if inspect.isfunction(subject) and returned not in (None, "None"):
        assert section(doc, "Returns")


@pytest.mark.parametrize("name", COMMON)
def test_everything_in_common_has_an_example_that_uses_it(name: str) -> None:
    for subject in public(importlib.import_module(name)).values():
        examples = section(inspect.getdoc(subject) or "", "Examples")
        assert re.search(rf"^>>> .*\b{subject.__name__}[()]", examples, re.M), subject


@pytest.mark.parametrize("subject", documented(TO_IMPORT))
def test_everything_public_is_typed(subject: Any) -> None:
    if inspect.isfunction(subject):
        signature = inspect.signature(subject)
        given = {n: p.annotation for n, p in signature.parameters.items() if n != "self"}
        assert inspect.Signature.empty not in [*given.values(), signature.return_annotation]


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "py.typed").is_file()
