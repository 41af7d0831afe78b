"""Refuse what looks like a snippet to a reader and would escape the tests: near misses."""

import re
from collections.abc import Collection, Iterator, Sequence

# The names under which highlighters and notebooks know Python.
PYTHON = r"(?:i?python[\d.]*|py[\d.]*|pyi|pycon|numpy|sage|bazel|starlark)(?!\w)"
LOOKS_LIKE_PYTHON = re.compile(
    rf"^[\s{{.]*{PYTHON} | [\s{{]\.{PYTHON} | \blang(?:uage)?={PYTHON}", re.VERBOSE | re.IGNORECASE
)
LOOKS_LIKE_OUTPUT = re.compile(r"(?:^|[\s{.])outputs?(?!\w)", re.IGNORECASE)
OPENS_PYTHON = re.compile(
    rf"^[ \t>*+\-\d.)]*(?:`{{3,}}|~{{3,}})[ \t{{.]*{PYTHON}", re.IGNORECASE | re.MULTILINE
)
HTML_PYTHON = re.compile(rf"<(?:pre|code|div)\b[^<>]*[\s\"'=-]{PYTHON}", re.IGNORECASE)
# What follows the ticks: of a snippet, and of any other fence, as far as every reader of
# Markdown agrees that a fence begins there.
SNIPPET_INFO = re.compile(r'python(?: [a-z_-]+="[^"\n]*")*')
OTHER_INFO = re.compile(r'[\w+#-]+(?: title="[^"`\n]*")?|\{ ?\.[\w-]+(?: \.[\w-]+)* ?\}')
# Inline, by reference and in HTML.
DRAWN_IMAGE = re.compile(
    r"""\]\(\s*<?(?:\./)*figures/ | \]:\s*<?(?:\./)*figures/ | \bsrc\s*=\s*["']?(?:\./)*figures/""",
    re.VERBOSE | re.IGNORECASE,
)
# What editors do not show and readers of Markdown drop or take for the end of a line: a byte
# order mark, and all control characters but tab and line feed.
UNSEEN = re.compile("\\A\ufeff|[\x00-\x08\x0b-\x1f\x7f]")


def wrong_info(info: str) -> str:
    """Return what is wrong with what follows the ticks of a fence, empty if nothing is.

    Parameters
    ----------
    info : str

    Returns
    -------
    str

    Examples
    --------
    >>> wrong_info('python title="Ohm"'), wrong_info("{.text .wide}")
    ('', '')
    >>> wrong_info("outputs")
    "a fence marked 'outputs' would pass untested; write ```output"
    """
    unquoted = re.sub(r'"[^"]*"', '""', info)
    if not info:
        return (
            "a fence that names no language may be Python, and would pass untested; write "
            "```python, ```text, ```bash, ..."
        )
    if SNIPPET_INFO.fullmatch(info) or info == "output":
        return ""
    if LOOKS_LIKE_PYTHON.search(unquoted):
        return (
            f"a fence marked {info!r} would pass untested; write ```python, "
            'and options as ```python title="..."'
        )
    if LOOKS_LIKE_OUTPUT.search(unquoted):
        return f"a fence marked {info!r} would pass untested; write ```output"
    if not OTHER_INFO.fullmatch(info):
        return (
            f"a fence marked {info!r} is not read alike everywhere; write ```text, "
            '```text title="..." or ```{.text .class}'
        )
    return ""


def near_misses(
    text: str, fences: Sequence[tuple[int, int, str]], images: Collection[int]
) -> Iterator[tuple[int, str]]:
    """Yield snippets and figures that a second way of looking finds, and that are none.

    Parameters
    ----------
    text : str
        A page.
    fences : sequence of (int, int, str)
        Its fences: where each begins and ends, and what follows its ticks.
    images : collection of int
        Where its image lines begin.

    Yields
    ------
    int
        The place in the text.
    str
        What is wrong there.
    """

    def fence_around(position: int) -> tuple[int, str] | None:
        around = (f for f in fences if f[0] <= position < f[1])
        return next(((start, info) for start, _, info in around), None)

    for match in OPENS_PYTHON.finditer(text):
        fence = fence_around(match.start())
        if not fence or (SNIPPET_INFO.fullmatch(fence[1]) and fence[0] != match.start()):
            yield match.start(), f"{match[0].strip()!r} would pass untested"
    for match in HTML_PYTHON.finditer(text):
        if not fence_around(match.start()):
            yield match.start(), f"{match[0]!r} would pass untested; write a fence"
    for match in DRAWN_IMAGE.finditer(text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if line_start not in images and not fence_around(match.start()):
            yield match.start(), 'a figure is ![...](figures/NAME.svg "...") on a line of its own'
