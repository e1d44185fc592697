/** How many decimals the minor unit of a currency stands for, where it is not two (ISO 4217, list one). */
const DECIMALS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/**
 * How many decimals an amount of this currency has. Not asked of `Intl`: that knows how a currency is spoken of
 * (forints without fillér), not what its amounts are counted in.
 */
export function decimals(currency: string): number {
  return DECIMALS[currency] ?? 2;
}
