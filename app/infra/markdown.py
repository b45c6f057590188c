"""Markdown as people write it, made safe: rendered without raw HTML, then cut down to a list of allowed tags.

Sanitising comes after rendering, so that nothing the renderer lets through reaches a page. There are no images: a
picture from elsewhere would tell its server who reads the page, and when.
"""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
REL = "noopener noreferrer nofollow"
# A text stands inside a page that has its own h1 and h2, so its headings start below them.
LOWEST_HEADING = 3
DEEPEST_HEADING = 6


def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    return renderer.enable(["table", "strikethrough"]).disable("image")


_markdown = _renderer()


def render_markdown(text: str) -> Markup:
    """Return a text as HTML that is safe to place in a page, whatever the text is.

    Links keep only http, https and mailto and say `rel="noopener noreferrer nofollow"`; images, raw HTML, styles and
    classes do not come through.

    >>> str(render_markdown("*see* [notes](https://example.org)")).strip()
    '<p><em>see</em> <a href="https://example.org" rel="noopener noreferrer nofollow">notes</a></p>'
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            depth = int(token.tag[1:]) + LOWEST_HEADING - 1
            token.tag = f"h{min(depth, DEEPEST_HEADING)}"
    rendered = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(rendered, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=REL)
    return Markup(clean)  # noqa: S704 - the sanitiser has just gone over it
