"""A hook for MkDocs: what the templates of the theme are given.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/theme.py

The words of `kasago.literate.words`: ``words`` in the language of the pages, and ``words_in`` for
those of another; links at headings say theirs. And what Jinja compiled of each template, kept
beside the results of the snippets: MkDocs and mkdocstrings would compile all of them again for
each language.
"""

from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files

from kasago.literate.site.kept import cache_of
from kasago.literate.site.search import language_of
from kasago.literate.words import words_in


@event_priority(-200)  # after mkdocstrings has taken up its handlers
def on_config(config: MkDocsConfig) -> None:
    """Keep the compiled templates of the reference; give them, and links at headings, the words."""
    language = language_of(config)
    words = words_in(language)
    config.mdx_configs.setdefault("toc", {})["permalink_title"] = words["permalink"]
    mkdocstrings: Any = config.plugins.get("mkdocstrings")
    if mkdocstrings:
        env = mkdocstrings.get_handler("python").env
        env.bytecode_cache = _compiled(config)
        env.globals.update(words=words, language=language)


@event_priority(200)  # before anything asks for a template
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Keep the compiled templates of the theme, and give them the words."""
    env.bytecode_cache = _compiled(config)
    env.globals["words"] = words_in(language_of(config))
    env.globals["words_in"] = words_in


def _compiled(config: MkDocsConfig) -> FileSystemBytecodeCache:
    cache = cache_of(config)
    folder = cache.with_name(f"{cache.name}-templates")
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))
