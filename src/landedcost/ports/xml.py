"""Reading XML that a source sent, without what makes XML dangerous."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import BadAnswer
from .flow import Response

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Element:
    """An element of an XML answer; names are without their namespace."""

    __slots__ = ("_element",)

    def __init__(self, element: Any) -> None:
        self._element = element

    @property
    def name(self) -> str:
        """The name, without its namespace."""
        return str(self._element.tag).rpartition("}")[2]

    def get(self, attribute: str) -> str | None:
        """The text of an attribute, or None."""
        value = self._element.get(attribute)
        return None if value is None else str(value)

    @property
    def text(self) -> str:
        """The text directly inside."""
        return str(self._element.text or "").strip()

    def all(self, name: str) -> Iterator[Element]:
        """Every element of that name below this one, at any depth."""
        for element in self._element.iter():
            found = Element(element)
            if found.name == name:
                yield found


def read_xml(response: Response) -> Element:
    """The body of a response as XML. Raises BadAnswer."""
    if _DOCTYPE.search(response.body):
        raise BadAnswer(
            "an answer in XML with a document type, which is not read",
            request_id=response.request_id,
        )
    from xml.etree import ElementTree

    try:
        return Element(ElementTree.fromstring(response.body))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadAnswer(
            f"an answer that is cut off or not XML: {error}", request_id=response.request_id
        ) from error
