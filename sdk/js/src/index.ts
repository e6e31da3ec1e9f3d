// @sillok/client: verifies proofs of state and certified extracts of share registers, without a network.

export { accountBytes, addressOf, keyOf } from "./account.ts";
export { CertificateError, type Certificate, type Header, type Validator, blockId } from "./block.ts";
export { ExtractError, type Difference, type ExtractErrorCode } from "./error.ts";
export { type Extract, parseExtract, verifyExtract } from "./extract.ts";
export { type Json, type JsonObject, parseJson, printJson } from "./json.ts";
export {
  type Claim,
  type StateProof,
  StateProofError,
  checkStateProof,
  decodeStateProof,
  heightOf,
} from "./proof.ts";
export { type KnownKey, ProofFileError, type ProvenKeys, verifyProofFile } from "./proof-file.ts";
export { ScaleError } from "./scale.ts";
export type {
  HoldingStatement,
  Lot,
  LotLocks,
  RegisterStatement,
  Row,
  ShareClass,
  Statement,
} from "./statement.ts";
export { ProofError } from "./tree.ts";
export {
  type SetChange,
  SetChangeError,
  type Trust,
  decodeChanges,
  fingerprint,
  follow,
  followAll,
  parseTrust,
} from "./trust.ts";
export type { FieldSpec, StorageSpec, TypeSpec, VariantSpec } from "./types.ts";
export { decodeValue } from "./value.ts";
