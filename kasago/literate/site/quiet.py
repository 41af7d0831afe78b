"""A hook for MkDocs: a build says what matters to its author, and no more.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/quiet.py

What is left out, each at the logger that says it: that the plugin i18n does what mkdocs.yml tells
it to; that files of the last build are still there in ``mkdocs serve --dirty``; that a page 404
was left out for a second language (see the hook ``share.py``).
"""

import logging
import re

SAYS_NOTHING = {
    "mkdocs.plugins.mkdocs_static_i18n.reconfigure": r"Overriding '\w+' config ",
    "mkdocs.plugins.mkdocs_static_i18n.plugin": r"Translated \d+ navigation elements? to ",
    "mkdocs.commands.build": (
        r"The directory contains stale files\. Use --clean |Template skipped: '404\.html' "
    ),
}


def says_something(record: logging.LogRecord) -> bool:
    """Return whether a record is more than one of these; a warning always is.

    Parameters
    ----------
    record : logging.LogRecord

    Returns
    -------
    bool
    """
    nothing = SAYS_NOTHING[record.name]
    return record.levelno > logging.INFO or not re.search(nothing, record.getMessage())


for name in SAYS_NOTHING:
    logging.getLogger(name).addFilter(says_something)
