"""The currencies of ISO 4217: code, number, digits, name, and the days they came and went.

National currencies only: no funds codes (CHE, CLF, USN and the like), no metals, no test codes.
Digits are those of the standard, which differ from what everyday use shows (Babel has IQD with
none). Dates are given where a currency changed since 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from .errors import MoneyError


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency; ``until`` is the first day it is legal tender no more."""

    code: str
    number: str
    digits: int
    name: str
    since: date | None = None
    until: date | None = None
    successor: str | None = None


_ACTIVE = """
AED 784 2 United Arab Emirates Dirham
AFN 971 2 Afghan Afghani
ALL 008 2 Albanian Lek
AMD 051 2 Armenian Dram
AOA 973 2 Angolan Kwanza
ARS 032 2 Argentine Peso
AUD 036 2 Australian Dollar
AWG 533 2 Aruban Florin
AZN 944 2 Azerbaijani Manat
BAM 977 2 Bosnia-Herzegovina Convertible Mark
BBD 052 2 Barbadian Dollar
BDT 050 2 Bangladeshi Taka
BHD 048 3 Bahraini Dinar
BIF 108 0 Burundian Franc
BMD 060 2 Bermudan Dollar
BND 096 2 Brunei Dollar
BOB 068 2 Bolivian Boliviano
BRL 986 2 Brazilian Real
BSD 044 2 Bahamian Dollar
BTN 064 2 Bhutanese Ngultrum
BWP 072 2 Botswanan Pula
BYN 933 2 Belarusian Ruble
BZD 084 2 Belize Dollar
CAD 124 2 Canadian Dollar
CDF 976 2 Congolese Franc
CHF 756 2 Swiss Franc
CLP 152 0 Chilean Peso
CNY 156 2 Chinese Yuan
COP 170 2 Colombian Peso
CRC 188 2 Costa Rican Colón
CUP 192 2 Cuban Peso
CVE 132 2 Cape Verdean Escudo
CZK 203 2 Czech Koruna
DJF 262 0 Djiboutian Franc
DKK 208 2 Danish Krone
DOP 214 2 Dominican Peso
DZD 012 2 Algerian Dinar
EGP 818 2 Egyptian Pound
ERN 232 2 Eritrean Nakfa
ETB 230 2 Ethiopian Birr
EUR 978 2 Euro
FJD 242 2 Fijian Dollar
FKP 238 2 Falkland Islands Pound
GBP 826 2 British Pound
GEL 981 2 Georgian Lari
GHS 936 2 Ghanaian Cedi
GIP 292 2 Gibraltar Pound
GMD 270 2 Gambian Dalasi
GNF 324 0 Guinean Franc
GTQ 320 2 Guatemalan Quetzal
GYD 328 2 Guyanaese Dollar
HKD 344 2 Hong Kong Dollar
HNL 340 2 Honduran Lempira
HTG 332 2 Haitian Gourde
HUF 348 2 Hungarian Forint
IDR 360 2 Indonesian Rupiah
ILS 376 2 Israeli New Shekel
INR 356 2 Indian Rupee
IQD 368 3 Iraqi Dinar
IRR 364 2 Iranian Rial
ISK 352 0 Icelandic Króna
JMD 388 2 Jamaican Dollar
JOD 400 3 Jordanian Dinar
JPY 392 0 Japanese Yen
KES 404 2 Kenyan Shilling
KGS 417 2 Kyrgystani Som
KHR 116 2 Cambodian Riel
KMF 174 0 Comorian Franc
KPW 408 2 North Korean Won
KRW 410 0 South Korean Won
KWD 414 3 Kuwaiti Dinar
KYD 136 2 Cayman Islands Dollar
KZT 398 2 Kazakhstani Tenge
LAK 418 2 Laotian Kip
LBP 422 2 Lebanese Pound
LKR 144 2 Sri Lankan Rupee
LRD 430 2 Liberian Dollar
LSL 426 2 Lesotho Loti
LYD 434 3 Libyan Dinar
MAD 504 2 Moroccan Dirham
MDL 498 2 Moldovan Leu
MGA 969 2 Malagasy Ariary
MKD 807 2 Macedonian Denar
MMK 104 2 Myanmar Kyat
MNT 496 2 Mongolian Tugrik
MOP 446 2 Macanese Pataca
MRU 929 2 Mauritanian Ouguiya
MUR 480 2 Mauritian Rupee
MVR 462 2 Maldivian Rufiyaa
MWK 454 2 Malawian Kwacha
MXN 484 2 Mexican Peso
MYR 458 2 Malaysian Ringgit
MZN 943 2 Mozambican Metical
NAD 516 2 Namibian Dollar
NGN 566 2 Nigerian Naira
NIO 558 2 Nicaraguan Córdoba
NOK 578 2 Norwegian Krone
NPR 524 2 Nepalese Rupee
NZD 554 2 New Zealand Dollar
OMR 512 3 Omani Rial
PAB 590 2 Panamanian Balboa
PEN 604 2 Peruvian Sol
PGK 598 2 Papua New Guinean Kina
PHP 608 2 Philippine Peso
PKR 586 2 Pakistani Rupee
PLN 985 2 Polish Zloty
PYG 600 0 Paraguayan Guarani
QAR 634 2 Qatari Riyal
RON 946 2 Romanian Leu
RSD 941 2 Serbian Dinar
RUB 643 2 Russian Ruble
RWF 646 0 Rwandan Franc
SAR 682 2 Saudi Riyal
SBD 090 2 Solomon Islands Dollar
SCR 690 2 Seychellois Rupee
SDG 938 2 Sudanese Pound
SEK 752 2 Swedish Krona
SGD 702 2 Singapore Dollar
SHP 654 2 St. Helena Pound
SLE 925 2 Sierra Leonean Leone
SOS 706 2 Somali Shilling
SRD 968 2 Surinamese Dollar
SSP 728 2 South Sudanese Pound
STN 930 2 São Tomé & Príncipe Dobra
SVC 222 2 Salvadoran Colón
SYP 760 2 Syrian Pound
SZL 748 2 Swazi Lilangeni
THB 764 2 Thai Baht
TJS 972 2 Tajikistani Somoni
TMT 934 2 Turkmenistani Manat
TND 788 3 Tunisian Dinar
TOP 776 2 Tongan Paʻanga
TRY 949 2 Turkish Lira
TTD 780 2 Trinidad & Tobago Dollar
TWD 901 2 New Taiwan Dollar
TZS 834 2 Tanzanian Shilling
UAH 980 2 Ukrainian Hryvnia
UGX 800 0 Ugandan Shilling
USD 840 2 US Dollar
UYU 858 2 Uruguayan Peso
UZS 860 2 Uzbekistani Som
VED 926 2 Bolívar Soberano
VES 928 2 Venezuelan Bolívar
VND 704 0 Vietnamese Dong
VUV 548 0 Vanuatu Vatu
WST 882 2 Samoan Tala
XAF 950 0 Central African CFA Franc
XCD 951 2 East Caribbean Dollar
XCG 532 2 Caribbean guilder
XOF 952 0 West African CFA Franc
XPF 953 0 CFP Franc
YER 886 2 Yemeni Rial
ZAR 710 2 South African Rand
ZMW 967 2 Zambian Kwacha
ZWG 924 2 Zimbabwe Gold
"""

_SINCE = {
    "BYN": date(2016, 7, 1),
    "MRU": date(2018, 1, 1),
    "STN": date(2018, 1, 1),
    "VES": date(2018, 8, 20),
    "VED": date(2021, 10, 1),
    "SLE": date(2022, 7, 1),
    "ZWG": date(2024, 4, 5),
    "XCG": date(2025, 3, 31),
}

_GONE = (
    Currency("ANG", "532", 2, "Netherlands Antillean Guilder", None, date(2025, 7, 1), "XCG"),
    Currency("BGN", "975", 2, "Bulgarian Lev", None, date(2026, 1, 1), "EUR"),
    Currency("BYR", "974", 0, "Belarusian Ruble (2000–2016)", None, date(2017, 1, 1), "BYN"),
    Currency("CUC", "931", 2, "Cuban Convertible Peso", None, date(2021, 1, 1), "CUP"),
    Currency("HRK", "191", 2, "Croatian Kuna", None, date(2023, 1, 1), "EUR"),
    Currency("LTL", "440", 2, "Lithuanian Litas", None, date(2015, 1, 1), "EUR"),
    Currency("MRO", "478", 2, "Mauritanian Ouguiya (1973–2017)", None, date(2018, 1, 1), "MRU"),
    Currency("SLL", "694", 2, "Sierra Leonean Leone (1964–2022)", None, date(2024, 1, 1), "SLE"),
    Currency(
        "STD", "678", 2, "São Tomé & Príncipe Dobra (1977–2017)", None, date(2018, 1, 1), "STN"
    ),
    Currency("VEF", "937", 2, "Venezuelan Bolívar (2008–2018)", None, date(2018, 8, 20), "VES"),
    Currency("ZWL", "932", 2, "Zimbabwean Dollar (2009–2024)", None, date(2024, 9, 1), "ZWG"),
)


@cache
def _table() -> Mapping[str, Currency]:
    found = {c.code: c for c in _GONE}
    for row in _ACTIVE.strip().splitlines():
        code, number, digits, name = row.split(" ", 3)
        found[code] = Currency(code, number, int(digits), name, _SINCE.get(code))
    return found


def currency(code: object, where: str = "") -> Currency:
    """The currency of a code, historic ones included.

    Raises MoneyError (``unknown_currency``) with the nearest codes.
    """
    found = _table().get(code) if isinstance(code, str) else None
    if found is None:
        from .codes import nearest

        close = nearest(str(code)[:10].upper(), sorted(_table()))
        raise MoneyError(
            f"no currency of ISO 4217: {str(code)[:40]!r}",
            code="unknown_currency",
            where=where,
            hint=f"did you mean {', '.join(close)}?" if close else "write a code such as EUR",
        )
    return found


def currencies(on: date) -> tuple[Currency, ...]:
    """Every currency that is legal tender somewhere on the day ``on``, by code."""
    return tuple(
        c
        for _, c in sorted(_table().items())
        if (c.since is None or c.since <= on) and (c.until is None or on < c.until)
    )
