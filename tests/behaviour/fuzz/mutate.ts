import { bytes } from "../../support/wire.ts";
import type { Random } from "../../support/random.ts";

/** Words with a meaning somewhere in the grammar. */
const WORDS = [
  ...["(", ")", "((", "))", " ", "  ", '"', '\\"', "\\", "NIL", "nil", "{0}\r\n", "{3}\r\nabc"],
  ...["{5}", "{99}\r\n", "{4294967295}", "~{2}\r\nab", "{1+}\r\nx", "\r\n", "\n", "\r", "\0", "*"],
  ...["[", "]", "<0>", "<", ">", ":", ",", "-1", "0", "4294967296", "99999999999999999999", "1:*"],
  ...["\xff", "\xc3\xa4", "&AOQ-", "&", "&-", "=?utf-8?q?=E4?=", "__proto__", "constructor"],
  ...["* ", "+ ", "A1 OK", "BODY[]", "BODY[TEXT]<0>", "FLAGS", "ENVELOPE", "BODYSTRUCTURE", "UID"],
  ...["* 1 FETCH (", "* LIST () ", "* SEARCH ", "* ESEARCH ", "* STATUS ", "* OK [", "* THREAD "],
].map(bytes);

/** A copy of `seed` with a few changes, some taken from other seeds. */
export function mutate(
  seed: Uint8Array,
  seeds: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let data = seed;
  for (let count = 1 + random.below(4); count > 0; count--) data = change(data, seeds, random);
  return data;
}

function change(data: Uint8Array, seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(data.length + 1);
  const end = Math.min(data.length, at + random.below(12));
  switch (random.below(7)) {
    case 0: // other bytes
      return splice(data, at, Math.min(at + 1, data.length), Uint8Array.of(random.below(256)));
    case 1: // something gone
      return splice(data, at, end, new Uint8Array(0));
    case 2: // a word
      return splice(data, at, at, random.pick(WORDS));
    case 3: // a word in place of something
      return splice(data, at, end, random.pick(WORDS));
    case 4: // something twice, or many times
      return splice(data, at, at, repeated(data.subarray(at, end), 1 + random.below(6)));
    case 5: { // the end of another
      const other = random.pick(seeds);
      return splice(data, at, data.length, other.subarray(random.below(other.length)));
    }
    default: // another in the middle
      return splice(data, at, at, random.pick(seeds));
  }
}

function splice(data: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const result = new Uint8Array(data.length - (to - from) + piece.length);
  result.set(data.subarray(0, from));
  result.set(piece, from);
  result.set(data.subarray(to), from + piece.length);
  return result;
}

function repeated(piece: Uint8Array, times: number): Uint8Array {
  const result = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) result.set(piece, i * piece.length);
  return result;
}
