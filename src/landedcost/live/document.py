"""The page as one document, its parts joined, and the policy it runs under."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from .words import page_text

_PARTS = ("settings.js", "wire.js", "source.js", "cards.js", "overlay.js")
"""The parts of the script, in the order in which they are joined; the host's own comes last."""
_DATA = ("words.json", "samples.json")


def script(host: str = "page.js") -> str:
    """The script for a host: its parts in one function, so that they share no name with it."""
    parts = (page_text(name).rstrip() for name in (*_PARTS, host))
    words, samples = (page_text(name).strip().replace("</", "<\\/") for name in _DATA)
    return (
        '(() => {\n"use strict";\n\n'
        f"const WORDS = {words};\n\nconst SAMPLES = {samples};\n\n"
        + "\n\n".join(parts)
        + "\n})();\n"
    )


def policy(connect: str) -> str:
    """The content security policy of the page, which may connect to ``connect`` alone.

    Style is not restricted to a hash: OBS puts the user's own CSS into the page as an inline
    style. No style can load anything, as images and fonts have no source.
    """
    digest = b64encode(sha256(f"\n{script()}".encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def document(*, server: str = "", settings: str = "", meta_policy: str = "") -> str:
    """The whole page.

    ``server`` is where its prices come from, by default where it came from; it may be a path on
    the same server, such as ``/v1``.
    ``settings`` are written into it, as a query without its question mark; those of its address
    go before them. ``meta_policy`` is for a page that is opened as a file, without headers.
    """
    html = page_text("overlay.html")
    meta = ""
    if meta_policy:
        meta = f'<meta http-equiv="Content-Security-Policy" content="{meta_policy}">'
    parts = {
        "<!-- policy -->": meta,
        "/* style */": page_text("overlay.css").rstrip(),
        "/* script */": script(),
        "SERVER": escape(server),
        "SETTINGS": escape(settings),
    }
    for mark, text in parts.items():
        before, _, after = html.partition(mark)
        html = before + text + after
    return html
