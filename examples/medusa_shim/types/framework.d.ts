// Only what the shim uses of Medusa's own types, so that it can be checked without Medusa. In a
// project with Medusa installed, leave this file out.
declare module "@medusajs/framework/types" {
  export namespace TaxTypes {
    interface TaxableItem {
      id: string;
      product_id: string;
      quantity?: number | string;
      unit_price?: number | string;
      currency_code?: string;
    }
    interface TaxableShipping {
      id: string;
      shipping_option_id: string;
      unit_price?: number | string;
      currency_code?: string;
    }
    interface ItemTaxCalculationLine {
      line_item: TaxableItem;
      rates: unknown[];
    }
    interface ShippingTaxCalculationLine {
      shipping_line: TaxableShipping;
      rates: unknown[];
    }
    interface TaxCalculationContext {
      address: { country_code: string; province_code?: string | null; postal_code?: string };
    }
    interface TaxLine {
      rate_id?: string;
      rate: number | null;
      code: string | null;
      name: string;
      provider_id: string;
    }
    interface ItemTaxLineDTO extends TaxLine {
      line_item_id: string;
    }
    interface ShippingTaxLineDTO extends TaxLine {
      shipping_line_id: string;
    }
  }
  export interface ITaxProvider {
    getIdentifier(): string;
    getTaxLines(
      itemLines: TaxTypes.ItemTaxCalculationLine[],
      shippingLines: TaxTypes.ShippingTaxCalculationLine[],
      context: TaxTypes.TaxCalculationContext,
    ): Promise<(TaxTypes.ItemTaxLineDTO | TaxTypes.ShippingTaxLineDTO)[]>;
  }
}
