"""A build does not say what says nothing, and says everything else."""

import logging

import pytest

from kasago.literate.site.quiet import SAYS_NOTHING, says_something

I18N = "mkdocs.plugins.mkdocs_static_i18n."
NOISE = [
    (I18N + "reconfigure", "mkdocs_static_i18n: Overriding 'ja' config 'copyright' with '©'"),
    (I18N + "plugin", "mkdocs_static_i18n: Translated 19 navigation elements to 'ja'"),
    ("mkdocs.commands.build", "Template skipped: '404.html' generated empty output."),
    (
        "mkdocs.commands.build",
        "The directory contains stale files. Use --clean to remove them.",
    ),
]


@pytest.mark.parametrize(("name", "message"), NOISE)
def test_noise_is_left_out_and_never_a_warning(name, message):
    for level, said in ((logging.INFO, False), (logging.WARNING, True)):
        record = logging.LogRecord(name, level, "", 0, message, (), None)
        assert says_something(record) == said


@pytest.mark.parametrize("name", SAYS_NOTHING)
def test_anything_else_is_said(name):
    logger = logging.getLogger(name)
    record = logging.LogRecord(name, logging.INFO, "", 0, "Building documentation", (), None)
    assert logger.filter(record)
