"""The JSON contract: request and answer documents, and the way from text to a Request.

The only part of the package that uses pydantic; ``import landedcost`` does not load it.
"""

from .answer import AnswerDocument
from .build import build_request, parse_request
from .request import RequestDocument
from .schema import answer_schema, request_schema
from .text import MAX_BYTES, MAX_DEPTH, read_json

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "AnswerDocument",
    "RequestDocument",
    "answer_schema",
    "build_request",
    "parse_request",
    "read_json",
    "request_schema",
]
