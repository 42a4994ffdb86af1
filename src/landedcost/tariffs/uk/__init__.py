"""The UK tariff as its service answers: measures, the options they leave, and what each costs.

Pure functions: an answer goes in (:func:`read_answer`), options come out (:func:`options`).
"""

from .evaluate import Charged, Needed, charge, money_text, quantity_text
from .exchange import rate_of, read_monthly_rates
from .measures import Area, Commodity, Component, Measure, Requirement, read_answer
from .options import Option, Row, options, waiver
from .routes import Route, compared, options_on, route, route_of
from .shipment import CustomsValue, NorthernIreland, Shipment, quantities

__all__ = [
    "Area",
    "Charged",
    "Commodity",
    "Component",
    "CustomsValue",
    "Measure",
    "Needed",
    "NorthernIreland",
    "Option",
    "Requirement",
    "Route",
    "Row",
    "Shipment",
    "charge",
    "compared",
    "money_text",
    "options",
    "options_on",
    "quantities",
    "quantity_text",
    "rate_of",
    "read_answer",
    "read_monthly_rates",
    "route",
    "route_of",
    "waiver",
]
