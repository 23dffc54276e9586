// One-time codes (RFC 6238: SHA-1, 30 s, six digits), as an authenticator app makes them.
import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code's number: it grows by one every 30 seconds. */
export const stepAt = (milliseconds) => Math.floor(milliseconds / 30_000);

/** The code of a seed (base32) in a step. */
export function codeOf(seed, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytesOf(seed)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function bytesOf(seed) {
  let bits = '';
  for (const letter of seed.toUpperCase().replace(/[\s=]/g, '')) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new Error(`"${letter}" is no letter of base32`);
    bits += value.toString(2).padStart(5, '0');
  }
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? []);
}
