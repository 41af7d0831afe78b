"""Time one contender in this process: ``python -m kasago.bench.child MODULE.CONTENDER``.

Prints the seconds of one run; of the fastest of many, where a run is short.
"""

import importlib
import sys
import time

__all__ = ["seconds"]

# Seconds. A short run is repeated until so much time has passed.
LONG_ENOUGH = 0.5


def seconds(contender: str) -> float:
    """Return the time that the work of a contender takes, without what makes it ready.

    Parameters
    ----------
    contender : str
        A function of a module of `kasago.bench`, such as "training.kasago".

    Returns
    -------
    float
        Seconds.
    """
    module, _, function = contender.partition(".")
    work = getattr(importlib.import_module(f"kasago.bench.{module}"), function)()
    times: list[float] = []
    while sum(times) < LONG_ENOUGH:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    try:
        print(seconds(sys.argv[1]))
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed")
