"""The tables of the service: what is held, and the version they are written in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from ..inventory.database import Schema

FORMAT = 1
HELD = "held"
ACCEPTED = "accepted"
META = MetaData()

VERSION = Table("service_format", META, Column("version", Integer, primary_key=True))

HOLD = Table(
    "service_hold",
    META,
    Column("id", String(64), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("card", Text),
    Column("record", Text),
    Column("state", String(10), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("accepted_us", BigInteger),
    CheckConstraint("state IN ('held', 'accepted')", name="service_hold_states"),
    CheckConstraint(
        "(state = 'accepted') = (accepted_us IS NOT NULL)", name="service_hold_accepted_once"
    ),
    Index("service_hold_by_end", "state", "until_us"),
)

# Rule files that records name by the SHA-256 of their text; many records share one.
PIN = Table(
    "service_pin",
    META,
    Column("digest", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

HOLDS = Schema(META, VERSION, FORMAT, "service", "held prices", 0x6C637376)
