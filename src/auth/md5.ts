import { concat } from "../util/bytes.ts";

/** How far each round's additions are rotated (RFC 1321 section 3.4). */
const SHIFTS: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

/** The constants of the 64 steps: the whole parts of 2^32 times the sines of 1 to 64. */
const SINES: readonly number[] = Array.from(
  { length: 64 },
  (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0,
);

const BLOCK = 64;

/** MD5 (RFC 1321), which WebCrypto does not have. Broken: only for protocols that prescribe it. */
export function md5(message: Uint8Array): Uint8Array {
  const words = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += BLOCK) addBlock(words, view, at);
  const digest = new DataView(new ArrayBuffer(16));
  words.forEach((word, i) => digest.setInt32(i * 4, word, true));
  return new Uint8Array(digest.buffer);
}

/** HMAC with MD5 (RFC 2104). */
export function hmacMd5(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const key = new Uint8Array(BLOCK);
  key.set(secret.length > BLOCK ? md5(secret) : secret);
  const inner = md5(concat([key.map((byte) => byte ^ 0x36), message]));
  return md5(concat([key.map((byte) => byte ^ 0x5c), inner]));
}

/** The message, a 1 bit, zeros, and the message's length in bits. */
function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.floor((message.length + 8) / BLOCK) + 1;
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n, true);
  return padded;
}

function addBlock(words: number[], view: DataView, at: number): void {
  let [a, b, c, d] = words;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const sum = a + mix(round, b, c, d) + SINES[i] + view.getInt32(at + place(round, i) * 4, true);
    const shift = SHIFTS[round][i % 4];
    [a, d, c, b] = [d, c, b, (b + (sum << shift | (sum | 0) >>> (32 - shift))) | 0];
  }
  [a, b, c, d].forEach((word, i) => words[i] = (words[i] + word) | 0);
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return b & c | ~b & d;
  if (round === 1) return b & d | c & ~d;
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}

/** Which word of the block a step adds. */
function place(round: number, i: number): number {
  return [i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16;
}
