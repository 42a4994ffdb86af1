"""What the workers of one feed share in Redis: who leads, and the log of what was published.

``lease`` names the leader for a short while, and has a number that rises with each leader. What a
leader writes is written only while the lease is its own: the server checks this in the same step,
so a leader that was held up can not write over its successor. ``log`` has one entry for each
change, numbered without a gap; ``base`` is the whole as of some entry, so that the log can be
short; ``asked`` has what workers ask of the leader.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import anyio

from ..cache.server import async_client, library
from .wire import encode

FORMAT = 1
"""Of what is written; workers of different formats do not meet."""
_ASKED = 1_000
_AT_ONCE = 64
_REPLY_MS = 10_000
_OWN = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end "
_CLAIM = """
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], token, 'PX', ARGV[2])
return token
"""
_RENEW = _OWN + "return redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_RELEASE = _OWN + "return redis.call('DEL', KEYS[1])"
_APPEND = (
    _OWN
    + """
if tonumber(redis.call('HGET', KEYS[2], 'seq') or '0') + 1 ~= tonumber(ARGV[2]) then return -2 end
if ARGV[3] ~= '' then
  redis.call('XADD', KEYS[3], ARGV[2] .. '-0', 'e', ARGV[3])
  redis.call('HSET', KEYS[2], 'seq', ARGV[2])
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], 'asked', ARGV[4])
  redis.call('RPUSH', KEYS[4], ARGV[5])
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
end
return 1
"""
)
_KEEP = (
    _OWN
    + """
local before = redis.call('HGET', KEYS[4], 'seq')
redis.call('HSET', KEYS[4], 'seq', ARGV[2], 'life', ARGV[3], 'text', ARGV[4])
if redis.call('HGET', KEYS[2], 'life') == ARGV[3] then
  if before then redis.call('XTRIM', KEYS[3], 'MINID', before .. '-0') end
else
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[2], 'life', ARGV[3], 'seq', ARGV[2])
end
return 1
"""
)


class LogFailed(Exception):
    """The server cannot be reached, or does not do what it is asked."""


class Fenced(LogFailed):
    """Another worker leads, or the log went on without this one."""


@dataclass(frozen=True, slots=True)
class Base:
    """The whole as of entry ``seq`` of the log of ``life``, as a JSON text."""

    life: str
    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What a worker asks of the leader, which answers by its name."""

    id: str
    name: str
    what: str
    told: Any


class Log:
    """The log called ``name`` on a server.

    Every method raises LogFailed. Raises PluginError (``missing_extra``) and RequestError
    (``bad_url``).
    """

    def __init__(self, url: str, name: str, *, patience_ms: int) -> None:
        redis = library("one feed for several workers")
        self._failures: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._server: Any = async_client(url, patience_ms)
        stem = f"{{landedcost:feed:{FORMAT}:{name}}}"
        self._lease, self._fence = f"{stem}:lease", f"{stem}:fence"
        self._meta, self._log, self._base = f"{stem}:meta", f"{stem}:log", f"{stem}:base"
        self._asked, self._reply = f"{stem}:asked", f"{stem}:reply"
        scripts = (_CLAIM, _RENEW, _RELEASE, _APPEND, _KEEP)
        self._scripts = {text: self._server.register_script(text) for text in scripts}

    async def claim(self, worker: str, lease_ms: int) -> str | None:
        """Become the leader: the token to write with. None where there is one."""
        keys = [self._lease, self._fence]
        with self._asking():
            token = await self._scripts[_CLAIM](keys=keys, args=[worker, lease_ms])
        return None if token is None else str(token, "ascii")

    async def renew(self, token: str, lease_ms: int) -> None:
        """Lead on. Raises Fenced."""
        await self._own(_RENEW, [self._lease], [token, lease_ms])

    async def release(self, token: str) -> None:
        """Lead no more. Raises Fenced where another leads by now."""
        await self._own(_RELEASE, [self._lease], [token])

    async def append(
        self, token: str, seq: int, entry: str, done: Ask | None = None, answer: Any = None
    ) -> None:
        """Write entry ``seq``, none if empty; of an ask that is done, also that, and its answer.

        All of it or nothing. Raises Fenced.
        """
        reply = f"{self._reply}:{done.name}" if done is not None else self._reply
        asked = [done.id if done is not None else "", encode(answer), _REPLY_MS]
        keys = [self._lease, self._meta, self._log, reply]
        await self._own(_APPEND, keys, [token, seq, entry, *asked])

    async def keep(self, token: str, base: Base) -> None:
        """Keep the whole; the log of another life ends, of its own the oldest part. Raises Fenced.

        Between two bases the log is kept, for workers that read on from the one before.
        """
        keys = [self._lease, self._meta, self._log, self._base]
        await self._own(_KEEP, keys, [token, base.seq, base.life, base.text])

    async def _own(self, script: str, keys: list[str], args: list[Any]) -> None:
        """Run what is done only while the lease is one's own."""
        with self._asking():
            told = await self._scripts[script](keys=keys, args=args)
        if told is None or int(told) < 0:
            raise Fenced

    async def load(self) -> Base | None:
        """The whole as it was kept last, None if nothing was."""
        with self._asking():
            life, seq, text = await self._server.hmget(self._base, ["life", "seq", "text"])
        return None if text is None else Base(str(life, "ascii"), int(seq), str(text, "utf-8"))

    async def at(self) -> tuple[str, int]:
        """The life of the log and the number of its last entry; ``""`` and 0 if there is none."""
        with self._asking():
            life, seq = await self._server.hmget(self._meta, ["life", "seq"])
        return ("", 0) if life is None else (str(life, "ascii"), int(seq))

    async def read(self, after: int, block_ms: int | None) -> list[tuple[int, Mapping[str, Any]]]:
        """The next entries after one, waiting for them for a while; empty if none came."""
        found = await self._read(self._log, f"{after}-0", block_ms)
        return [(int(id.partition("-")[0]), json.loads(fields[b"e"])) for id, fields in found]

    async def post(self, what: str, told: Any) -> str:
        """Ask something of the leader, whoever it is; the name by which it answers."""
        name = uuid4().hex
        text = encode({"name": name, "what": what, "told": told})
        with self._asking():
            await self._server.xadd(self._asked, {"a": text}, maxlen=_ASKED)
        return name

    async def answer(self, name: str, wait_ms: int) -> Any:
        """What the leader answered; None if it did not within the time."""
        wait = timedelta(milliseconds=wait_ms).total_seconds()
        with self._asking():
            told = await self._server.blpop([f"{self._reply}:{name}"], timeout=wait)
        return None if told is None else json.loads(told[1])

    async def asked(self, block_ms: int) -> list[Ask]:
        """What is asked and not done yet, waiting for it for a while."""
        with self._asking():
            done = await self._server.hget(self._meta, "asked")
        after = "0-0" if done is None else str(done, "ascii")
        found = await self._read(self._asked, after, block_ms)
        return [Ask(id=id, **json.loads(fields[b"a"])) for id, fields in found]

    async def _read(
        self, stream: str, after: str, block_ms: int | None
    ) -> list[tuple[str, Mapping[bytes, bytes]]]:
        with self._asking():
            told = await self._server.xread({stream: after}, count=_AT_ONCE, block=block_ms)
        return [(str(id, "ascii"), fields) for _, found in told or () for id, fields in found]

    async def close(self) -> None:
        """Close the connections, within a second."""
        with anyio.move_on_after(1, shield=True):
            await self._server.aclose()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise LogFailed(type(error).__name__) from error
