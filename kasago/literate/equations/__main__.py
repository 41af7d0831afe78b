"""Check the equations of pages: ``python -m kasago.literate.equations PAGE ...``."""

import argparse
import sys
from pathlib import Path

from kasago.literate.equations.page import check_equation, equations_of
from kasago.literate.errors import LiterateError
from kasago.literate.files import relative
from kasago.literate.settings import settings


def main(arguments: list[str] | None = None) -> int:
    """Check the equations of the pages that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0, or 1 if an equation or a tie is wrong.
    """
    parser = argparse.ArgumentParser(
        prog="python -m kasago.literate.equations", description="Check the equations of pages."
    )
    parser.add_argument("pages", nargs="+", type=Path)
    failed = False
    for page in parser.parse_args(arguments).pages:
        try:
            text = page.read_text(encoding="utf-8")
            equations = equations_of(text, relative(page), every=settings().equations)
        except LiterateError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        for equation in equations:
            try:
                found = check_equation(equation)
                print(f"{equation.path}:{equation.line}: {equation.label} {found}")
            except LiterateError as error:
                print(error, file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
