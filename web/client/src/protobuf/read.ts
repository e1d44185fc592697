import { type AnySchema, ReadError, type Schema } from "../index.js";
import { BYTES, type Field, fieldsOf, VARINT } from "./fields.js";
import { Reader } from "./reader.js";

/** Reads a message, as tolerantly as JSON is read. Throws a {@link ReadError} on rubbish. */
export function readBytes<T>(schema: Schema<T>, bytes: Uint8Array): T {
  return readMessage(schema, new Reader(bytes)) as T;
}

function readMessage({ shape, empty }: AnySchema, reader: Reader): unknown {
  switch (shape.type) {
    case "message": {
      const message = { ...empty };
      eachField(shape.fields, reader, ({ key, schema }) => {
        message[key] = readField(schema, reader, message[key]);
      });
      return message;
    }
    case "oneof": {
      let message = empty;
      eachField(shape.fields, reader, ({ key: kind, schema }) => {
        message = { kind, value: readField(schema, reader, schema.empty) };
      });
      return message;
    }
    default:
      throw new Error(`${shape.type} is no message`);
  }
}

/** Calls `read` for every field that is known, with the reader before its value, and skips the others. */
function eachField(fields: Readonly<Record<string, AnySchema>>, reader: Reader, read: (field: Field) => void): void {
  const known = fieldsOf(fields);
  while (!reader.isDone) {
    const tag = reader.varint();
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    const field = known.find((one) => one.number === number);
    if (!field) {
      reader.skip(wireType);
    } else if (wireType === wireTypeOf(field.schema)) {
      read(field);
    } else {
      throw new ReadError(`${field.key} has the wrong type`);
    }
  }
}

function wireTypeOf({ shape }: AnySchema): number {
  switch (shape.type) {
    case "flag":
    case "integer":
    case "name":
      return VARINT;
    case "optional":
      return wireTypeOf(shape.of);
    default:
      return BYTES;
  }
}

/** `before` is what the message has in this field so far: lists and texts per language come one by one. */
function readField(schema: AnySchema, reader: Reader, before: unknown): unknown {
  const { shape, empty } = schema;
  switch (shape.type) {
    case "text":
      return reader.text();
    case "bytes":
      return Array.from(reader.bytes(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    case "flag":
      return reader.varint() !== 0;
    case "integer":
      return exactly(reader.varint());
    case "name":
      return shape.names[reader.varint() - 1] ?? empty;
    case "optional":
      return readField(shape.of, reader, shape.of.empty);
    case "list": {
      const all = before === empty ? [] : (before as unknown[]);
      all.push(readField(shape.of, reader, shape.of.empty));
      return all;
    }
    case "texts":
      return { ...(before as object), ...readEntry(new Reader(reader.bytes())) };
    default:
      return readMessage(schema, new Reader(reader.bytes()));
  }
}

/** A text with its language: fields 1 and 2 of an entry. */
function readEntry(reader: Reader): Record<string, string> {
  const entry = ["", ""];
  while (!reader.isDone) {
    const tag = reader.varint();
    if (tag === 8 + BYTES || tag === 16 + BYTES) {
      entry[tag < 16 ? 0 : 1] = reader.text();
    } else {
      reader.skip(tag % 8);
    }
  }
  const [language, text] = entry as [string, string];
  return Object.fromEntries([[language, text]]);
}

function exactly(integer: number): number {
  if (!Number.isSafeInteger(integer)) {
    throw new ReadError("an integer of the message is not below 2^53");
  }
  return integer;
}
