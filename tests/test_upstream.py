"""What hooks and templates of the site take from others beyond what these promise is still there.

If one of these facts fails, a version of MkDocs, its theme or a plugin has changed what the site
leans on: the message says what to look at. pyproject.toml has upper bounds for that reason.
"""

import hashlib
import importlib
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import material
import pytest

from conftest import ROOT

TEMPLATES = Path(material.__file__).parent / "templates"

# Material's templates in whose place the book has its own, each as it was when that was written.
REPLACED = {
    "partials/actions.html": "3bed1f642ca5",
    "partials/alternate.html": "891e06b01621",
    "partials/header.html": "dc3a421b5fe5",
    "partials/language.html": "0d57362b055e",
    "partials/nav-item.html": "fe7ec4ae5fd4",
    "partials/search.html": "07d2bbdac7ce",
    "partials/source.html": "abb302bf08b3",
    "partials/toc.html": "735c65ceed49",
    "base.html: site_meta": "0ae1ce7f5457",
    "base.html: config": "1bfffcbfc088",
}
# What is no promise of theirs, and the module of kasago.literate.site that takes it.
TAKEN = {
    "mkdocs.structure.pages:Page.links_to_anchors": "preview",
    "mkdocs.structure.pages:Page.content": "preview",
    "mkdocs.structure.files:File.abs_dest_path": "preview",
    "mkdocs.livereload:LiveReloadServer.set_app": "serve",
    "mkdocs.livereload:LiveReloadServer.watch": "later",
    "mkdocs.livereload:LiveReloadServer.setup_environ": "early",
    "mkdocs_jupyter.plugin:Plugin.config_scheme": "notebooks",
    "mkdocs_autorefs:AutorefsPlugin.register_anchor": "preview",
    "mkdocstrings:MkdocstringsPlugin.get_handler": "theme",
    "mkdocs_static_i18n.config:I18nPluginConfig.languages": "share",
}


def template(name):
    """Return a template or a block of one, without what a new version changes in any case."""
    file, _, block = name.partition(": ")
    text = (TEMPLATES / file).read_text("utf-8")
    if block:
        text = re.search(rf"{{% block {block} %}}(.*?){{% endblock %}}", text, re.DOTALL)[1]
    text = re.sub(r"mkdocs-material-[\w.]+|\.[0-9a-f]{8}\.min", "", text)
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


@pytest.mark.parametrize("name", REPLACED)
def test_what_the_theme_replaces_is_as_it_was(name):
    own = "main.html" if ": " in name else name
    assert template(name) == REPLACED[name], (
        f"mkdocs-material {version('mkdocs-material')} has another {name}: compare it with "
        f"theme/material/{own}, take over what the site needs, look at the site, and write "
        "the new digest into REPLACED"
    )


@pytest.mark.parametrize("name", TAKEN)
def test_what_hooks_take_is_there(name):
    module, _, path = name.partition(":")
    owner, attribute = path.split(".")
    there = getattr(importlib.import_module(module), owner, object)
    assert hasattr(there, attribute) or attribute in vars(there).get("__annotations__", {}), (
        f"{name} is gone: kasago/literate/site/{TAKEN[name]}.py takes it, and needs another way"
    )


def test_the_style_that_the_site_leaves_out_has_its_name():
    used_in = importlib.import_module("kasago.literate.site.used_in")
    name = importlib.import_module("mkdocstrings").MkdocstringsPlugin.css_filename
    assert name == used_in.STYLE, "kasago/literate/site/used_in.py leaves out a style by its name"


def test_what_they_are_taken_from_has_an_upper_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    docs = [each for each in project["optional-dependencies"]["docs"] if each.startswith("mkdocs")]
    assert len(docs) == 7
    assert [each for each in docs if not re.fullmatch(r"[a-z0-9-]+>=[\d.]+,<\d[\d.]*", each)] == []
