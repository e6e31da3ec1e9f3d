// Changes of what makes the block final, and of the claims about its state.

import { compare, concat } from "../../../src/bytes.ts";
import type { StateProof } from "../../../src/proof.ts";
import { fieldKey } from "../../../src/proven.ts";
import type { Entry, Search } from "../../../src/tree.ts";
import { keyNamed } from "../chain.ts";
import { type Tampering, contractClaim, fieldClaim } from "./opened.ts";

const searchOfContract = (proof: StateProof): Search => {
  const claim = contractClaim(proof);
  if (claim.proof.kind !== "InField") throw new Error("the contract is not in state");
  return claim.proof.field;
};
const flip = (bytes: Uint8Array, index = 0) => {
  bytes[index]! ^= 1;
};
const swap = <T>(items: T[]) => {
  [items[0], items[1]] = [items[1]!, items[0]!];
};

/** Changes of what makes the block final. */
export const CERTIFICATE: Tampering[] = [
  {
    name: "a bit of a signature",
    change: ({ proof }) => flip(proof.certificate.signatures[0]!.signature, 40),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "a signature without its mark",
    change: ({ proof }) => (proof.certificate.signatures[0]!.signature[63]! &= 0x7f),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "another round",
    change: ({ proof }) => (proof.certificate.round += 1),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "another height of the certificate",
    change: ({ proof }) => (proof.certificate.height += 1n),
    code: "NotFinal",
    cause: "OtherBlock",
  },
  {
    name: "a signer twice",
    change: ({ proof }) => proof.certificate.signatures.unshift(proof.certificate.signatures[0]!),
    code: "NotFinal",
    cause: "Disordered",
  },
  {
    name: "a signer less",
    change: ({ proof }) => proof.certificate.signatures.pop(),
    code: "NotFinal",
    cause: "NoQuorum",
  },
  {
    name: "nobody signed",
    change: ({ proof }) => proof.certificate.signatures.splice(0),
    code: "NotFinal",
    cause: "NoQuorum",
  },
  {
    name: "a stranger signed",
    change: ({ proof }) => {
      const { signatures } = proof.certificate;
      signatures[0]!.validator = keyNamed("somebody else");
      signatures.sort((one, other) => compare(one.validator, other.validator));
    },
    code: "NotFinal",
    cause: "NotValidator",
  },
  {
    name: "a bit of the state root",
    change: ({ proof }) => flip(proof.header.stateRoot),
    code: "NotFinal",
    cause: "OtherBlock",
  },
  {
    name: "a bit of the block's time",
    change: ({ proof }) => (proof.header.time ^= 1n),
    code: "NotFinal",
    cause: "OtherBlock",
  },
];

/** Changes of the claims and of why they follow. */
export const CLAIMS: Tampering[] = [
  {
    name: "two steps of a search swapped",
    change: ({ proof }) => swap(searchOfContract(proof).steps),
    code: "NotInState",
    cause: "Steps",
  },
  {
    name: "a bit beside the way",
    change: ({ proof }) => flip(searchOfContract(proof).steps[0]!.beside),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "absence claimed of what is there",
    change: ({ proof }) => (contractClaim(proof).value = null),
    code: "NotInState",
    cause: "Presence",
  },
  {
    name: "another value of a key",
    change: ({ proof }) => flip(contractClaim(proof).value!),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "a key of another contract",
    change: ({ proof }) => flip(contractClaim(proof).contract),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "an entry left out of a field",
    change: ({ proof }) => fieldClaim(proof, "classes").entries.pop(),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "a bit of a field's entry",
    change: ({ proof }) => flip(fieldClaim(proof, "classes").entries[0]![1], 3),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "an entry twice",
    change: ({ proof }) => {
      const { entries } = fieldClaim(proof, "classes");
      entries.push(entries[entries.length - 1]!);
    },
    code: "NotInState",
    cause: "Order",
  },
  {
    name: "an entry of another field",
    change: ({ proof }) => {
      const entry: Entry = [concat(fieldKey("lots"), new Uint8Array(8)), new Uint8Array()];
      fieldClaim(proof, "classes").entries.push(entry);
    },
    code: "NotInState",
    cause: "Key",
  },
  {
    name: "a claim left out",
    change: ({ proof }) => proof.claims.splice(proof.claims.indexOf(fieldClaim(proof, "classes")), 1),
    code: "Unproven",
    message: /`classes`/,
  },
];
