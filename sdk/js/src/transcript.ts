// Merlin transcripts (https://merlin.cool): what Schnorr signatures of sr25519 hash their message with.
//
// A transcript is the part of STROBE-128 (https://strobe.sourceforge.io) that Merlin uses, on Keccak-f[1600]:
// labelled messages go in, challenges come out that depend on all before them.

import { keccakP } from "@noble/hashes/sha3.js";
import { littleEndian } from "./scale.ts";

/** How many bytes of the state take input; what is above is for STROBE's padding and Keccak's capacity. */
const RATE = 166;

/** STROBE's flags of the three operations that Merlin is made of. */
const ASSOCIATED_DATA = 0b0_0010;
const META_DATA = 0b1_0010;
const PSEUDO_RANDOM = 0b0_0111;

const ascii = (text: string) => new TextEncoder().encode(text);

/** Messages that a challenge depends on. */
export class Transcript {
  readonly #state = new Uint8Array(200);
  readonly #words = new Uint32Array(this.#state.buffer);
  #position = 0;
  /** One more than where the operation that is going on began. */
  #began = 0;

  constructor(protocol: string) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 96]);
    this.#state.set(ascii("STROBEv1.0.2"), 6);
    keccakP(this.#words);
    this.#begin(META_DATA);
    this.#absorb(ascii("Merlin v1.0"));
    this.append("dom-sep", ascii(protocol));
  }

  /** Takes in a message. */
  append(label: string, message: Uint8Array): void {
    this.#frame(label, message.length);
    this.#begin(ASSOCIATED_DATA);
    this.#absorb(message);
  }

  /** Gives out that many bytes. */
  challenge(label: string, count: number): Uint8Array {
    this.#frame(label, count);
    this.#begin(PSEUDO_RANDOM);
    return Uint8Array.from({ length: count }, () => this.#squeeze());
  }

  #frame(label: string, length: number): void {
    this.#begin(META_DATA);
    this.#absorb(ascii(label));
    this.#absorb(littleEndian(BigInt(length), 4));
  }

  #begin(flags: number): void {
    const before = this.#began;
    this.#began = this.#position + 1;
    this.#absorb(Uint8Array.of(before, flags));
    // What comes out has to depend on all that went in.
    if (flags === PSEUDO_RANDOM && this.#position > 0) this.#permute();
  }

  #absorb(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#state[this.#position]! ^= byte;
      this.#advance();
    }
  }

  #squeeze(): number {
    const byte = this.#state[this.#position]!;
    this.#state[this.#position] = 0;
    this.#advance();
    return byte;
  }

  #advance(): void {
    this.#position += 1;
    if (this.#position === RATE) this.#permute();
  }

  #permute(): void {
    this.#state[this.#position]! ^= this.#began;
    this.#state[this.#position + 1]! ^= 0x04;
    this.#state[RATE + 1]! ^= 0x80;
    keccakP(this.#words);
    this.#position = 0;
    this.#began = 0;
  }
}
