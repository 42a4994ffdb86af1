"""Countries and HS codes: checked texts, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from .errors import RequestError

EU = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip
"""The 27 members of the European Union."""

_COUNTRIES = """
AD Andorra
AE United Arab Emirates
AF Afghanistan
AG Antigua & Barbuda
AI Anguilla
AL Albania
AM Armenia
AO Angola
AQ Antarctica
AR Argentina
AS American Samoa
AT Austria
AU Australia
AW Aruba
AX Åland Islands
AZ Azerbaijan
BA Bosnia & Herzegovina
BB Barbados
BD Bangladesh
BE Belgium
BF Burkina Faso
BG Bulgaria
BH Bahrain
BI Burundi
BJ Benin
BL St. Barthélemy
BM Bermuda
BN Brunei
BO Bolivia
BQ Caribbean Netherlands
BR Brazil
BS Bahamas
BT Bhutan
BV Bouvet Island
BW Botswana
BY Belarus
BZ Belize
CA Canada
CC Cocos (Keeling) Islands
CD Congo - Kinshasa
CF Central African Republic
CG Congo - Brazzaville
CH Switzerland
CI Côte d’Ivoire
CK Cook Islands
CL Chile
CM Cameroon
CN China
CO Colombia
CR Costa Rica
CU Cuba
CV Cape Verde
CW Curaçao
CX Christmas Island
CY Cyprus
CZ Czechia
DE Germany
DJ Djibouti
DK Denmark
DM Dominica
DO Dominican Republic
DZ Algeria
EC Ecuador
EE Estonia
EG Egypt
EH Western Sahara
ER Eritrea
ES Spain
ET Ethiopia
FI Finland
FJ Fiji
FK Falkland Islands
FM Micronesia
FO Faroe Islands
FR France
GA Gabon
GB United Kingdom
GD Grenada
GE Georgia
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece
GS South Georgia & South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau
GY Guyana
HK Hong Kong SAR China
HM Heard & McDonald Islands
HN Honduras
HR Croatia
HT Haiti
HU Hungary
ID Indonesia
IE Ireland
IL Israel
IM Isle of Man
IN India
IO British Indian Ocean Territory
IQ Iraq
IR Iran
IS Iceland
IT Italy
JE Jersey
JM Jamaica
JO Jordan
JP Japan
KE Kenya
KG Kyrgyzstan
KH Cambodia
KI Kiribati
KM Comoros
KN St. Kitts & Nevis
KP North Korea
KR South Korea
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Laos
LB Lebanon
LC St. Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania
LU Luxembourg
LV Latvia
LY Libya
MA Morocco
MC Monaco
MD Moldova
ME Montenegro
MF St. Martin
MG Madagascar
MH Marshall Islands
MK North Macedonia
ML Mali
MM Myanmar (Burma)
MN Mongolia
MO Macao SAR China
MP Northern Mariana Islands
MQ Martinique
MR Mauritania
MS Montserrat
MT Malta
MU Mauritius
MV Maldives
MW Malawi
MX Mexico
MY Malaysia
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NF Norfolk Island
NG Nigeria
NI Nicaragua
NL Netherlands
NO Norway
NP Nepal
NR Nauru
NU Niue
NZ New Zealand
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines
PK Pakistan
PL Poland
PM St. Pierre & Miquelon
PN Pitcairn Islands
PR Puerto Rico
PS Palestinian Territories
PT Portugal
PW Palau
PY Paraguay
QA Qatar
RE Réunion
RO Romania
RS Serbia
RU Russia
RW Rwanda
SA Saudi Arabia
SB Solomon Islands
SC Seychelles
SD Sudan
SE Sweden
SG Singapore
SH St. Helena
SI Slovenia
SJ Svalbard & Jan Mayen
SK Slovakia
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan
ST São Tomé & Príncipe
SV El Salvador
SX Sint Maarten
SY Syria
SZ Eswatini
TC Turks & Caicos Islands
TD Chad
TF French Southern Territories
TG Togo
TH Thailand
TJ Tajikistan
TK Tokelau
TL Timor-Leste
TM Turkmenistan
TN Tunisia
TO Tonga
TR Türkiye
TT Trinidad & Tobago
TV Tuvalu
TW Taiwan
TZ Tanzania
UA Ukraine
UG Uganda
UM U.S. Outlying Islands
US United States
UY Uruguay
UZ Uzbekistan
VA Vatican City
VC St. Vincent & Grenadines
VE Venezuela
VG British Virgin Islands
VI U.S. Virgin Islands
VN Vietnam
VU Vanuatu
WF Wallis & Futuna
WS Samoa
YE Yemen
YT Mayotte
ZA South Africa
ZM Zambia
ZW Zimbabwe
"""
_ALIASES = {"UK": "GB", "EL": "GR"}
_HS = re.compile(r"\d{6,12}", re.ASCII)


@cache
def _table() -> Mapping[str, str]:
    rows = (row.partition(" ") for row in _COUNTRIES.strip().splitlines())
    return {code: name for code, _, name in rows}


def nearest(word: str, options: Iterable[str], n: int = 3, *, close: bool = False) -> list[str]:
    """The options most like ``word``, best first; with ``close`` only those a letter or two off."""
    return get_close_matches(word, list(options), n=n, cutoff=0.8 if close else 0.4)


def country(code: object, where: str = "") -> str:
    """An ISO 3166-1 alpha-2 code, or XI (Northern Ireland in the customs sense) and XK.

    Raises RequestError (``unknown_country``) with the nearest codes.
    """
    if isinstance(code, str) and (code in _table() or code in ("XI", "XK")):
        return code
    text = str(code)[:60]
    names = {name.lower(): found for found, name in _table().items()}
    close = [names[n] for n in nearest(text.lower(), names)] if len(text) > 3 else []
    if not close:
        upper = text.strip().upper()
        close = [_ALIASES[upper]] if upper in _ALIASES else nearest(upper, _table())
    raise RequestError(
        f"no country of ISO 3166: {text!r}",
        code="unknown_country",
        where=where,
        hint="did you mean " + ", ".join(f"{c} ({_table()[c]})" for c in close) + "?"
        if close
        else "write two capital letters such as DE",
    )


def country_name(code: str) -> str:
    """The English name of a country."""
    return {"XI": "Northern Ireland", "XK": "Kosovo"}.get(code) or _table()[code]


def hs_code(text: object, where: str = "") -> str:
    """The digits of an HS code of 6 to 12 digits; dots and blanks between them are allowed.

    Raises RequestError (``bad_hs_code``).
    """
    digits = re.sub(r"[. ]", "", text) if isinstance(text, str) and len(text) < 40 else ""
    if _HS.fullmatch(digits) and 1 <= int(digits[:2]) <= 99 and digits[:2] != "77":
        return digits
    raise RequestError(
        f"not an HS code: {str(text)[:40]!r}",
        code="bad_hs_code",
        where=where,
        hint="6 to 12 digits, such as 6109.10",
    )


def hs_dotted(digits: str) -> str:
    """``610910`` as ``6109.10``, longer codes with a dot each two digits more."""
    parts = [digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))]
    return ".".join(p for p in parts if p)
