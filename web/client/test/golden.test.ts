import { readdirSync, readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { readClientMessage, readServerMessage, writeClientMessage, writeServerMessage } from "../src/messages";

const PROTO = new URL("../../../proto/", import.meta.url).pathname;
const root = new protobuf.Root();
root.resolvePath = (_, target) => `${PROTO}${target}`;
root.loadSync(["dropcast/v1/client.proto", "dropcast/v1/server.proto"], { keepCase: true });

const rewriteClient = (json: string) => {
  const message = readClientMessage(json);
  return message && JSON.parse(writeClientMessage(message));
};
const rewriteServer = (json: string) => {
  const message = readServerMessage(json);
  return message && JSON.parse(writeServerMessage(message));
};

describe.each([
  ["client", "dropcast.v1.ClientMessage", rewriteClient],
  ["server", "dropcast.v1.ServerMessage", rewriteServer],
])("golden examples of the %s", (folder, type, rewrite) => {
  const files = readdirSync(`${PROTO}golden/${folder}`).filter((file) => file.endsWith(".json"));

  test("there are some", () => expect(files.length).toBeGreaterThan(20));

  test.each(files)("%s is read and written again", (file) => {
    const json = readFileSync(`${PROTO}golden/${folder}/${file}`, "utf8");
    expect(rewrite(json)).toEqual(JSON.parse(json));
  });

  test.each(files)("%s says the same in protobuf", (file) => {
    const json = JSON.parse(readFileSync(`${PROTO}golden/${folder}/${file}`, "utf8"));
    const bytes = readFileSync(`${PROTO}golden/${folder}/${file.replace(".json", ".pb.hex")}`, "utf8").trim();
    expect(oneJson(root.lookupType(type), bytes)).toEqual(json);
  });
});

describe("messages of a later version", () => {
  const examples = readdirSync(`${PROTO}golden/tolerance`).map((file) => {
    const example = JSON.parse(readFileSync(`${PROTO}golden/tolerance/${file}`, "utf8"));
    return { file, ...example } as { file: string; json?: unknown; bytes?: string; reads_as: unknown };
  });

  test.each(examples.filter((example) => example.json !== undefined))("$file", ({ json, reads_as }) => {
    expect(rewriteServer(JSON.stringify(json))).toEqual(reads_as);
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
