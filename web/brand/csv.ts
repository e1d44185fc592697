/** What starts a formula in one spreadsheet or another, also after blanks and in its wide form. */
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}]*[=+\-@＝＋－＠])/u;
const TO_QUOTE = /[",;\t\r\n]/;

/**
 * Comma-separated values (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it,
 * which makes it a text; a number is a number.
 */
export function csv(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number): string {
  if (typeof value === "number") {
    return String(value);
  }
  const isFormula = FORMULA.test(value);
  const text = isFormula ? `'${value}` : value;
  return isFormula || TO_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
