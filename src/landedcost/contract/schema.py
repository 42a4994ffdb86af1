"""JSON Schema (draft 2020-12) of both documents."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from .answer import AnswerDocument
from .request import RequestDocument

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Without a title on every field that only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": DRAFT, **model.model_json_schema(schema_generator=_Plain)}


def request_schema() -> dict[str, Any]:
    """The schema of what ``landedcost price`` reads."""
    return _schema(RequestDocument)


def answer_schema() -> dict[str, Any]:
    """The schema of what ``landedcost price --json`` prints."""
    return _schema(AnswerDocument)
