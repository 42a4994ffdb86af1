"""One request: tried again where that may help, in time, within limits, with nothing told."""

from __future__ import annotations

import time
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import stamina
from secret_words import watch

from landedcost.errors import (
    BadAnswer,
    Denied,
    NoAnswer,
    PluginError,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    Unreachable,
)
from landedcost.ports import Flow, Request, Response, Secret, basic, bearer, fetch, keep
from landedcost.transport import Channel, Clock, FastClock, Policy, Through, Transport, moment
from landedcost.transport.retry import retry_after_ms, status_error, wait_ms
from landedcost.transport.scripted import Reply, Script, Seen
from landedcost.transport.wire import mapped

URL = "https://source.test/answer"
KEY = watch("a-very-secret-key")
OK = Reply(text="fine")
SPEED = 10


def through(channel: Channel, request: Request) -> Flow[Response]:
    return (yield Through(channel, fetch(request)))


class Bench:
    """A transport whose source says what a list says, one reply after another."""

    def __init__(self, *replies: Reply, policy: Policy | None = None, limit: Any = None) -> None:
        self.replies = list(replies)
        self.script = Script(self._next)
        self.clock = FastClock(SPEED)
        policy = policy or Policy()
        self.transport = Transport(policy, self.clock, self.script.outlet)
        self.channel = Channel.open("acme", policy, limit)

    def _next(self, seen: Seen) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def get(self, **more: Any) -> Response:
        return self.transport.run(through(self.channel, Request("GET", URL, **more)))

    def fails(self, **more: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self.get(**more)
        return caught.value

    @property
    def count(self) -> int:
        return len(self.script.seen)


@pytest.mark.parametrize(
    ("reply", "kind", "retryable", "sent"),
    [
        (Reply(408), ProviderTimeout, True, 3),
        (Reply(425), ProviderTimeout, True, 3),
        (Reply(429), RateLimited, True, 3),
        (Reply(500), ProviderDown, True, 3),
        (Reply(501), ProviderDown, False, 1),
        (Reply(502), ProviderDown, True, 3),
        (Reply(503), ProviderDown, True, 3),
        (Reply(504), ProviderDown, True, 3),
        (Reply(400), ProviderError, False, 1),
        (Reply(401), Denied, False, 1),
        (Reply(403), Denied, False, 1),
        (Reply(404), NoAnswer, False, 1),
        (Reply(410), NoAnswer, False, 1),
        (Reply(422), ProviderError, False, 1),
        (Reply(304), BadAnswer, False, 1),
        (Reply(fails="connect"), Unreachable, True, 3),
        (Reply(fails="connect_timeout"), ProviderTimeout, True, 3),
        (Reply(fails="timeout"), ProviderTimeout, True, 3),
        (Reply(fails="reset"), Unreachable, True, 3),
        (Reply(text="0123456789", cut=4), Unreachable, True, 3),
    ],
)
def test_what_fails_becomes_an_error_of_ours(
    reply: Reply, kind: type[ProviderError], retryable: bool, sent: int
) -> None:
    bench = Bench(reply)
    error = bench.fails()
    assert type(error) is kind
    assert error.retryable is retryable
    assert error.provider == "acme"
    assert error.attempts == bench.count == sent
    assert error.request_id == bench.script.seen[0].headers["x-request-id"]
    assert error.where == f"GET {URL}"
    assert str(error).startswith("acme: GET https://source.test/answer: ")


def test_the_sources_own_request_id_goes_before_ours() -> None:
    assert Bench(Reply(500, headers={"X-Request-Id": "theirs-7"})).fails().request_id == "theirs-7"
    assert Bench(Reply(200, headers={"Request-Id": "theirs-8"})).get().request_id == "theirs-8"


def test_the_same_request_id_is_sent_with_every_attempt() -> None:
    bench = Bench(Reply(503), Reply(503), OK)
    assert bench.get().text == "fine"
    assert len({seen.headers["x-request-id"] for seen in bench.script.seen}) == 1


def test_what_is_expected_comes_back() -> None:
    assert Bench(Reply(404, text="not declarable")).get(expect=frozenset({404})).status == 404
    bench = Bench(Reply(503))
    assert bench.get(expect=frozenset({503})).status == 503
    assert bench.count == 1


def test_what_is_not_safe_is_not_repeated() -> None:
    bench = Bench(Reply(503))
    assert bench.fails(safe=False).retryable
    assert bench.count == 1


def test_retry_after_is_waited_for_and_a_long_one_is_not() -> None:
    bench = Bench(Reply(429, headers={"retry-after": "2"}), OK)
    start = bench.clock.now_ms()
    assert bench.get().text == "fine"
    assert 2_000 <= bench.clock.now_ms() - start < 6_000
    bench = Bench(Reply(429, headers={"retry-after": "60"}))
    assert (bench.fails().retry_after, bench.count) == (60, 1)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("0", 0),
        ("7", 7_000),
        (" 7 ", 7_000),
        ("7.5", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("9" * 40, 10**7 * 1_000),
        ("Thu, 01 Oct 2026 00:00:30 GMT", 30_000),
        ("Thu, 01 Oct 2026 00:00:30 -0000", 30_000),
        ("Wed, 30 Sep 2026 23:59:00 GMT", 0),
        ("Thu, 01 Oct 2026", None),
        ("٣", None),
    ],
)
def test_retry_after_in_every_form(header: str, found: int | None) -> None:
    wall_ms = 1_790_812_800_000
    assert format_datetime(moment(wall_ms), usegmt=True) == "Thu, 01 Oct 2026 00:00:00 GMT"
    response = Response(429, {"retry-after": header}, b"")
    assert retry_after_ms(response, wall_ms) == found


def test_waits_grow_have_a_limit_and_differ() -> None:
    policy = Policy(attempts=9, backoff_ms=100, backoff_max_ms=1_000)
    for attempt, least in ((1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (8, 1_000)):
        found = {wait_ms(policy, attempt, Unreachable("x")) for _ in range(50)}
        assert len(found) > 10
        assert all(wait is not None and least <= wait <= 2 * least for wait in found)
    assert wait_ms(policy, 9, Unreachable("x")) is None
    assert wait_ms(policy, 1, BadAnswer("x")) is None


def test_staminas_switches_turn_retries_off() -> None:
    bench = Bench(Reply(503), OK)
    stamina.set_active(False)
    try:
        assert bench.fails().attempts == 1
    finally:
        stamina.set_active(True)
    stamina.set_testing(True)
    try:
        assert wait_ms(Policy(), 1, Unreachable("x")) == 0
    finally:
        stamina.set_testing(False)


def test_the_deadline_ends_retries_and_is_not_passed() -> None:
    policy = Policy(deadline_ms=1_000, attempts=100, backoff_ms=300)
    bench = Bench(Reply(503), policy=policy)
    start = bench.clock.now_ms()
    assert isinstance(bench.fails(), ProviderDown)
    assert bench.clock.now_ms() - start <= 2_000
    assert 1 < bench.count < 6


def test_a_body_too_large_is_not_read() -> None:
    policy = Policy(max_bytes=1_000_000)
    bench = Bench(Reply(endless=2_000_000_000), policy=policy)
    error = bench.fails()
    assert (type(error), error.code, bench.count) == (BadAnswer, "too_large", 1)
    assert bench.script.sent_bytes < 1_100_000
    told = Reply(endless=2_000_000_000, headers={"content-length": "2000000000"})
    bench = Bench(told, policy=policy)
    assert bench.fails().code == "too_large"
    assert bench.script.sent_bytes == 0
    assert len(Bench(Reply(text="x" * 2_000), policy=policy).get(max_bytes=3_000).body) == 2_000
    assert Bench(Reply(text="x" * 2_000)).fails(max_bytes=1_000).code == "too_large"


def test_redirects_are_followed_so_far() -> None:
    bench = Bench(Reply(302, headers={"location": "/b?c=d"}), OK)
    assert bench.get(params={"a": "1"}).text == "fine"
    assert (bench.script.seen[1].url, dict(bench.script.seen[1].params)) == (
        "https://source.test/b",
        {"c": "d"},
    )
    bench = Bench(Reply(302, headers={"location": URL}))
    error = bench.fails()
    assert (error.code, bench.count) == ("redirect_loop", 4)
    assert Bench(Reply(302, headers={"location": "http://source.test/"})).fails().code == "redirect"
    assert Bench(Reply(302, headers={"location": "file:///etc"})).fails().code == "redirect"
    assert Bench(Reply(302)).fails().code == "redirect"


def test_secrets_do_not_follow_a_redirect_to_another_host() -> None:
    bench = Bench(Reply(307, headers={"location": "https://elsewhere.test/"}), OK)
    bench.get(headers={"authorization": bearer(KEY), "x-kind": "rates"})
    sent = bench.script.seen[1]
    assert KEY not in repr(dict(sent.headers))
    assert sent.headers["x-kind"] == "rates"
    bench = Bench(Reply(307, headers={"location": "/other"}), OK)
    bench.get(headers={"authorization": bearer(KEY)})
    assert bench.script.seen[1].headers["authorization"] == f"Bearer {KEY}"
    bench = Bench(Reply(307, headers={"location": "https://elsewhere.test/"}))
    posted = through(bench.channel, Request("POST", URL, json={"a": 1}))
    with pytest.raises(BadAnswer, match="redirects what was sent to another host"):
        bench.transport.run(posted)


def test_the_limit_is_kept_and_waited_for() -> None:
    bench = Bench(OK, limit=(2, 1_000))
    start = bench.clock.now_ms()
    for _ in range(5):
        bench.get()
    assert 2_000 <= bench.clock.now_ms() - start < 4_000
    bench = Bench(OK, limit=(1, 60_000), policy=Policy(deadline_ms=5_000))
    bench.get()
    start = time.monotonic()
    assert bench.fails().code == "own_limit"
    assert time.monotonic() - start < 0.05
    assert bench.count == 1


def test_a_source_that_fails_in_a_row_is_left_alone_and_tried_again() -> None:
    policy = Policy(attempts=1, breaker_failures=3, breaker_rest_ms=2_000)
    bench = Bench(Reply(500), Reply(500), Reply(500), OK, policy=policy)
    for _ in range(3):
        assert bench.fails().code == "provider_down"
    error = bench.fails()
    assert (error.code, error.retryable, bench.count) == ("circuit_open", True, 3)
    assert error.retry_after is not None
    assert 1 <= error.retry_after <= 2
    time.sleep(2.1 / SPEED)
    assert bench.get().text == "fine"
    assert bench.get().text == "fine"
    assert bench.count == 5


def test_refusals_do_not_open_the_breaker() -> None:
    bench = Bench(Reply(404), policy=Policy(breaker_failures=2))
    for _ in range(5):
        assert isinstance(bench.fails(), NoAnswer)
    assert bench.count == 5


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"authorization": bearer(KEY)}},
        {"headers": {"x-api-key": Secret(KEY)}},
        {"params": {"app_id": Secret(KEY)}},
        {"headers": {"authorization": basic("user", KEY)}},
    ],
)
@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_source_that_repeats_a_secret_does_not_make_us_tell_it(
    sent: dict[str, Any], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(seen: Seen) -> Reply:
        return Reply(status, text=f"{dict(seen.headers)} {dict(seen.params)} {KEY}")

    caplog.set_level("DEBUG")
    bench = Bench(OK)
    bench.script._answer = echo
    error = bench.fails(**sent)
    texts = [str(error), repr(error), repr(error.__dict__), caplog.text, repr(Request("GET", URL))]
    texts += [repr(Request("GET", URL, **sent).headers), repr(Request("GET", URL, **sent).params)]
    assert all(KEY not in text for text in texts)


def test_the_cause_does_not_tell_secrets_either() -> None:
    bench = Bench(Reply(fails="connect"))
    error = bench.fails(params={"app_id": Secret(KEY)}, headers={"authorization": bearer(KEY)})
    cause = error.__cause__
    assert isinstance(cause, httpx.ConnectError)
    assert KEY not in repr(cause.request.url) + repr(cause.request.headers) + str(cause)


def test_an_error_page_is_not_quoted() -> None:
    page = Reply(502, text="<html><b>Bad gateway</b>", headers={"content-type": "text/html"})
    assert str(Bench(page).fails()).endswith("answered 502")
    long = Reply(422, text="no\x1b[31m such\n\ncode " + "x" * 500)
    assert "no [31m such code xxx" in str(Bench(long).fails())
    assert len(str(Bench(long).fails())) < 320


def _every(kind: type[Exception]) -> set[type[Exception]]:
    found = set(kind.__subclasses__())
    return found.union(*map(_every, found)) if found else found


@pytest.mark.parametrize(
    "kind",
    sorted(_every(httpx.HTTPError) | {httpx.InvalidURL, httpx.CookieConflict}, key=str),
    ids=lambda kind: kind.__name__,
)
def test_every_error_of_httpx_has_one_of_ours(kind: type[Exception]) -> None:
    request = Request("GET", f"{URL}?key={KEY}", params={"key": Secret(KEY)})
    arguments: dict[str, Any] = {}
    if kind is httpx.HTTPStatusError:
        sent = httpx.Request("GET", URL)
        arguments = {"request": sent, "response": httpx.Response(500, request=sent)}
    error = mapped(kind(f"went wrong with {KEY}", **arguments), request)
    assert isinstance(error, ProviderError)
    assert KEY not in str(error)


def test_what_cannot_be_sent_exactly_is_the_providers_mistake() -> None:
    for bad in ({"a": 1.5}, {"a": float("nan")}, {1: "a"}, {"a": {1, 2}}):
        with pytest.raises(PluginError):
            Bench(OK).get(json=bad)


def test_times_are_not_read_from_a_float() -> None:
    clock = Clock()
    assert clock.seconds(1_500) == 1.5
    assert clock.seconds(-5) == 0
    assert isinstance(clock.now_ms(), int)
    assert isinstance(clock.wall_ms(), int)


def test_a_status_without_words() -> None:
    assert str(status_error(Response(500, {}, b""), 0, ())) == "answered 500"


def test_a_token_that_is_not_taken_any_more_is_made_anew() -> None:
    made = []

    def token() -> Flow[tuple[Secret, int]]:
        made.append(f"token-{len(made)}-of-acme")
        yield from ()
        return bearer(made[-1]), 3_600_000

    def flow() -> Flow[str]:
        authorization = yield from keep("token", token)
        request = Request("GET", URL, headers={"authorization": authorization})
        return (yield from fetch(request)).text

    def through_flow() -> Flow[str]:
        text: str = yield Through(bench.channel, flow())
        return text

    bench = Bench(OK, Reply(401), OK)
    assert bench.transport.run(through_flow()) == "fine"
    with pytest.raises(Denied):
        bench.transport.run(through_flow())
    assert bench.transport.run(through_flow()) == "fine"
    assert [s.headers["authorization"] for s in bench.script.seen] == [
        "Bearer token-0-of-acme",
        "Bearer token-0-of-acme",
        "Bearer token-1-of-acme",
    ]
