import { readdirSync, readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { type AnySchema, clientMessage, json, serverMessage } from "../src/index";
import { protobuf as binary } from "../src/protobuf";

const PROTO = new URL("../../../proto/", import.meta.url).pathname;
const root = new protobuf.Root();
root.resolvePath = (_, target) => `${PROTO}${target}`;
root.loadSync(["dropcast/v1/client.proto", "dropcast/v1/server.proto"], { keepCase: true });

describe.each([
  ["client", "dropcast.v1.ClientMessage", clientMessage],
  ["server", "dropcast.v1.ServerMessage", serverMessage],
])("golden examples of the %s", (folder, type, schema: AnySchema) => {
  const files = readdirSync(`${PROTO}golden/${folder}`).filter((file) => file.endsWith(".json"));
  const text = (file: string) => readFileSync(`${PROTO}golden/${folder}/${file}`, "utf8");
  const hexadecimal = (file: string) => text(file.replace(".json", ".pb.hex")).trim();

  test("there are some", () => expect(files.length).toBeGreaterThan(20));

  test.each(files)("%s is read and written again", (file) => {
    const written = json.write(schema, json.read(schema, text(file)));
    expect(JSON.parse(String(written))).toEqual(JSON.parse(text(file)));
  });

  test.each(files)("%s is the same message in protobuf, read and written again", (file) => {
    const bytes = Buffer.from(hexadecimal(file), "hex");
    const message = json.read(schema, text(file));
    expect(binary.read(schema, bytes)).toEqual(message);
    expect(Buffer.from(binary.write(schema, message) as Uint8Array).toString("hex")).toBe(hexadecimal(file));
  });

  test.each(files)("%s says the same in protobuf by the descriptors alone", (file) => {
    expect(oneJson(root.lookupType(type), hexadecimal(file))).toEqual(JSON.parse(text(file)));
  });
});

describe("messages of a later version", () => {
  const examples = readdirSync(`${PROTO}golden/tolerance`).map((file) => {
    const example = JSON.parse(readFileSync(`${PROTO}golden/tolerance/${file}`, "utf8"));
    return { file, ...example } as { file: string; json?: unknown; bytes?: string; reads_as: unknown };
  });

  test.each(examples)("$file", ({ json: object, bytes, reads_as }) => {
    const message = bytes
      ? binary.read(serverMessage, Buffer.from(bytes, "hex"))
      : json.read(serverMessage, JSON.stringify(object));
    expect(serverMessage.write(message)).toEqual(reads_as);
  });
});

/** Bytes as the one JSON, made from the descriptors alone: a second way to the same value. */
function oneJson(type: protobuf.Type, hex: string): unknown {
  return asJson(type, type.decode(Buffer.from(hex, "hex")) as unknown as Record<string, unknown>);
}

function asJson(type: protobuf.Type, message: Record<string, unknown>): unknown {
  const isOneof = type.oneofsArray.some((oneof) => !oneof.name.startsWith("_"));
  const present = type.fieldsArray.filter((field) => !isOneof || Object.hasOwn(message, field.name));
  return Object.fromEntries(present.map((field) => [field.name, fieldAsJson(field.resolve(), message)]));
}

function fieldAsJson(field: protobuf.Field, message: Record<string, unknown>): unknown {
  const isPresent = Object.hasOwn(message, field.name);
  const mayBeAbsent = field.partOf?.name.startsWith("_") || (field.resolvedType instanceof protobuf.Type && !field.map);
  if (!isPresent && mayBeAbsent && !field.repeated) {
    return null;
  }
  const value = isPresent ? message[field.name] : field.typeDefault;
  if (field.map) {
    return value ?? {};
  }
  return field.repeated
    ? ((value as unknown[]) ?? []).map((one) => valueAsJson(field, one))
    : valueAsJson(field, value);
}

function valueAsJson(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Enum) {
    const prefix = field.resolvedType.name.replace(/(?!^)([A-Z])/g, "_$1").toUpperCase();
    const name = field.resolvedType.valuesById[Number(value)] ?? `${prefix}_UNSPECIFIED`;
    return name.slice(prefix.length + 1).toLowerCase();
  }
  if (field.resolvedType instanceof protobuf.Type) {
    return asJson(field.resolvedType, value as Record<string, unknown>);
  }
  if (field.type === "bytes") {
    return Buffer.from(value as Uint8Array).toString("hex");
  }
  if (field.type === "uint64") {
    const number = Number(value);
    return /_(at|until)$/.test(field.name) ? new Date(number).toISOString() : number;
  }
  return value;
}
