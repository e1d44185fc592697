import { type Encoding, ReadError } from "./index.js";
import { readBytes } from "./protobuf/read.js";
import { writeBytes } from "./protobuf/write.js";

/** The binary encoding: about half as many bytes as JSON, before either is compressed. */
export const protobuf: Encoding = {
  subprotocol: "dropcast.v1.proto",
  read: (schema, data) => readBytes(schema, bytesOf(data)),
  write: (schema, value) => writeBytes(schema, value),
};

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  if (data instanceof Uint8Array) {
    return data;
  }
  throw new ReadError("message is not binary");
}
