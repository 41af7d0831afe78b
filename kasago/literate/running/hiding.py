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
    from types import ModuleType
    from typing import Any


class Loaded:
    """Modules that are loaded ahead of time.

    Parameters
    ----------
    names : iterable of str
        What to load; what is not installed, or does not load, is left out.

    Attributes
    ----------
    before : set of str
        The modules that were loaded before, as in any process of Python.
    """

    def __init__(self, names: "Iterable[str]") -> None:
        self.before = set(sys.modules) - {name for name in sys.modules if name[:6] == "kasago"}
        self.modules: dict[str, ModuleType] = {}
        self.needs: dict[str, set[str]] = {}  # what each module imported
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
        self.modules = {k: m for k, m in sys.modules.items() if k not in self.before}
        self.submodules = {name for name in self.modules if self._can_leave_its_package(name)}

    def hide(self) -> None:
        """Take out of sight what was loaded ahead of time."""
        for name in self.modules:
            del sys.modules[name]
        for name in self.submodules:
            delattr(*self._place(name))
        sys.meta_path.insert(0, self)

    def show(self, name: str) -> None:
        """Give a module back, with all that it needs.

        Parameters
        ----------
        name : str
        """
        shown = self._needed([name])
        for each in shown:
            sys.modules.setdefault(each, self.modules[each])
        for each in shown & self.submodules:
            setattr(*self._place(each), self.modules[each])

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> "ModuleSpec | None":
        """Find a hidden module, for Python's import."""
        return self._spec(name, self) if name in self.modules else None  # type: ignore[arg-type]

    def create_module(self, spec: "ModuleSpec") -> "ModuleType":
        """Return the module that was loaded before."""
        module = self.modules[spec.name]
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: "ModuleType") -> None:
        """Give the module back as it was; its code has run."""
        assert module.__spec__
        name, module.__spec__ = module.__spec__.name, module.__spec__.loader_state
        self.show(name)

    def _needed(self, names: "list[str]") -> set[str]:
        """Return hidden modules, and those that they imported, in any number of steps."""
        needed = set[str]()
        while names:
            name = names.pop()
            if name in self.modules and name not in needed:
                needed.add(name)
                names += [*self.needs.get(name, ()), name.rpartition(".")[0]]
        return needed

    def _can_leave_its_package(self, name: str) -> bool:
        """Whether a module is an attribute of its package that the package itself does not need."""
        parent, _, child = name.rpartition(".")
        package = self.modules.get(parent) or sys.modules.get(parent)
        module = self.modules[name]
        # Another name of a module is no submodule: `importlib._bootstrap` is part of the package.
        own = getattr(getattr(module, "__spec__", None), "name", "") == name
        attribute = own and package and vars(package).get(child) is module
        return bool(attribute) and name not in self._needed([*self.needs.get(parent, ())])

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
            if globals and (importer := globals.get("__name__")):
                if level:
                    package = globals["__package__"].rsplit(".", level - 1)[0]
                    name = f"{package}.{name}" if name else package
                inner = {f"{name}.{each}" for each in fromlist or ()} & sys.modules.keys()
                new = sys.modules.keys() - before
                self.needs.setdefault(importer, set()).update({name}, inner, new)
            return module

        return watched

    def _watching_calls(self, function: "Any") -> "Any":
        def watched(name: str, package: str | None = None) -> "ModuleType":
            module: ModuleType = function(name, package)
            importer = sys._getframe(1).f_globals.get("__name__", "")
            self.needs.setdefault(importer, set()).add(module.__name__)
            return module

        return watched
