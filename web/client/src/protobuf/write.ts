import type { AnySchema, Schema } from "../index.js";
import { BYTES, fieldsOf, VARINT } from "./fields.js";

type Bytes = Iterable<number> & { readonly length: number };

const utf8 = new TextEncoder();

/** Writes a message: fields in the order of their numbers, without those that are empty. */
export function writeBytes<T>(schema: Schema<T>, value: T): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(message(schema, value));
}

function message({ shape }: AnySchema, value: unknown): number[] {
  switch (shape.type) {
    case "message": {
      const values = value as Readonly<Record<string, unknown>>;
      return fieldsOf(shape.fields).flatMap(({ key, number, schema }) => field(number, schema, values[key]));
    }
    case "oneof": {
      const given = value as { readonly kind: string; readonly value: unknown } | null;
      const kinds = fieldsOf(shape.fields).filter(({ key }) => key === given?.kind);
      return kinds.flatMap(({ number, schema }) => field(number, schema, given?.value));
    }
    default:
      throw new Error(`${shape.type} is no message`);
  }
}

/** A field that is empty is left out, unless it may be absent and is not. */
function field(number: number, schema: AnySchema, value: unknown, mayBeAbsent = false): number[] {
  const { shape, empty } = schema;
  if (value === empty && !mayBeAbsent && shape.type !== "message") {
    return [];
  }
  switch (shape.type) {
    case "flag":
    case "integer":
      return integerField(number, Number(value));
    case "name":
      return integerField(number, shape.names.indexOf(value as string) + 1);
    case "text":
      return bytesField(number, utf8.encode(value as string));
    case "bytes":
      return bytesField(number, fromHexadecimal(value as string));
    case "optional":
      return field(number, shape.of, value, true);
    case "list":
      return (value as readonly unknown[]).flatMap((one) => field(number, shape.of, one, true));
    case "texts":
      return Object.entries(value as Record<string, string>)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap((entry) => bytesField(number, textWithLanguage(entry)));
    default:
      return bytesField(number, message(schema, value));
  }
}

/** The language is field 1 of an entry, the text field 2. */
function textWithLanguage(entry: readonly string[]): number[] {
  return entry.flatMap((text, index) => (text === "" ? [] : bytesField(index + 1, utf8.encode(text))));
}

function integerField(number: number, value: number): number[] {
  return [...varint(number * 8 + VARINT), ...varint(value)];
}

function bytesField(number: number, bytes: Bytes): number[] {
  return [...varint(number * 8 + BYTES), ...varint(bytes.length), ...bytes];
}

/** Seven bits a byte, the lowest first; all but the last have the eighth bit. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function fromHexadecimal(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
