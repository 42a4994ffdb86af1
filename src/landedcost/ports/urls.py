"""Addresses: their parts, and texts written so that they can be part of one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urljoin, urlsplit, urlunsplit


def path_part(text: str) -> str:
    """A text as one part of a URL's path, escaped."""
    return quote(text, safe="")


def written_forms(text: str) -> frozenset[str]:
    """The forms that a text takes in a URL or a form."""
    return frozenset({text, quote(text), quote(text, safe=""), quote_plus(text)})


def form_text(pairs: Mapping[str, str]) -> str:
    """Pairs as a form is sent."""
    return urlencode(pairs)


def form_pairs(text: str) -> dict[str, str]:
    """A form as it was sent, as pairs."""
    return dict(parse_qsl(text))


def origin(url: str) -> tuple[str, str]:
    """Scheme and host with port."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2]


def target(url: str, location: str) -> str:
    """Where a redirect from ``url`` leads."""
    return urljoin(url, location)


def bare(url: str) -> str:
    """A URL without its query and credentials, for messages."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
