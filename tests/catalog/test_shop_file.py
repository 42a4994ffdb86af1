"""Reading a shop's file: what it may say, and what is told of what it may not."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shops import FILE, SHOP, shop_with

from landedcost import Amount, Catalog, LandedCostError, RequestError

COUNTRY, TITLE = 'country = "US"', 'title = "Tee"'
LONG = f'title = "{"x" * 10_000}"'


def load(tmp_path: Path, text: str | bytes) -> Catalog:
    path = tmp_path / "drop.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Catalog.load(path)


def fault(tmp_path: Path, text: str | bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        load(tmp_path, text)
    return caught.value


def outcome(
    read: Callable[[Any], Catalog], given: Any
) -> tuple[RequestError | None, Catalog | None]:
    """The catalogue, or the one kind of error there may be."""
    try:
        return None, read(given)
    except RequestError as error:
        return error, None


def test_a_whole_file(tmp_path: Path) -> None:
    catalog = load(tmp_path, FILE)
    assert list(catalog.items) == ["tee", "mug 2"]
    tee = catalog.items["tee"]
    assert (tee.title, tee.price, tee.cost, tee.stock) == ("Tee", Amount(2500, "USD"), None, None)
    assert catalog.items["mug 2"].title == "mug 2"
    shop = catalog.shop()
    assert shop.seller.country == shop.ship_from.country == "US"
    assert shop.seller.registrations == {"IOSS"}
    assert catalog.shop() is shop


def test_a_file_is_what_its_tables_are(tmp_path: Path) -> None:
    by_file = load(tmp_path, FILE)
    by_tables = Catalog.of(tomllib.loads(FILE))
    one, other = (
        c.quote("duo", "de-DE", as_of="2026-10-01").as_dict() for c in (by_file, by_tables)
    )
    assert one == other


@pytest.mark.parametrize(
    ("old", "new", "where", "code", "hint"),
    [
        ('price = "25.00 USD"', "price = 25.00", "9: items.tee.price", "bad_amount", "quotes"),
        ('price = "25.00 USD"', "price = nan", "9: items.tee.price", "bad_amount", "quotes"),
        ('price = "25.00 USD"', 'price = "nan USD"', "9: items.tee.price", None, ""),
        ('price = "25.00 USD"', 'price = "25,00 USD"', "9: items.tee.price", None, ""),
        ('price = "25.00 USD"', 'price = "-1 USD"', "9: items.tee.price", "negative_amount", ""),
        ('price = "25.00 USD"\n', "", "7: items.tee.price", "missing_field", "25.00 USD"),
        ("weight_g = 180", "weight_g = 18.5", "12: items.tee.weight_g", "bad_weight", ""),
        ("weight_g = 180", "wieght_g = 180", "12: items.tee.wieght_g", "unknown_key", "weight_g"),
        ('hs_code = "6912.00"', 'hs_code = "69"', '16: items."mug 2".hs_code', None, ""),
        ('"mug 2" = 1', '"mug 3" = 1', '21: bundles.duo.items."mug 3"', "unknown_item", "mug 2"),
        ("tee = 1", "tee = 0", "21: bundles.duo.items.tee", "bad_quantity", ""),
        ("tee = 1", "tee = true", "21: bundles.duo.items.tee", "bad_quantity", ""),
        ("[bundles.duo]", "[bundels.duo]", "20: bundels", "unknown_key", "bundles"),
        (COUNTRY, 'country = "USA"', "3: shop.country", "unknown_country", "US"),
        ('["IOSS"]', '["ioss"]', "4: shop.registrations[0]", "bad_registration", ""),
        ('["IOSS"]', '"IOSS"', "4: shop.registrations", "bad_type", ""),
        (
            COUNTRY,
            COUNTRY + '\nzone = "America/Los_Angels"',
            "4: shop.zone",
            "unknown_zone",
            "America/Los_Angeles",
        ),
        (
            COUNTRY,
            COUNTRY + '\nmarkets = ["de-DE", "XX"]',
            "4: shop.markets[1]",
            "unknown_country",
            "",
        ),
        (
            COUNTRY,
            COUNTRY + '\nlocale = "de"',
            "4: shop.locale",
            "bad_locale",
            "de-DE",
        ),
        (
            COUNTRY,
            COUNTRY + '\nchannel = "pots"',
            "4: shop.channel",
            "unknown_channel",
            "post",
        ),
        (TITLE, 'title = "a\\u202Eb"', "8: items.tee.title", "bad_title", ""),
        (TITLE, 'title = "a\\u0000b"', "8: items.tee.title", "bad_title", ""),
        (TITLE, LONG, "8: items.tee.title", "too_long", "500"),
        (
            TITLE,
            'image = "javascript:alert(1)"',
            "8: items.tee.image",
            "bad_image",
            "https",
        ),
        (TITLE, 'cost = "4.00 EUR"', "8: items.tee.cost", "mixed_currencies", ""),
        (TITLE, "stock = -1", "8: items.tee.stock", "bad_quantity", ""),
        ("[items.tee]", "[items.mug]\n[items.tee]", "7: items.mug.price", "missing_field", ""),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, where: str, code: str | None, hint: str
) -> None:
    assert old in FILE
    error = fault(tmp_path, FILE.replace(old, new, 1))
    assert error.where == f"drop.toml:{where}"
    assert code is None or error.code == code
    assert hint in error.hint
    assert error.hint


def test_one_name_twice_is_told(tmp_path: Path) -> None:
    error = fault(tmp_path, FILE + '\n[items.tee]\nprice = "1.00 USD"\n')
    assert error.code == "bad_toml"
    assert "tee" in error.message
    assert "line 23" in error.message


@given(st.integers(0, len(FILE)))
@example(len(FILE) - 3)
def test_half_a_file_is_an_error_or_a_smaller_shop(length: int) -> None:
    """Cut anywhere, the file is never read as something it does not say."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "drop.toml")
        path.write_text(FILE[:length], encoding="utf-8")
        error, catalog = outcome(Catalog.load, path)
    if catalog is not None:
        assert set(catalog.items) <= {"tee", "mug 2"}
    else:
        assert error is not None
        assert error.where.startswith("drop.toml")
        assert error.hint


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xff\xfe", "bad_encoding"),
        (b"", "missing_field"),
        (b"[shop]\n", "missing_field"),
        (b'[shop]\ncountry = "US"\n', "missing_field"),
        (b"items = 3\n[shop]\ncountry = 'US'\n", "bad_type"),
        (b"a" * 17_000_000, "too_large"),
        (b"x = " + b"[" * 100_000, "bad_toml"),
    ],
)
def test_what_is_no_shops_file(tmp_path: Path, raw: bytes, code: str) -> None:
    assert fault(tmp_path, raw).code == code


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no_such\.toml") as caught:
        Catalog.load(tmp_path / "no_such.toml")
    assert caught.value.code == "no_file"


@pytest.mark.parametrize(
    "title",
    ["<script>alert(1)</script>", "ليلة \u200fالسهر", "👩\u200d🎤", "O'Neil & Sons", "東京"],
)
def test_a_title_is_kept_as_it_is(title: str) -> None:
    catalog = Catalog.of(shop_with("items.tee.title", title))
    assert catalog.items["tee"].title == title
    assert catalog.bundle("duo").bundle.lines[0].title == title


def test_a_carriers_table_lies_beside_the_file(tmp_path: Path) -> None:
    table = (
        'name = "p"\ncurrency = "USD"\n[zones]\nall = ["*"]\n'
        '[[bands.all]]\nup_to_g = 2000\nprice = "12.00"\n'
    )
    (tmp_path / "post.toml").write_text(table, encoding="utf-8")
    text = FILE.replace('shipping = "9.00 USD"', 'carrier = "post.toml"')
    quote = load(tmp_path, text).quote("duo", "de-DE", as_of="2026-10-01")
    (shipping,) = (c for c in quote.charges if c.kind == "shipping")
    assert shipping.local == Amount(1200, "USD")
    (tmp_path / "post.toml").write_text(table.replace("zones", "zonse"), encoding="utf-8")
    with pytest.raises(LandedCostError, match=r"post.toml:3"):
        load(tmp_path, text)
    (tmp_path / "post.toml").unlink()
    assert fault(tmp_path, text).where == "drop.toml:5: shop.carrier"


_JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(
        [
            "shop", "items", "bundles", "policy", "drops", "shop.country", "shop.registrations",
            "shop.carrier", "shop.zone", "shop.markets", "items.tee", "items.tee.price",
            "items.tee.claims", "items.tee.content", "items.tee.hs_code", "items.tee.image",
            "items.tee.customs_value", "bundles.duo", "bundles.duo.items", "bundles.duo.price",
            "bundles.duo.discount", "bundles.duo.items.tee", "bundles.new", "junk",
        ]
    ),
    _JUNK,
)  # fmt: skip
def test_junk_is_refused_or_read_but_never_a_surprise(path: str, junk: Any) -> None:
    data = shop_with(path, "x")
    *above, last = path.split(".")
    inside = data
    for name in above:
        inside = inside[name]
    inside[last] = junk
    error, catalog = outcome(Catalog.of, data)
    assert catalog is not None or (error is not None and str(error))


def test_what_is_given_is_not_changed() -> None:
    given_ = copy.deepcopy(SHOP)
    Catalog.of(given_)
    assert given_ == SHOP
