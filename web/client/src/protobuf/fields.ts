import type { AnySchema } from "../index.js";

/** What comes after a field's number on the wire: a variable-length integer, or a length and so many bytes. */
export const VARINT = 0;
export const BYTES = 2;

export interface Field {
  readonly key: string;
  readonly number: number;
  readonly schema: AnySchema;
}

const known = new WeakMap<object, readonly Field[]>();

/** The fields of a message, or the kinds of a oneof, with their numbers. */
export function fieldsOf(fields: Readonly<Record<string, AnySchema>>): readonly Field[] {
  const before = known.get(fields);
  if (before) {
    return before;
  }
  let last = 0;
  const all = Object.entries(fields).map(([key, schema]) => {
    last = schema.number ?? last + 1;
    return { key, number: last, schema };
  });
  known.set(fields, all);
  return all;
}
