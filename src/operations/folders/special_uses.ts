/** The attributes that name a special use (RFC 6154, RFC 8457, RFC 9979 and their registry). */
const USES: ReadonlySet<string> = new Set([
  ...["\\all", "\\archive", "\\drafts", "\\flagged", "\\important", "\\junk"],
  ...["\\sent", "\\trash", "memos", "scheduled", "snoozed"],
]);

/** The special uses among the attributes of a folder. */
export function usesOf(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => USES.has(flag.toLowerCase()));
}
