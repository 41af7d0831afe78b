"""The tokens of a formula, without what only sets it, and the parts between some of them."""

import re
from collections.abc import Collection

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\{,\}\d{3})*(?:\.\d+)?|'+|\S", re.DOTALL)
LABEL = re.compile(r"\\label\{([^}]*)\}")
SPACING = {
    *(r"\,", r"\;", r"\:", r"\!", "\\ ", "~", r"\quad", r"\qquad"),
    *(r"\displaystyle", r"\limits"),
}
SIZING = {r"\left", r"\right", *(rf"\{b}ig{side}" for b in "bB" for side in ("", "l", "r"))}
OPENING, CLOSING = {"{", "(", r"\begin"}, {"}", ")", r"\end"}


def label_of(latex: str) -> str:
    r"""Return the label of an equation, empty if it has none.

    Parameters
    ----------
    latex : str

    Returns
    -------
    str

    Examples
    --------
    >>> label_of(r"y = 2 x \label{eq:twice}")
    'eq:twice'
    """
    label = LABEL.search(latex)
    return label[1] if label else ""


def tokens_of(latex: str) -> list[str]:
    r"""Return the tokens of a formula, without what only sets it and the stop at its end.

    Parameters
    ----------
    latex : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> tokens_of(r"\left( x, \; 60{,}000 \right). \label{eq:pair}")
    ['(', 'x', ',', '60{,}000', ')']
    """
    tokens: list[str] = []
    sizes = False
    for token in TOKEN.findall(LABEL.sub(" ", latex)):
        # \left. sizes a bracket that is not there.
        if token not in SPACING | SIZING and not (sizes and token == "."):
            tokens.append(token)
        sizes = token in SIZING
    return tokens[:-1] if tokens[-1:] in (["."], [","]) else tokens


def parted(tokens: list[str], separators: Collection[str]) -> list[list[str]]:
    """Return what separators part, outside brackets and environments.

    Parameters
    ----------
    tokens : list of str
    separators : collection of str

    Returns
    -------
    list of list of str

    Examples
    --------
    >>> parted(list("a,(b,c)"), ",")
    [['a'], ['(', 'b', ',', 'c', ')']]
    """
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in OPENING) - (token in CLOSING)
        if depth == 0 and token in separators:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def unwrapped(tokens: list[str]) -> list[str]:
    """Return tokens without the one pair of parentheses that is around all of them, if it is.

    Parameters
    ----------
    tokens : list of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> unwrapped(list("(x)")), unwrapped(list("(x)(y)"))
    (['x'], ['(', 'x', ')', '(', 'y', ')'])
    """
    depth = 0
    for place, token in enumerate(tokens, 1):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return tokens[1:-1] if place == len(tokens) > 1 else tokens
    return tokens
