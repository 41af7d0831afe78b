"""The same work, done in several ways, timed side by side: ``python -m kasago.bench``.

A job is a piece of work; a contender is one way to do it, a function without arguments that
makes everything ready and returns the work to be timed. What the work returns says that it was
done. Contenders of other libraries raise ModuleNotFoundError where these are not installed.
"""

from collections.abc import Callable
from typing import Any

__all__ = ["Work"]

Work = Callable[[], Any]
