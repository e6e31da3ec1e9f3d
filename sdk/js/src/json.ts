// JSON with whole numbers of any size, read strictly.
//
// JavaScript's own reader rounds numbers above 2^53, of which a register may have some. Invariant: a text has
// one reading, for whoever reads it: an object that has a name twice is refused, and so are fractions.

/** A JSON value; numbers are whole. */
export type Json = null | boolean | string | bigint | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [name: string]: Json;
}

/** The deepest that values may nest. */
const MAX_DEPTH = 128;

/** The value that a JSON text is. */
export function parseJson(text: string): Json {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

/** The value as an object with these names and no others: what nobody reads, nobody has checked. */
export function objectOf(json: Json, what: string, names: string[]): JsonObject {
  if (!isObject(json)) throw new Error(`${what} is no object`);
  const missing = names.find((name) => !Object.hasOwn(json, name));
  if (missing !== undefined) throw new Error(`\`${missing}\` is missing`);
  const unknown = Object.keys(json).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is not known`);
  return json;
}

/** Whether a value is an object. */
export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** A value as JSON, each level `indent` spaces further in, or on one line. */
export function printJson(value: Json, indent = 0): string {
  return print(value, indent, "\n");
}

function print(value: Json, indent: number, line: string): string {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = line + " ".repeat(indent);
  const items = Array.isArray(value)
    ? value.map((item) => print(item, indent, inner))
    : Object.entries(value).map(([name, item]) => {
        return `${JSON.stringify(name)}:${indent > 0 ? " " : ""}${print(item, indent, inner)}`;
      });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (indent === 0 || items.length === 0) return `${open}${items.join(",")}${close}`;
  return `${open}${inner}${items.join(`,${inner}`)}${line}${close}`;
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw this.#wrong("too deep");
    switch (this.#peek()) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  end(): void {
    if (this.#peek() !== "") throw this.#wrong("text after the value");
  }

  #object(depth: number): Json {
    const entries = new Map<string, Json>();
    this.#position += 1;
    if (this.#takes("}")) return {};
    do {
      if (this.#peek() !== '"') throw this.#wrong("a name expected");
      const name = this.#string();
      if (entries.has(name)) throw this.#wrong(`\`${name}\` comes twice`);
      if (!this.#takes(":")) throw this.#wrong("`:` expected");
      entries.set(name, this.value(depth + 1));
    } while (this.#takes(","));
    if (!this.#takes("}")) throw this.#wrong("`}` expected");
    // Not by assignment, to which `__proto__` would be something else than a name.
    return Object.fromEntries(entries);
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#position += 1;
    if (this.#takes("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.#takes(","));
    if (!this.#takes("]")) throw this.#wrong("`]` expected");
    return items;
  }

  #string(): string {
    const start = this.#position;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    this.#position = end + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#position));
    } catch {
      throw this.#wrong("bad text");
    }
  }

  #word(): Json {
    const [word] = /^[-+.\w]*/.exec(this.#text.slice(this.#position, this.#position + 64))!;
    this.#position += word.length;
    if (/^(0|-?[1-9]\d*)$/.test(word)) return BigInt(word);
    switch (word) {
      case "null":
        return null;
      case "true":
        return true;
      case "false":
        return false;
      default:
        throw this.#wrong(word === "" ? "a value expected" : `\`${word}\` is no value`);
    }
  }

  /** The character after white space; nothing at the end. */
  #peek(): string {
    while (" \t\r\n".includes(this.#text.charAt(this.#position)) && this.#position < this.#text.length) {
      this.#position += 1;
    }
    return this.#text.charAt(this.#position);
  }

  #takes(mark: string): boolean {
    const found = this.#peek() === mark;
    if (found) this.#position += 1;
    return found;
  }

  #wrong(why: string): Error {
    return new Error(`not JSON as expected: ${why} before character ${this.#position + 1}`);
  }
}
