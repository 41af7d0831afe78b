"""Facts about kasago.literate.running.backend: what a reader writes shows, each time alike."""

import re

import pytest

from kasago.literate.running.job import Job
from kasago.literate.running.run import run

PLOT = """\
import matplotlib
import matplotlib.pyplot as plt

{before}
fig, ax = plt.subplots()
ax.plot([1, 2], [1, 2])
{after}
plt.show()
"""


def drawn(before="", after=""):
    result, _ = run(Job.of(PLOT.format(before=before, after=after)))
    assert result.error == ""
    [figure] = result.figures
    return figure


@pytest.fixture(scope="module")
def usual():
    return drawn()


@pytest.mark.parametrize(
    "margins",
    [
        "plt.tight_layout()",
        "plt.tight_layout(pad=4)",
        "fig.tight_layout()",
        "plt.subplots_adjust(left=0.3)",
        "plt.subplots_adjust(left=0.3, bottom=0.4)",
        "fig.set_layout_engine('none')",
    ],
)
def test_the_margins_that_a_snippet_sets_are_those_of_the_figure(margins, usual):
    assert drawn(after=margins) != usual


def test_margins_have_the_size_that_was_set():
    # Half of 4.8 inches, of 72 points each.
    assert ' d="M 172.8 ' in drawn(after="plt.subplots_adjust(left=0.5)")


@pytest.mark.parametrize(
    "reset",
    [
        "plt.rcdefaults()",
        "matplotlib.rc_file_defaults()",
        "plt.style.use('default')",
        "plt.style.use(['dark_background', 'fast'])",
        "matplotlib.rcParams['svg.hashsalt'] = None",
    ],
)
def test_a_snippet_that_resets_the_settings_draws_the_same_bytes_each_time(reset):
    # What is cut off has an id, which is random if nothing says otherwise.
    clipped = "ax.set_title('title'); ax.imshow([[1, 2]])"
    one, two = (drawn(reset, clipped) for _ in range(2))
    assert one == two
    assert ">title</text>" in one


@pytest.mark.parametrize("size", ["figsize=(400, 400)", "dpi=100000", "figsize=(1e6, 1)"])
def test_a_figure_that_nobody_could_draw_is_one_clear_error(size):
    code = f"import matplotlib.pyplot as plt\n\nplt.figure({size})\nplt.show()"
    result, _ = run(Job.of(code, "docs/page.md", 1))
    assert result.figures == ()
    assert 'File "docs/page.md", line 5, in <module>' in result.error
    last = result.error.splitlines()[-1]
    assert re.fullmatch(
        r"ValueError: the figure has \S+ x \S+ inches at \S+ dots an inch, too much to draw: "
        "a page is about 7 inches wide",
        last,
    )
