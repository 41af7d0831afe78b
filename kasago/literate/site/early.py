"""A hook for MkDocs: a server shows its first pages before it has converted the last.

In ``mkdocs.yml``, with the hooks ``preview.py`` and ``serve.py``::

    hooks:
      - kasago/literate/site/early.py

MkDocs writes no page before all of them are converted, and opens its server after that. Here one
of our own answers meanwhile, with what is known of a page: its text, its code and its menu. What
other pages add, such as the links of names in code, comes with the page that the build writes,
which a browser then loads by itself.
"""

import logging
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from kasago.literate.files import write_whole
from kasago.literate.site import theme
from kasago.literate.site.serve import Answers
from kasago.literate.site.state import state

log = logging.getLogger("mkdocs.kasago.literate")


class Server(ThreadingMixIn, WSGIServer):
    """Answers until MkDocs does."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class First:
    """The first build of a server: who answers, the menu and the templates; None without one."""

    server: Server | None = None
    nav: Navigation | None = None
    env: Environment | None = None


@event_priority(-200)  # as i18n leaves it
def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Put what all pages load into its place, and open the server."""
    if not state.serves or state.build or First.server:
        return
    host, port = config.dev_addr
    try:
        First.server = make_server(host, port, Answers(config), Server, Quiet)
    except OSError:
        return  # MkDocs says why, when its turn comes
    threading.Thread(target=First.server.serve_forever, args=[0.05], daemon=True).start()
    files.copy_static_files(dirty=True, inclusion=InclusionLevel.is_in_serve)
    First.nav, First.env = nav, config.theme.get_env()
    theme.on_env(First.env, config, files)
    log.info("The first pages come to %s while the others are made", config.site_url)


@event_priority(-300)  # after preview.py has kept what the conversion gave
def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Write a page as far as it is known, and tell who waits for it."""
    if not First.nav or not First.env:
        return
    page.content, page.active = html, True
    unread = [other for other in First.nav.pages if other.title is None]
    for other in unread:
        other.title = other.file.name  # its heading is not known yet
    context = get_context(First.nav, files, config, page)
    context = config.plugins.on_page_context(context, page=page, config=config, nav=First.nav)
    template = First.env.get_template(page.meta.get("template", "main.html"))
    write_whole(Path(page.file.abs_dest_path), template.render(context))
    page.active = False
    for other in unread:
        del other.title
    state.look_again()


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Leave the rest to MkDocs."""
    First.nav = First.env = None


def on_serve(server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> None:
    """Hand over to MkDocs what listens: who asks in between is answered a moment later."""
    early, First.server = First.server, None
    if early:
        early.shutdown()
        server.socket.close()
        server.socket, server.server_address = early.socket, early.server_address
        server.server_name, server.server_port = early.server_name, early.server_port
        server.setup_environ()
        server.server_bind = lambda: None  # type: ignore[method-assign]
