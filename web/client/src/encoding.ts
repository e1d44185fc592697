import { ReadError, type Schema } from "./schema.js";

/** How messages become frames. */
export interface Encoding {
  /** What the WebSocket agrees on with the server. */
  readonly subprotocol: string;
  /** Reads a frame's data. Throws a {@link ReadError} on rubbish. */
  read<T>(schema: Schema<T>, data: unknown): T;
  write<T>(schema: Schema<T>, value: T): string | Uint8Array<ArrayBuffer>;
}

export const json: Encoding = {
  subprotocol: "dropcast.v1.json",
  read: (schema, data) => schema.read(parse(String(data)), "message"),
  write: (schema, value) => JSON.stringify(schema.write(value)),
};

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    throw new ReadError("message is not JSON");
  }
}
