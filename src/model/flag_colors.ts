import { FLAGGED, KEYWORDS } from "./flags.ts";

/** The colours that a flagged message can have (RFC 9979). */
export type FlagColor = "red" | "orange" | "yellow" | "green" | "blue" | "purple" | "gray";

/** The colours by their three bits, the lowest first. */
export const COLORS: readonly FlagColor[] = [
  ...["red", "orange", "yellow", "green", "blue", "purple", "gray"] as const,
];

/** The keywords of the bits. */
export const COLOR_BITS: readonly string[] = [
  KEYWORDS.MAIL_FLAG_BIT_0,
  KEYWORDS.MAIL_FLAG_BIT_1,
  KEYWORDS.MAIL_FLAG_BIT_2,
];

/**
 * The colour of a message by its flags (RFC 9979); `null` if it is not flagged, or if its bits
 * stand for no colour.
 *
 * ```ts
 * import { flagColor, type ImapClient } from "@imapclient/imapclient";
 *
 * async function blueOnes(client: ImapClient) {
 *   const flags = await client.getFlags("1:*");
 *   return [...flags].filter(([, it]) => flagColor(it) === "blue").map(([id]) => id);
 * }
 * ```
 */
export function flagColor(flags: Iterable<string>): FlagColor | null {
  const has = new Set(Array.from(flags, (flag) => flag.toLowerCase()));
  // Without this flag, the bits mean nothing.
  if (!has.has(FLAGGED.toLowerCase())) return null;
  const bits = COLOR_BITS.reduce(
    (sum, bit, at) => sum + (has.has(bit.toLowerCase()) ? 1 << at : 0),
    0,
  );
  return COLORS[bits] ?? null;
}

/** The keywords that a colour has, and those that it has not; `null` if there is no such colour. */
export function bitsOf(
  color: unknown,
): { set: readonly string[]; unset: readonly string[] } | null {
  const number = COLORS.indexOf(color as FlagColor);
  if (number < 0) return null;
  const isSet = (_: string, at: number) => (number >> at & 1) === 1;
  return { set: COLOR_BITS.filter(isSet), unset: COLOR_BITS.filter((bit, at) => !isSet(bit, at)) };
}
