import { ReadError } from "../index.js";
import { BYTES, VARINT } from "./fields.js";

/** What else comes in fields of a later version: eight bytes, or four. */
const FIXED_64 = 1;
const FIXED_32 = 5;
/** The most bytes of a 64-bit integer, at seven bits each. */
const VARINT_BYTES_MAX = 10;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a message's bytes from the first to the last. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** An integer from 0; above 2^53 only about right. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index++) {
      const byte = this.#take(1)[0] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        return value;
      }
    }
    throw new ReadError("an integer of the message does not end");
  }

  bytes(): Uint8Array {
    return this.#take(this.varint());
  }

  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch {
      throw new ReadError("a text of the message is not UTF-8");
    }
  }

  skip(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.varint();
        break;
      case FIXED_64:
        this.#take(8);
        break;
      case BYTES:
        this.bytes();
        break;
      case FIXED_32:
        this.#take(4);
        break;
      default:
        throw new ReadError(`the message has a field of the unknown type ${wireType}`);
    }
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      throw new ReadError("the message ends too early");
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
