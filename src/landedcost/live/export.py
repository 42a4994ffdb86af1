"""What is written for other hosts: a page as a file, a widget package, a Twitch extension."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from ..errors import RequestError
from .document import document, policy, script
from .words import page_text

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?")
_WIDGET_BODY = '<main id="stage"></main>\n<aside id="status" role="status" hidden></aside>\n'
_WIDGET_BODY += '<aside id="problems" role="alert" hidden></aside>\n'


def origin(server: str) -> str:
    """The origin of a server, such as ``https://prices.example.com``. Raises RequestError."""
    plain = server.rstrip("/")
    if not _ORIGIN.fullmatch(plain):
        raise RequestError(
            f"not the address of a server: {server[:80]!r}",
            code="bad_server",
            where="--server",
            hint="scheme, host and port alone, such as http://127.0.0.1:8765",
        )
    return plain


def page(server: str | None = None, settings: str = "") -> str:
    """The overlay as one file to open from a disk.

    With ``server`` it connects there and nowhere else; without, ``?server=`` says where.
    ``settings`` are written into it, such as ``mode=grid&theme=light``. Raises RequestError for
    what is no server.
    """
    query = settings.removeprefix("?")
    if server is None:
        return document(settings=query, meta_policy=policy("http: https:"))
    home = origin(server)
    return document(server=home, settings=query, meta_policy=policy(home))


def widget(server: str) -> bytes:
    """A zip for hosts that take a StreamElements custom widget: its five files, no more.

    The fields are the page's settings. Raises RequestError for what is no server.
    """
    fields = _fields(origin(server))
    style = page_text("overlay.css").rstrip() + "\n\n" + page_text("widget.css")
    return zipped(
        {
            "fields.json": json.dumps(fields, indent=2, ensure_ascii=False) + "\n",
            "html.txt": _WIDGET_BODY,
            "style.css": style,
            "widget.js": script("widget.js"),
            "data.json": json.dumps({n: f["value"] for n, f in fields.items()}, indent=2) + "\n",
        }
    )


def twitch(server: str) -> bytes:
    """A zip with the front end of a Twitch extension, and the origin to allow it to fetch from.

    Raises RequestError for what is no server.
    """
    files = {name: page_text(f"twitch/{name}") for name in ("panel.html", "panel.css", "panel.js")}
    files["words.js"] = f"const WORDS = {page_text('words.json').strip()};\n"
    files["server.js"] = f'const SERVER = "{origin(server)}";\n'
    files["connect-src.txt"] = f"{origin(server)}\n"
    return zipped(files)


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip of texts, the same bytes for the same texts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return made.getvalue()


def _fields(server: str) -> dict[str, Any]:
    """The settings as fields of a widget editor; ``data.json`` has their values."""
    fields: dict[str, Any] = json.loads(page_text("fields.json"))
    fields["server"]["value"] = server
    return fields
