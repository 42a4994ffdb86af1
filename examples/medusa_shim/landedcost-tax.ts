// A tax provider for Medusa v2 that asks landedcost over HTTP. Medusa takes rates, not amounts:
// duty, tax and fees become percentages of what they are charged on.
import type { ITaxProvider, TaxTypes } from "@medusajs/framework/types";

type Goods = { hs_code?: string; origin?: string; weight_g?: number };
type Options = {
  url: string; // of the service: https://prices.example
  key: string; // with the scope "price"
  seller: { country: string; registrations?: string[] };
  goods: Record<string, Goods>; // by product id
};
type Charge = { kind: string; line: string | null; collected: string; amount: { amount: string } };
const NAMES: Record<string, string> = { duty: "Import duty", tax: "Import tax", fees: "Import fees" };
const SOLD = ["goods", "discount", "shipping"];
const PARCEL = "";

export default class LandedcostTax implements ITaxProvider {
  static identifier = "landedcost";

  constructor(_container: unknown, private options: Options) {}

  getIdentifier = (): string => LandedcostTax.identifier;

  async getTaxLines(
    itemLines: TaxTypes.ItemTaxCalculationLine[],
    shippingLines: TaxTypes.ShippingTaxCalculationLine[],
    context: TaxTypes.TaxCalculationContext,
  ): Promise<(TaxTypes.ItemTaxLineDTO | TaxTypes.ShippingTaxLineDTO)[]> {
    if (itemLines.length === 0) return [];
    const currency = itemLines[0].line_item.currency_code!.toUpperCase();
    const money = (value: unknown) => ({ amount: String(value ?? 0), currency });
    const shipping = shippingLines
      .map((one) => Number(one.shipping_line.unit_price ?? 0))
      .reduce((sum, price) => sum + price, 0);
    const { url, key, seller, goods } = this.options;
    const country = context.address.country_code.toUpperCase();
    const answer = await fetch(`${url}/v1/price`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({
        seller,
        currency,
        buyer: { country, postal_code: context.address.postal_code || null },
        lines: itemLines.map(({ line_item: line }) => ({
          id: line.id,
          quantity: Number(line.quantity ?? 1),
          unit_price: money(line.unit_price),
          ...goods[line.product_id],
        })),
        shipping: money(shipping),
      }),
    });
    if (!answer.ok) throw new Error(`landedcost: ${answer.status} ${await answer.text()}`);
    const charges = ((await answer.json()) as { charges: Charge[] }).charges;
    const sums: Record<string, Record<string, number>> = { [PARCEL]: {} };
    for (const { line_item: line } of itemLines) sums[line.id] = {};
    for (const { kind, line, collected, amount } of charges) {
      if (collected !== "checkout" || SOLD.includes(kind)) continue;
      const code = NAMES[kind] ? kind : "fees";
      const priced = itemLines.find((one) => one.line_item.id === line)?.line_item;
      const owner = sums[priced && Number(priced.unit_price) > 0 ? priced.id : PARCEL];
      owner[code] = (owner[code] ?? 0) + Number(amount.amount);
    }
    const due = (of: Record<string, number>) => Object.entries(of).filter(([, amount]) => amount > 0);
    const rates = (of: Record<string, number>, price: number) =>
      due(of).map(([code, amount]) => ({
        rate: (amount * 100) / price, code, name: NAMES[code], provider_id: LandedcostTax.identifier,
      }));
    const items = itemLines.flatMap(({ line_item: line }) => {
      const price = Number(line.unit_price) * Number(line.quantity ?? 1);
      return rates(sums[line.id], price).map((rate) => ({ ...rate, line_item_id: line.id }));
    });
    const parcel = shippingLines.find((one) => Number(one.shipping_line.unit_price) > 0)?.shipping_line;
    if (!parcel && due(sums[PARCEL]).length > 0) throw new Error("landedcost: fees and no shipping price");
    const sent = parcel ? rates(sums[PARCEL], Number(parcel.unit_price)) : [];
    return [...items, ...sent.map((rate) => ({ ...rate, shipping_line_id: parcel!.id }))];
  }
}
