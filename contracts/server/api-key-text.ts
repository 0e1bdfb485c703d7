import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_CHARACTERS = 12;
/** 256 bits. */
const SECRET_CHARACTERS = 43;
const CHECKSUM_CHARACTERS = 6;

const PREFIX = 'purser_';
const KEY_TEXT = new RegExp(
  `^${PREFIX}[a-z]{1,16}_[0-9A-Za-z]{1,64}_[0-9A-Za-z]{${SECRET_CHARACTERS + CHECKSUM_CHARACTERS}}$`,
);

/** Bytes as one number in base 62, padded with zeros, shortened to the last `characters`. */
function base62(bytes: Uint8Array, characters: number): string {
  let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (let position = 0; position < characters; position += 1) {
    text = DIGITS.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}

function checksum(text: string): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(text));
  return base62(bytes, CHECKSUM_CHARACTERS);
}

/** A key's id, from at least 9 bytes: random ones, or a hash of what identifies the key. */
export const keyIdOf = (bytes: Uint8Array): string => base62(bytes, ID_CHARACTERS);

/**
 * A key's text: `purser_<environment>_<key id>_<secret><checksum>`.
 * @param secret 32 random bytes
 */
export function keyTextOf(environment: string, keyId: string, secret: Uint8Array): string {
  const text = `${PREFIX}${environment}_${keyId}_${base62(secret, SECRET_CHARACTERS)}`;
  return text + checksum(text);
}

/**
 * Whether a credential looks like a Purser key but cannot be one, because it was cut off or
 * mistyped. Checks the format without a store read. The checksum is not secret: anyone can compute
 * it.
 */
export const isMistyped = (credential: string): boolean =>
  credential.startsWith(PREFIX) &&
  (!KEY_TEXT.test(credential) ||
    checksum(credential.slice(0, -CHECKSUM_CHARACTERS)) !== credential.slice(-CHECKSUM_CHARACTERS));

/** SHA-256 of a whole API key in hex, for storage and lookup. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');
