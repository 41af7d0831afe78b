"""Facts about the package as a whole: who imports whom, what is public, what is documented."""

import ast
import dataclasses
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
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
LIVE = "kasago.live"

# What `kasago.common` and `load_mnist` of files at hand must not wait for.
HEAVY = ["markdown", "matplotlib", "mkdocs", "pooch", "requests", "sybil", "tqdm"]


def name_of(file: Path) -> str:
    parts = ("kasago", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


FILES = {name_of(file): file for file in sorted(ROOT.rglob("*.py"))}
FOR_READERS = [name for name in FILES if not name.startswith((LITERATE, LIVE))]
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


def documented(names: list[str]) -> dict[str, Any]:
    """Each public function, class and method, by its place.

    A protocol is left out: it says in words what is asked of the objects of others.
    """
    found: dict[str, Any] = {}
    for name in names:
        for value in public(importlib.import_module(name)).values():
            if getattr(value, "_is_protocol", False):
                continue
            found[f"{name}.{value.__qualname__}"] = value
            if inspect.isclass(value):
                for method in vars(value).values():
                    if inspect.isfunction(method) and method.__name__[0] != "_":
                        found[f"{name}.{method.__qualname__}"] = method
    return found


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


def test_importing_what_needs_numpy_alone_loads_nothing_heavier() -> None:
    """In one process, which says after each module what has come with it."""
    names = ["kasago", *COMMON, "kasago.network", "kasago.dataset.mnist"]
    code = f"""import importlib, sys
for name in {names}:
    importlib.import_module(name)
    for heavy in sorted({set(HEAVY)} & set(sys.modules)):
        print(f"{{name}} loads {{heavy}}")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == []


def offenders(names: Iterable[str], is_wrong: Callable[[str, str], bool]) -> list[str]:
    """The imports of some modules that are not as they should be, in words.

    `kasago` itself has nothing in it, and anyone may import it.
    """
    pairs = [(name, used) for name in names for used in imports(name) if used != "kasago"]
    return [f"{name} imports {used}" for name, used in pairs if is_wrong(name, used)]


def test_nothing_outside_literate_imports_it() -> None:
    assert offenders(FOR_READERS, lambda _, used: within(used, LITERATE)) == []


def test_literate_knows_nothing_of_the_rest() -> None:
    def leaves(_: str, used: str) -> bool:
        return within(used, "kasago") and not within(used, LITERATE)

    assert offenders([name for name in FILES if within(name, LITERATE)], leaves) == []


def test_what_runs_in_a_browser_knows_literate_alone_and_nobody_knows_it() -> None:
    own = [name for name in FILES if within(name, LIVE)]
    assert len(own) > 5

    def strays(_: str, used: str) -> bool:
        return within(used, "kasago") and not within(used, LITERATE) and not within(used, LIVE)

    assert offenders(own, strays) == []
    others = [name for name in FILES if not within(name, LIVE)]
    assert offenders(others, lambda _, used: within(used, LIVE)) == []


# The rooms of literate, each with those that it may import.
BASE = {"errors", "files", "settings", "words"}
ROOMS = {
    "page": BASE,
    "running": BASE | {"page"},
    "equations": BASE | {"page", "running"},
    "markdown": BASE | {"page", "running", "equations"},
    "site": BASE | {"page", "running", "equations", "markdown"},
    **{name: set() for name in BASE},
    "words": {"settings"},
}


def test_a_room_of_literate_imports_those_before_it() -> None:
    def room(name: str) -> str:
        return name.removeprefix(f"{LITERATE}.").partition(".")[0]

    def is_wrong(name: str, used: str) -> bool:
        inside = within(used, LITERATE) and used != LITERATE
        return inside and room(used) not in ROOMS[room(name)] | {room(name)}

    names = [name for name in FILES if within(name, LITERATE) and room(name) in ROOMS]
    assert len(names) > 40
    assert offenders(names, is_wrong) == []


def test_one_room_knows_mkdocs() -> None:
    def is_wrong(name: str, used: str) -> bool:
        return within(used, "mkdocs") and not within(name, f"{LITERATE}.site")

    assert offenders(FILES, is_wrong) == []


# Each may import what stands below it: plot and training, network, common.
LAYERS = {
    BENCH: ["kasago"],
    "kasago.common": ["kasago.common"],
    "kasago.dataset": ["kasago.dataset"],
    "kasago.network": ["kasago.common"],
    "kasago.movable": ["kasago.common", "kasago.dataset", "kasago.network"],
    "kasago.training": ["kasago.common", "kasago.network"],
    "kasago.plot": ["kasago.common", "kasago.network", "kasago.plot", "kasago.training"],
    "kasago.pretrain": ["kasago.common", "kasago.dataset", "kasago.network"],
}


def test_dependencies_run_one_way() -> None:
    def climbs(name: str, used: str) -> bool:
        allowed = [
            below for layer, belows in LAYERS.items() if within(name, layer) for below in belows
        ]
        return within(used, "kasago") and not any(within(used, layer) for layer in allowed)

    assert offenders(FOR_READERS, climbs) == []


def test_only_plot_loads_matplotlib() -> None:
    others = [name for name in FOR_READERS if not within(name, "kasago.plot")]
    drawing = ("matplotlib", "mpl_toolkits")
    assert offenders(others, lambda _, used: used.split(".")[0] in drawing) == []


# What is public.


@pytest.mark.parametrize("name", PLAIN_MODULES)
def test_all_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert set(public(module)) <= set(names)
    assert len(names) == len(set(names))
    assert all(hasattr(module, name) for name in names)


# What is documented. That everything has types is the type checker's.


def test_every_module_says_what_it_is_for() -> None:
    """The linter asks it of those alone whose name has no underscore."""
    docs = {name: ast.get_docstring(ast.parse(FILES[name].read_text("utf-8"))) for name in FILES}
    assert [n for n, doc in docs.items() if not (doc or "").partition("\n")[0].endswith(".")] == []


def test_what_is_documented_is_found() -> None:
    found = documented(TO_IMPORT)
    assert {
        "kasago.common.functions.softmax",
        "kasago.common.optimizer.Adam",
        "kasago.network.TwoLayerNet.loss_and_gradient",
        "kasago.plot.weights.plot_weights",
        "kasago.training.History",
    } <= set(found)
    assert inspect.getdoc(found["kasago.network.TwoLayerNet.scores"])


def test_a_docstring_of_its_own_or_inherited_names_every_parameter() -> None:
    wrong = {}
    for place, subject in documented(TO_IMPORT).items():
        doc = inspect.getdoc(subject) or ""
        # The attributes of a dataclass are its parameters.
        title = "Attributes" if dataclasses.is_dataclass(subject) else "Parameters"
        headings = re.findall(r"^(?:(\w[\w, ]*) : |\*\*(\w+)$)", section(doc, title), re.M)
        named = [name for each in headings for name in "".join(each).split(", ")]
        expected = [name for name in inspect.signature(subject).parameters if name != "self"]
        if sorted(named) != sorted(expected):
            wrong[place] = named
    assert wrong == {}


def test_a_docstring_says_in_a_line_what_it_does_and_what_is_returned() -> None:
    wrong = []
    for place, subject in documented(TO_IMPORT).items():
        doc = inspect.getdoc(subject) or ""
        returned = inspect.signature(subject).return_annotation
        says = inspect.isclass(subject) or returned in (None, "None") or section(doc, "Returns")
        if not doc.partition("\n")[0].endswith(".") or not says:
            wrong.append(place)
    assert wrong == []


@pytest.mark.parametrize("name", COMMON)
def test_everything_in_common_has_an_example_that_uses_it(name: str) -> None:
    for subject in public(importlib.import_module(name)).values():
        examples = section(inspect.getdoc(subject) or "", "Examples")
        is_protocol = getattr(subject, "_is_protocol", False)
        assert is_protocol or re.search(rf"^>>> .*\b{subject.__name__}[()]", examples, re.M), (
            subject
        )


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "py.typed").is_file()
