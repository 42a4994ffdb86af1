"""The tables. What must never be, the database refuses: see the constraints."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

FORMAT = 1
STOCKED = "stocked"
RESERVED = "reserved"
META = MetaData()

VERSION = Table("inventory_format", META, Column("version", Integer, primary_key=True))

STOCK = Table(
    "inventory_stock",
    META,
    Column("sku", String(200), primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("sold", BigInteger, nullable=False),
    CheckConstraint("reserved >= 0 AND sold >= 0", name="inventory_nothing_negative"),
    CheckConstraint("reserved + sold <= total", name="inventory_never_oversold"),
)

RESERVATION = Table(
    "inventory_reservation",
    META,
    Column("quote_id", String(200), primary_key=True),
    Column("until_us", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    CheckConstraint("state IN ('held', 'sold', 'released', 'expired')", name="inventory_states"),
)

PART = Table(
    "inventory_reserved",
    META,
    Column("sku", ForeignKey("inventory_stock.sku"), primary_key=True),
    Column("quote_id", ForeignKey("inventory_reservation.quote_id"), primary_key=True),
    Column("units", BigInteger, nullable=False),
    CheckConstraint("units > 0", name="inventory_units_above_zero"),
    Index("inventory_reserved_by_quote", "quote_id"),
)

# Append-only: rows are added in the transaction that moves the units, and never changed.
MOVEMENT = Table(
    "inventory_movement",
    META,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("sku", ForeignKey("inventory_stock.sku"), nullable=False),
    Column("quote_id", String(200)),
    Column("kind", String(10), nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    UniqueConstraint("quote_id", "sku", "kind", name="inventory_each_moves_once"),
)
