/**
 * Readers and writers of the one JSON, from which the types follow: what is read and what TypeScript believes can't
 * differ. Reading is tolerant as the protocol asks: unknown fields are skipped, missing ones are empty, an enum's
 * unknown name is `unspecified`, an unknown kind is `null`. A value of a wrong type throws a {@link ReadError}.
 */
export interface Schema<T> {
  /** What a field has that an earlier version did not know. */
  readonly empty: T;
  /** What it is made of, for other encodings than this one. */
  readonly shape: Shape;
  /** Its field's number in protobuf; without one it is one more than that of the field before, from 1. */
  readonly number?: number;
  read(json: unknown, at: string): T;
  write(value: T): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: any schema fits; its own type is kept by the mapped types below.
export type AnySchema = Schema<any>;
type Fields = Readonly<Record<string, AnySchema>>;

export type Shape =
  | { readonly type: "text" | "flag" | "integer" | "bytes" | "texts" }
  /** Numbered from 1; 0 is `unspecified`. */
  | { readonly type: "name"; readonly names: readonly string[] }
  | { readonly type: "optional" | "list"; readonly of: AnySchema }
  | { readonly type: "message" | "oneof"; readonly fields: Fields };

/** The type that a schema reads. */
export type Of<S> = S extends Schema<infer T> ? T : never;

/** A message that has a value of a wrong type. */
export class ReadError extends Error {
  override readonly name = "ReadError";
}

export const text: Schema<string> = plain("text", "", "a text", (json) => typeof json === "string");

export const flag: Schema<boolean> = plain("flag", false, "true or false", (json) => typeof json === "boolean");

/** An integer from 0 that a JSON number carries exactly. */
export const integer: Schema<number> = plain(
  "integer",
  0,
  "an integer from 0 below 2^53",
  (json) => Number.isSafeInteger(json) && (json as number) >= 0,
);

/** Bytes as hexadecimal digits. */
export const bytes: Schema<string> = plain(
  "bytes",
  "",
  "hexadecimal digits",
  (json) => typeof json === "string" && /^([\da-f]{2})*$/.test(json),
);

/** A moment in Unix milliseconds, written as RFC 3339 in UTC. */
export const time: Schema<number> = {
  empty: 0,
  shape: { type: "integer" },
  read(json, at) {
    const milliseconds = typeof json === "string" ? Date.parse(json) : Number.NaN;
    return Number.isNaN(milliseconds) ? fail(at, "a time") : milliseconds;
  },
  write: (value) => new Date(value).toISOString(),
};

/** A text per language. */
export type Texts = Readonly<Record<string, string>>;

export const texts: Schema<Texts> = {
  empty: {},
  shape: { type: "texts" },
  read(json, at) {
    const entries = Object.entries(object(json, at));
    return Object.fromEntries(entries.map(([language, value]) => [language, text.read(value, `${at}.${language}`)]));
  },
  write: (value) => value,
};

/** An enum's names. */
export function name<const N extends string>(...names: N[]): Schema<N | "unspecified"> {
  return {
    empty: "unspecified",
    shape: { type: "name", names },
    read(json, at) {
      const given = text.read(json, at);
      return names.find((known) => known === given) ?? "unspecified";
    },
    write: (value) => value,
  };
}

export function optional<T>(of: Schema<T>): Schema<T | null> {
  return {
    empty: null,
    shape: { type: "optional", of },
    read: (json, at) => (json === null ? null : of.read(json, at)),
    write: (value) => (value === null ? null : of.write(value)),
  };
}

export function list<T>(of: Schema<T>): Schema<readonly T[]> {
  return {
    empty: [],
    shape: { type: "list", of },
    read: (json, at) =>
      Array.isArray(json) ? json.map((item, index) => of.read(item, `${at}[${index}]`)) : fail(at, "a list"),
    write: (value) => value.map((item) => of.write(item)),
  };
}

type Message<F extends Fields> = { readonly [K in keyof F]: Of<F[K]> };

export function message<F extends Fields>(fields: F): Schema<Message<F>> {
  const entries = Object.entries(fields);
  const build = (value: (key: string, field: AnySchema) => unknown) =>
    Object.fromEntries(entries.map(([key, field]) => [key, value(key, field)]));
  return {
    empty: build((_, field) => field.empty) as Message<F>,
    shape: { type: "message", fields },
    read(json, at) {
      const given = object(json, at);
      const read = (key: string, field: AnySchema) =>
        given[key] === undefined ? field.empty : field.read(given[key], `${at}.${key}`);
      return build(read) as Message<F>;
    },
    write: (value) => build((key, field) => field.write(value[key])),
  };
}

/** One of several kinds: `{"kind": …}` in JSON, `{kind, value}` here; `null` when the kind is not known. */
export type Kind<F extends Fields> = {
  [K in keyof F & string]: { readonly kind: K; readonly value: Of<F[K]> };
}[keyof F & string];

export function oneof<F extends Fields>(kinds: F): Schema<Kind<F> | null> {
  return {
    empty: null,
    shape: { type: "oneof", fields: kinds },
    read(json, at) {
      for (const [kind, value] of Object.entries(object(json, at))) {
        const schema = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
        if (schema) {
          return { kind, value: schema.read(value, `${at}.${kind}`) } as Kind<F>;
        }
      }
      return null;
    },
    write: (value) => (value === null ? null : { [value.kind]: kinds[value.kind]?.write(value.value) }),
  };
}

/** The field has this number in protobuf; those after it go on from there. */
export function numbered<T>(number: number, schema: Schema<T>): Schema<T> {
  return { ...schema, number };
}

function plain<T>(
  type: "text" | "flag" | "integer" | "bytes",
  empty: T,
  expected: string,
  fits: (json: unknown) => boolean,
): Schema<T> {
  return {
    empty,
    shape: { type },
    read: (json, at) => (fits(json) ? (json as T) : fail(at, expected)),
    write: (value) => value,
  };
}

function object(json: unknown, at: string): Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Record<string, unknown>)
    : fail(at, "an object");
}

function fail(at: string, expected: string): never {
  throw new ReadError(`${at} is not ${expected}`);
}
