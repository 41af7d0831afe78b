"""Load modules ahead of time, and hide them until they are imported.

A process that has NumPy and Matplotlib loaded starts a snippet in no time. But the snippet must
not find what it did not import: ``import matplotlib`` alone has no ``matplotlib.pyplot``. So what
was loaded is taken out of `sys.modules`, and a finder gives each module back when it is imported,
together with those that it had imported itself. This module imports nothing before it watches.
"""

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType
    from typing import Any


class Loaded:
    """Modules that are loaded ahead of time; inside its ``with`` statement they are hidden.

    Those of the package that does so are never given back: they are loaded anew, as their files
    may have changed since.

    Parameters
    ----------
    names : iterable of str
        What to load; what is not installed, or does not load, is left out.

    Attributes
    ----------
    before : set of str
        The modules that were loaded before, as in any process of Python.
    modules : dict of str to module
        Those that were loaded ahead of time.
    needs : dict of str to set of str
        What each module imported while it was loaded.
    submodules : set of str
        The modules that are attributes of their packages because they were imported.
    """

    def __init__(self, names: "Iterable[str]") -> None:
        self.before = {name for name in sys.modules if not _is_ours(name)}
        self.modules: dict[str, ModuleType] = {}
        self.needs: dict[str, set[str]] = {}
        self._found: set[str] = set()  # new when they were asked for by name
        statement = builtins.__import__
        builtins.__import__ = self._watching_statements(statement)
        import importlib.machinery  # noqa: PLC0415 - the first that is watched

        self._spec = importlib.machinery.ModuleSpec
        function = importlib.import_module
        importlib.import_module = self._watching_calls(function)
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                continue
        builtins.__import__, importlib.import_module = statement, function
        self.submodules: set[str] = set()
        for name, module in sys.modules.items():
            if name not in self.before and not _is_ours(name):
                self.modules[name] = module
                parent, _, child = name.rpartition(".")
                own_name = getattr(getattr(module, "__spec__", None), "name", "")
                if name not in {own_name, *self._found}:  # code of its package has put it there
                    self.needs.setdefault(parent, set()).add(name)
                elif parent and vars(sys.modules[parent]).get(child) is module:
                    self.submodules.add(name)

    def __enter__(self) -> None:
        """Take out of sight what was loaded ahead of time, and this package."""
        for name in sys.modules.keys() - self.before:
            del sys.modules[name]
        for name in self.submodules:
            delattr(*self._place(name))
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        """Give everything back to those that run on: they use it as it was."""
        sys.meta_path.remove(self)
        self._show(set(self.modules))

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> "ModuleSpec | None":
        """Find a hidden module, for Python's import."""
        if name not in self.modules or name in sys.modules:  # a reload is up to Python
            return None
        spec = self._spec(name, self)  # type: ignore[arg-type]
        if found := self.modules[name].__spec__:
            spec.origin = found.origin
            spec.submodule_search_locations = found.submodule_search_locations
        return spec

    def create_module(self, spec: "ModuleSpec") -> "ModuleType":
        """Return the module that was loaded before."""
        module = self.modules[spec.name]
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: "ModuleType") -> None:
        """Give the module back as it was; its code has run."""
        assert module.__spec__
        name, module.__spec__ = module.__spec__.name, module.__spec__.loader_state
        self._show(self._needed(name))

    def _show(self, names: set[str]) -> None:
        for name in names:
            sys.modules.setdefault(name, self.modules[name])
        for name in names & self.submodules:
            setattr(*self._place(name), self.modules[name])

    def _needed(self, name: str) -> set[str]:
        """Return a hidden module, and those that it imported, in any number of steps."""
        needed, names = set[str](), [name]
        while names:
            name = names.pop()
            if name in self.modules and name not in needed:
                needed.add(name)
                names += [*self.needs.get(name, ()), name.rpartition(".")[0]]
        return needed

    def _place(self, name: str) -> "tuple[ModuleType, str]":
        """Return the package in which a module is an attribute, and the name that it has there."""
        parent, _, child = name.rpartition(".")
        return self.modules.get(parent) or sys.modules[parent], child

    def _watching_statements(self, statement: "Any") -> "Any":
        def watched(
            name: str,
            globals: "Any" = None,
            locals: "Any" = None,
            fromlist: "Any" = (),
            level: int = 0,
        ) -> "Any":
            before = set(sys.modules)
            module = statement(name, globals, locals, fromlist, level)
            if level:
                package = globals["__package__"].rsplit(".", level - 1)[0]
                name = f"{package}.{name}" if name else package
            names = {name} | ({f"{name}.{each}" for each in fromlist or ()} & sys.modules.keys())
            new = sys.modules.keys() - before
            self._found |= names & new
            self._note(names | new)
            return module

        return watched

    def _watching_calls(self, function: "Any") -> "Any":
        def watched(name: str, package: str | None = None) -> "ModuleType":
            module: ModuleType = function(name, package)
            self._note({module.__name__})
            return module

        return watched

    def _note(self, imported: set[str]) -> None:
        """Note what was imported, for the module whose top level runs.

        A function that imports something does so for whoever has called it.
        """
        frame: FrameType | None = sys._getframe(2)
        while frame and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame:
            self.needs.setdefault(frame.f_globals.get("__name__", ""), set()).update(imported)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == __name__.partition(".")[0]
