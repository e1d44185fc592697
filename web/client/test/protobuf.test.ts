import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { type AnySchema, clientMessage, ReadError, serverMessage } from "../src/index";
import { protobuf as binary } from "../src/protobuf";
import { fieldsOf } from "../src/protobuf/fields";

const root = new protobuf.Root();
root.resolvePath = (_, target) => new URL(`../../../proto/${target}`, import.meta.url).pathname;
root.loadSync(["dropcast/v1/client.proto", "dropcast/v1/server.proto"], { keepCase: true });

describe("a schema", () => {
  test.each([
    ["ClientMessage", clientMessage],
    ["ServerMessage", serverMessage],
  ] as const)("of a %s has the fields, numbers and names of the .proto files, all the way down", (name, schema) => {
    const known = described(schema);
    expect(known).toEqual(declared(root.lookupType(`dropcast.v1.${name}`)));
    expect(JSON.stringify(known).length).toBeGreaterThan(1_000);
  });
});

describe("bytes that are no message", () => {
  test.each([
    ["that end in a number", "c202"],
    ["that end in a text", "c202031801ff"],
    ["with a number that does not end", `c2020d18${"ff".repeat(12)}`],
    ["with a number that JSON could not carry", "32090880808080808080".concat("10")],
    ["with a text that is not UTF-8", "c202031201ff"],
    ["with a text where a number belongs", "c202021a00"],
    ["with a field of no known type", "0f"],
  ])("%s throw a ReadError", (_, hex) => {
    expect(() => binary.read(serverMessage, Buffer.from(hex, "hex"))).toThrow(ReadError);
  });

  test("but a text frame throw a ReadError", () => {
    expect(() => binary.read(serverMessage, "{}")).toThrow(ReadError);
  });
});

/** What a schema says of its message: each field's number and, where it has any, its own fields or names. */
function described({ shape }: AnySchema): unknown {
  switch (shape.type) {
    case "message":
    case "oneof":
      return Object.fromEntries(fieldsOf(shape.fields).map((one) => [one.key, [one.number, described(one.schema)]]));
    case "name":
      return shape.names;
    case "optional":
    case "list":
      return described(shape.of);
    default:
      return shape.type;
  }
}

/** The same of what the .proto files declare. */
function declared(type: protobuf.Type): unknown {
  return Object.fromEntries(type.fieldsArray.map((field) => [field.name, [field.id, declaredField(field.resolve())]]));
}

function declaredField(field: protobuf.Field): unknown {
  if (field.map) {
    return "texts";
  }
  if (field.resolvedType instanceof protobuf.Type) {
    return declared(field.resolvedType);
  }
  if (field.resolvedType instanceof protobuf.Enum) {
    const prefix = field.resolvedType.name.replace(/(?!^)([A-Z])/g, "_$1").length + 1;
    const { valuesById } = field.resolvedType;
    return Object.keys(valuesById)
      .slice(1)
      .map((id) => valuesById[Number(id)]?.slice(prefix).toLowerCase());
  }
  return { string: "text", bool: "flag", bytes: "bytes", uint32: "integer", uint64: "integer" }[field.type];
}
