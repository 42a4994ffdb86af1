"""Payloads as the platforms' documentation shows their shapes; the shops in them are made up.

Saleor: https://docs.saleor.io/developer/extending/webhooks/synchronous-events/tax
Shopify: https://shopify.dev/docs/api/admin-graphql/latest/objects/DeliveryCarrierService
WooCommerce: https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/
"""

from __future__ import annotations

from typing import Any

GOODS: dict[str, dict[str, Any]] = {
    "tee-black-m": {"hs_code": "6109.10", "origin": "VN", "weight_g": 180},
    "cap-red": {"hs_code": "6505.00", "origin": "CN", "weight_g": 90},
    "mug": {"hs_code": "6911.10", "origin": "CN", "weight_g": 350},
    "45870380": {"hs_code": "9503.00", "origin": "CN", "weight_g": 250},
}

SALEOR = b"""{
  "__typename": "CalculateTaxes",
  "taxBase": {
    "pricesEnteredWithTax": false,
    "currency": "EUR",
    "address": {"country": {"code": "DE"}, "countryArea": "", "postalCode": "10115"},
    "shippingPrice": {"amount": 12.50},
    "discounts": [{"type": "SUBTOTAL", "amount": {"amount": 5.0}}],
    "lines": [
      {"productSku": "mug", "productName": "Mug", "quantity": 1,
       "totalPrice": {"amount": 14}, "sourceLine": {"id": "Q2hlY2tvdXRMaW5lOjE="}},
      {"productSku": "tee-black-m", "productName": "Tour tee", "quantity": 3,
       "totalPrice": {"amount": 59.99}, "sourceLine": {"id": "Q2hlY2tvdXRMaW5lOjI="}}
    ],
    "sourceObject": {"id": "Q2hlY2tvdXQ6OTI="}
  }
}"""

SHOPIFY = b"""{
  "rate": {
    "origin": {"country": "US", "postal_code": "90210", "province": "CA", "city": "Beverly Hills",
               "name": null, "address1": "1 Demo St", "phone": null, "company_name": "Drop Shop"},
    "destination": {"country": "GB", "postal_code": "SW1A 1AA", "province": null, "city": "London",
                    "name": "A Buyer", "address1": "1 Mall", "phone": null, "company_name": null},
    "items": [
      {"name": "Tour tee", "sku": "tee-black-m", "quantity": 2, "grams": 180, "price": 2500,
       "vendor": "Drop Shop", "requires_shipping": true, "taxable": true,
       "fulfillment_service": "manual", "properties": null, "product_id": 48447225880,
       "variant_id": 258644705304},
      {"name": "Download", "sku": "mp3", "quantity": 1, "grams": 0, "price": 900,
       "vendor": "Drop Shop", "requires_shipping": false, "taxable": true,
       "fulfillment_service": "manual", "properties": {}, "product_id": 48447225881,
       "variant_id": 258644705305},
      {"name": "Plush", "sku": null, "quantity": 1, "grams": 250, "price": 1999,
       "vendor": "Drop Shop", "requires_shipping": true, "taxable": true,
       "fulfillment_service": "manual", "properties": {}, "product_id": 8530212,
       "variant_id": 45870380}
    ],
    "currency": "USD",
    "locale": "en",
    "order_totals": {"subtotal_price": 7899, "total_price": 7399, "discount_amount": 500}
  }
}"""

WOOCOMMERCE = b"""{
  "id": 727, "number": "727", "status": "pending", "currency": "USD",
  "prices_include_tax": false, "discount_total": "5.00", "discount_tax": "0.00",
  "shipping_total": "10.00", "shipping_tax": "0.00", "cart_tax": "0.00", "total": "70.00",
  "total_tax": "0.00",
  "billing": {"first_name": "A", "country": "US", "state": "CA", "postcode": "94103"},
  "shipping": {"first_name": "A", "country": "CA", "state": "ON", "postcode": "K1M 1M4"},
  "line_items": [
    {"id": 315, "name": "Tour tee", "product_id": 93, "variation_id": 0, "quantity": 2,
     "tax_class": "", "subtotal": "50.00", "subtotal_tax": "0.00", "total": "46.15",
     "total_tax": "0.00", "taxes": [], "meta_data": [], "sku": "tee-black-m", "price": 23.075},
    {"id": 316, "name": "Cap", "product_id": 22, "variation_id": 23, "quantity": 1,
     "tax_class": "", "subtotal": "15.00", "subtotal_tax": "0.00", "total": "13.85",
     "total_tax": "0.00", "taxes": [], "meta_data": [], "sku": "cap-red", "price": 13.85}
  ],
  "tax_lines": [],
  "shipping_lines": [{"id": 317, "method_title": "Flat Rate", "method_id": "flat_rate",
                      "total": "10.00", "total_tax": "0.00", "taxes": [], "meta_data": []}],
  "fee_lines": [], "coupon_lines": [{"id": 318, "code": "fans", "discount": "5.00"}]
}"""
