// SCALE, the encoding of everything on wire and disk: a strict reader, and what is needed of a writer.
//
// Invariant: bytes have one reading. A length that has a shorter form, text that is not UTF-8, a `bool` above
// one, and bytes after the value are errors, as they are to Rust.

import { concat } from "./bytes.ts";

/** Why bytes are not what they are read as. */
export class ScaleError extends Error {
  override name = "ScaleError";
}

/** The deepest that types may nest, so that hostile bytes can't exhaust the stack. */
const MAX_DEPTH = 64;

/** Reads values from bytes, first to last. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** That many bytes as they are. */
  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.#bytes.slice(start, start + count);
  }

  /** `bool`. */
  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw new ScaleError(`${byte} is no bool`);
    return byte === 1;
  }

  /** `u8`. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** `u16`. */
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** `u32`. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** `i32`. */
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** `u64`. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** `i64`. */
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  /** `u128`. */
  u128(): bigint {
    const low = this.u64();
    return (this.u64() << 64n) | low;
  }

  /** A compact length, in its shortest form. */
  compact(): number {
    const first = this.u8();
    switch (first & 3) {
      case 0:
        return first >> 2;
      case 1:
        return this.#longer((first | (this.u8() << 8)) >>> 2, 1 << 6);
      case 2:
        return this.#longer((first >>> 2) + this.u8() * 2 ** 6 + this.u16() * 2 ** 14, 1 << 14);
      default:
        if (first !== 3) throw new ScaleError("a length takes more than four bytes");
        return this.#longer(this.u32(), 2 ** 30);
    }
  }

  /** `Vec<u8>`. */
  blob(): Uint8Array {
    return this.bytes(this.compact());
  }

  /** `String`. */
  text(): string {
    const bytes = this.blob();
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new ScaleError("text is not UTF-8");
    }
  }

  /** `Vec` of what `read` reads, which takes a byte at least. */
  list<T>(read: () => T): T[] {
    const count = this.compact();
    if (count > this.left) throw new ScaleError(`a list of ${count} items goes beyond the end`);
    return this.nested(() => Array.from({ length: count }, read));
  }

  /** `Option` of what `read` reads. */
  option<T>(read: () => T): T | null {
    const kind = this.u8();
    if (kind > 1) throw new ScaleError(`${kind} is no kind of option`);
    return kind === 0 ? null : read();
  }

  /** The index of a variant of the enum of this name, which has `count` of them. */
  variant(name: string, count: number): number {
    const index = this.u8();
    if (index >= count) throw new ScaleError(`${index} is no variant of ${name}`);
    return index;
  }

  /** What `read` reads inside of another value. */
  nested<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) throw new ScaleError(`types nest more than ${MAX_DEPTH} deep`);
    this.#depth += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  /** Refuses what was not read. */
  end(): void {
    if (this.left > 0) throw new ScaleError(`${this.left} bytes too many`);
  }

  #take(count: number): number {
    if (count > this.left) throw new ScaleError(`${count} bytes expected, ${this.left} left`);
    const start = this.#offset;
    this.#offset += count;
    return start;
  }

  #longer(value: number, least: number): number {
    if (value < least) throw new ScaleError(`the length ${value} is not in its shortest form`);
    return value;
  }
}

/** The value that all of `bytes` are. */
export function decode<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}

/** An unsigned number of that many bytes, little-endian. */
export function littleEndian(value: bigint, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

/** `u32`. */
export function u32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4);
}

/** `u64`. */
export function u64(value: bigint): Uint8Array {
  return littleEndian(value, 8);
}

/** A compact length. */
export function compact(value: number): Uint8Array {
  if (value < 2 ** 6) return littleEndian(BigInt(value) << 2n, 1);
  if (value < 2 ** 14) return littleEndian((BigInt(value) << 2n) | 1n, 2);
  if (value < 2 ** 30) return littleEndian((BigInt(value) << 2n) | 2n, 4);
  return concat(Uint8Array.of(3), u32(value));
}

/** `Vec` of items that are encoded already. */
export function list(items: Uint8Array[]): Uint8Array {
  return concat(compact(items.length), ...items);
}
