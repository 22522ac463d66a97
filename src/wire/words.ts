import { decodeLoosely } from "./bytes.ts";

/**
 * Words that recur in what servers send - flags, names of items - are made text once. Each has one
 * place in the table, from which another may push it out: memory is bounded, whatever comes.
 */
const TABLE: string[] = new Array(1024).fill("");
const LONGEST = 32;

/** The text of a word. */
export function word(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST) return decodeLoosely(bytes, start, end);
  let hash = length;
  for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + bytes[i];
  const place = (hash ^ hash >>> 12) & 1023;
  const known = TABLE[place];
  if (known.length === length && isSame(known, bytes, start)) return known;
  return TABLE[place] = decodeLoosely(bytes, start, end);
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    // A word that is not ASCII is never the same: its characters are no bytes.
    if (text.charCodeAt(i) !== bytes[start + i] || bytes[start + i] > 127) return false;
  }
  return true;
}
