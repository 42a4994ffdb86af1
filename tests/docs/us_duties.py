"""The tables of the page about duties of the United States, from the rules.

``python tests/docs/us_duties.py`` writes them into the page anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from landedcost import Bundle, Charge, LandedCost, Line, RuleBook
from landedcost.regimes.schema import Dated
from landedcost.tariffs.rates import decimal_text

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/us-duties.md"
START, END = "<!-- tables -->", "<!-- end of tables -->"
FIRST = date(2025, 1, 1)
COUNTRIES = {
    "CN": "China", "DE": "Germany", "VN": "Viet Nam", "GB": "United Kingdom", "CA": "Canada",
    "BR": "Brazil",
}  # fmt: skip
GOODS = (
    ("A cotton T-shirt", "6109.10.00", ("CN", "DE", "VN", "BR")),
    ("A bottle of stainless steel", "7323.93.00", ("CN", "GB", "CA")),
    ("A book", "4901.99.00", ("CN", "DE")),
    ("A vinyl record", "8523.80.10", ("CN", "DE")),
    ("A toy", "9503.00.00", ("CN", "DE", "CA")),
    ("Maple syrup", "1702.20.40", ("CA", "CA under USMCA")),
)
KINDS = ("additional", "exemption", "list")


def edges() -> list[date]:
    """The days on which a duty on top, an exemption or a list of the rules changes."""
    found = {FIRST}
    for rule in (r for kind in KINDS for r in RuleBook().regime("US").of(kind)):
        for entry in (e for entries in rule.values.values() for e in entries):
            found |= {day for day in (entry.start, entry.until) if day is not None}
    return sorted(day for day in found if day >= FIRST)


def duties(shop: LandedCost, hs: str, origin: str, on: date) -> list[Charge]:
    """The duties on goods worth 10,000 dollars, exemptions among them."""
    country, _, agreement = origin.partition(" under ")
    line = Line(
        "goods",
        "10000 USD",
        hs_code=hs,
        origin=country,
        preference=agreement or None,
        evidence="certification of origin" if agreement else None,
    )
    quote = shop.price_for(Bundle([line], shipping="0 USD"), "en-US", as_of=on)
    return [charge for charge in quote.charges if charge.kind == "duty"]


def share(*charges: Charge) -> str:
    """What charges take, in percent of the 10,000 dollars."""
    return f"{decimal_text(sum(c.local_minor for c in charges), 10_000)}%"


def told(charges: list[Charge]) -> tuple[str, str]:
    """All duties, and each of them with the heading it is declared under."""
    names = {"mfn": "of the tariff", "preference": "of the agreement"}
    parts = [
        f"exempt {c.code}" if exempt(c) else f"{share(c)} {names.get(c.code, c.code)}"
        for c in charges
    ]
    return share(*charges), ", ".join(parts)


def exempt(charge: Charge) -> bool:
    """Whether it is no duty but the exemption from one."""
    return charge.why.rule.startswith("US.exemption.")


def label(charge: Charge) -> str:
    """What it is, an exemption whatever it is from."""
    return f"exempt: {charge.label.partition(': ')[2]}" if exempt(charge) else charge.label


def timeline(
    shop: LandedCost, hs: str, origin: str, seen: dict[Dated, Charge]
) -> Iterator[tuple[date, str, str]]:
    """The days on which the duties change, with what they are from that day."""
    before = ("", "")
    for day in edges():
        found = duties(shop, hs, origin, day)
        seen.update({c.rests_on: c for c in found if c.code[:4] == "9903" and c.rests_on})
        now = told(found)
        if now != before:
            yield day, *now
        before = now


def tables() -> str:
    """The tables: duties by product, origin and day, and what they rest on."""
    shop = LandedCost("MX", channel="courier")
    seen: dict[Dated, Charge] = {}
    lines = []
    for title, hs, origins in GOODS:
        lines += [
            f"\n### {title}, {hs}\n",
            "| made in | from | all | duties |",
            "|---|---|---|---|",
        ]
        for origin in origins:
            country, _, agreement = origin.partition(" under ")
            name = COUNTRIES[country] + (f", {agreement}" if agreement else "")
            for day, whole, parts in timeline(shop, hs, origin, seen):
                lines.append(f"| {name} | {day} | {whole} | {parts} |")
                name = ""
    lines += ["\n### The headings\n", "| heading | duty or exemption | from | until | source |"]
    lines.append("|---|---|---|---|---|")
    rows = {(c.code, label(c), d.start, d.until, where(d)) for d, c in seen.items()}
    for code, what, start, until, source in sorted(rows, key=lambda r: (r[0], r[2], r[1])):
        lines.append(f"| {code} | {what} | {start} | {until or ''} | {source} |")
    return "\n".join(lines) + "\n"


def where(value: Dated) -> str:
    """The source of a value, as a link where it has an address."""
    source = value.source
    return f"[{source.citation or source.title}]({source.url})" if source.url else source.text


def split(text: str) -> tuple[str, str, str]:
    """The page before the tables, the tables, and after them."""
    before, _, rest = text.partition(f"{START}\n")
    inside, _, after = rest.partition(END)
    return f"{before}{START}\n", inside, f"{END}{after}"


if __name__ == "__main__":
    first, _, last = split(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(first + tables() + "\n" + last, encoding="utf-8")
