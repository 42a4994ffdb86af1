"""What a provider asks of the outside, as values: a provider method yields them, a driver acts.

A provider method is a generator. It yields what it needs and is sent the answer, so that one
method serves the synchronous and the asynchronous client::

    def rates(self, ask: RatesAsk) -> Flow[RatesAnswer]:
        response = yield from fetch(Request("GET", "https://example.org/rates"))
        ...
        return RatesAnswer(...)

Retries, deadlines, limits, caching and redaction are the driver's business.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from ..errors import BadAnswer, LandedCostError

if TYPE_CHECKING:
    from .read import Node
    from .xml import Element

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

HIDDEN = "**********"


class Hidden(Protocol):
    """What hides a text until asked: pydantic's ``SecretStr``, or :class:`Secret`."""

    def get_secret_value(self) -> str:
        """The text itself."""
        ...


class Secret:
    """A text that must not be shown; equal to one with the same text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN!r})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret is not pickled")


def bearer(token: Hidden | str) -> Secret:
    """The value of an ``Authorization`` header with a bearer token."""
    return Secret(f"Bearer {reveal(token)}")


def basic(user: Hidden | str, password: Hidden | str = "") -> Secret:
    """The value of an ``Authorization`` header with a user and a password."""
    pair = f"{reveal(user)}:{reveal(password)}".encode()
    return Secret(f"Basic {b64encode(pair).decode()}")


def reveal(value: Hidden | str) -> str:
    """The text of a value that may be hidden; for drivers, not for messages."""
    return value if isinstance(value, str) else value.get_secret_value()


class Effect:
    """Something a driver does for a flow."""

    __slots__ = ()


Flow = Generator[Effect, Any, T]
"""A generator that yields effects and returns an answer: ``-> Flow[RatesAnswer]``."""


@dataclass(frozen=True, slots=True)
class Request(Effect):
    """One HTTP request.

    Values of ``params`` and ``headers`` may be hidden (``SecretStr``, :func:`bearer`). ``body``
    is sent as it is; ``json`` is written as JSON (texts, whole numbers, lists, objects; no
    floats); ``form`` as a form. Statuses from 200 to 299 and those in ``expect`` come back as a
    :class:`Response`; any other becomes a ProviderError. ``safe`` says that asking twice does no
    harm, so that a failure may be tried again; a question (a quote, a search) is safe even as a
    POST. A POST that creates something is not: give it ``safe=False``. ``timeout_ms`` and
    ``max_bytes`` are for requests that take longer or bring more than others.
    """

    method: str
    url: str
    params: Mapping[str, Hidden | str] = field(default_factory=dict)
    headers: Mapping[str, Hidden | str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Hidden | str] | None = None
    body: bytes | None = None
    expect: frozenset[int] = frozenset()
    safe: bool = True
    timeout_ms: int | None = None
    max_bytes: int | None = None

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: ``headers`` by lower-case name, the whole ``body`` in bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""
    request_id: str = ""

    @property
    def text(self) -> str:
        """The body as UTF-8. Raises BadAnswer."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadAnswer(f"the answer is not UTF-8: {error.reason}") from error

    def json(self) -> Node:
        """The body as JSON, numbers exact, each step with its path. Raises BadAnswer."""
        from .read import read_json

        return read_json(self)

    def xml(self) -> Element:
        """The body as XML without a document type. Raises BadAnswer."""
        from .xml import read_xml

        return read_xml(self)

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Gather(Effect):
    """Several flows at once."""

    flows: tuple[Flow[Any], ...]


@dataclass(frozen=True, slots=True)
class Blocking(Effect):
    """A function that blocks, such as a vendor's own client."""

    call: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Keep(Effect):
    """A value kept between calls, such as an access token."""

    key: str
    make: Callable[[], Flow[tuple[Any, int]]]


def fetch(request: Request) -> Flow[Response]:
    """Ask over HTTP. Raises ProviderError; retries, limits and the deadline are kept for you."""
    response: Response = yield request
    return response


def blocking(call: Callable[[], T]) -> Flow[T]:
    """Run a function that blocks, outside the event loop where there is one."""
    result: T = yield Blocking(call)
    return result


def keep(key: str, make: Callable[[], Flow[tuple[T, int]]]) -> Flow[T]:
    """A value that is made once and kept in this process, such as an access token.

    ``make`` is a flow that returns the value and for how many milliseconds it may be kept. The
    key is the provider's own; shops with other settings do not share the value.
    """
    value: T = yield Keep(key, make)
    return value


@overload
def gather(one: Flow[A], two: Flow[B], /) -> Flow[tuple[A, B]]: ...
@overload
def gather(one: Flow[A], two: Flow[B], three: Flow[C], /) -> Flow[tuple[A, B, C]]: ...
@overload
def gather(*flows: Flow[T]) -> Flow[tuple[T, ...]]: ...
def gather(*flows: Flow[Any]) -> Flow[tuple[Any, ...]]:
    """Run flows together and return their answers in order.

    If one fails, the others are cancelled and its error is raised as it is, not in a group.
    """
    answers: tuple[Any, ...] = yield Gather(flows)
    return answers


def attempt(flow: Flow[T]) -> Flow[T | LandedCostError]:
    """A flow that returns its error instead of raising it, for use in :func:`gather`."""
    try:
        return (yield from flow)
    except LandedCostError as error:
        return error


def done(value: T) -> Flow[T]:
    """A flow that needs nothing; for code that must hand one over."""
    yield from ()
    return value
