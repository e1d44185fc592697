import type { Money } from "@dropcast/client";
import { decimals } from "./currency";
import { locale } from "./language";

const formats = new Map<string, Intl.NumberFormat>();

/** An amount as people write it in the spoken language, with the currency's own number of decimals. */
export function price(money: Money): string {
  return currencyFormat(money.currency).format(money.amount_minor / 10 ** decimals(money.currency));
}

/** The same without decimals that are all zero, where there is little room. */
export function roundPrice(money: Money): string {
  const amount = money.amount_minor / 10 ** decimals(money.currency);
  const { minimumFractionDigits, ...options } = currencyFormat(money.currency).resolvedOptions();
  const digits = Number.isInteger(amount) ? 0 : minimumFractionDigits;
  return new Intl.NumberFormat(locale(), {
    ...(options as Intl.NumberFormatOptions),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}

export function count(value: number): string {
  return value.toLocaleString(locale());
}

/** A share of one, such as 12%; with a decimal where whole ones would hide the difference. */
export function percent(share: number): string {
  const maximumFractionDigits = share > 0 && share < 0.1 ? 1 : 0;
  return share.toLocaleString(locale(), { style: "percent", maximumFractionDigits });
}

/** An hour of a day, such as 20:30. */
export function hour(unixMs: number): string {
  return new Date(unixMs).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

/** A day and an hour, such as Fri 1 May, 20:30. */
export function moment(unixMs: number): string {
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Date(unixMs).toLocaleString(locale(), options);
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

function currencyFormat(currency: string): Intl.NumberFormat {
  const name = `${locale()} ${currency}`;
  let format = formats.get(name);
  if (!format) {
    format = newFormat(currency);
    formats.set(name, format);
  }
  return format;
}

/** A currency that is none (an empty message of an older server) is written without a sign. */
function newFormat(currency: string): Intl.NumberFormat {
  const digits = decimals(currency);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(
    locale(),
    /^[A-Z]{3}$/.test(currency) ? { style: "currency", currency, ...options } : options,
  );
}
