import type { Money } from "@dropcast/client";
import { decimals } from "./currency";
import { locale } from "./language";

/** Made once for each way to write something in a language: making one takes far longer than using it. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

const HOUR = { hour: "2-digit", minute: "2-digit" } as const;
const MOMENT = { weekday: "short", day: "numeric", month: "short", ...HOUR } as const;

/** An amount as people write it in the spoken language, with the currency's own number of decimals. */
export function price(money: Money): string {
  return currencyFormat(money.currency).format(money.amount_minor / 10 ** decimals(money.currency));
}

/** The same without decimals that are all zero, where there is little room. */
export function roundPrice(money: Money): string {
  const amount = money.amount_minor / 10 ** decimals(money.currency);
  const digits = Number.isInteger(amount) ? 0 : decimals(money.currency);
  return currencyFormat(money.currency, digits).format(amount);
}

export function count(value: number): string {
  return known("count", (locale) => new Intl.NumberFormat(locale)).format(value);
}

/** A count where there is little room: in full below a million, and from there on in short, such as 1.2m. */
export function shortCount(value: number): string {
  const short = { notation: "compact", maximumFractionDigits: 1 } as const;
  return value < 1_000_000
    ? count(value)
    : known("short", (locale) => new Intl.NumberFormat(locale, short)).format(value);
}

/** A share of one, such as 12%; with a decimal where whole ones would hide the difference. */
export function percent(share: number): string {
  const maximumFractionDigits = share > 0 && share < 0.1 ? 1 : 0;
  const make = (locale: string) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits });
  return known(`percent ${maximumFractionDigits}`, make).format(share);
}

/** An hour of a day, such as 20:30. */
export function hour(unixMs: number): string {
  return known("hour", (locale) => new Intl.DateTimeFormat(locale, HOUR)).format(unixMs);
}

/** A day and an hour, such as Fri 1 May, 20:30. */
export function moment(unixMs: number): string {
  return known("moment", (locale) => new Intl.DateTimeFormat(locale, MOMENT)).format(unixMs);
}

/** What is left of a time, such as 1:05, or 1:02:05 from an hour on. Rounded up: 0:00 means over. */
export function remaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * An address of a picture that may be loaded: one of `server`, which without a name is the page's own, or over https;
 * anything else is none.
 */
export function pictureAddress(address: string, server = ""): string | null {
  return /^\/(?![/\\])/.test(address) ? server + address : /^https:\/\//.test(address) ? address : null;
}

/** A currency that is none (an empty message of an older server) is written without a sign. */
function currencyFormat(currency: string, digits = decimals(currency)): Intl.NumberFormat {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const signed = /^[A-Z]{3}$/.test(currency) ? { style: "currency", currency, ...options } : options;
  return known(`${currency} ${digits}`, (locale) => new Intl.NumberFormat(locale, signed as Intl.NumberFormatOptions));
}

/** The format of a name, which always stands for the same kind of format, in the spoken language. */
function known<F extends Intl.NumberFormat | Intl.DateTimeFormat>(name: string, make: (locale: string) => F): F {
  const spoken = locale();
  const key = `${spoken} ${name}`;
  const format = formats.get(key) ?? make(spoken);
  formats.set(key, format);
  return format as F;
}
