/**
 * What IMAP4rev2 took in (RFC 9051 appendix E, points 2 and 3). Not all of BINARY and SPECIAL-USE is
 * in it: only fetching what is decoded, and the attributes that LIST tells, without being asked.
 */
const IN_REV2: readonly string[] = [
  "CHILDREN",
  "ENABLE",
  "ESEARCH",
  "IDLE",
  "LIST-EXTENDED",
  "LIST-STATUS",
  "LITERAL-",
  "MOVE",
  "NAMESPACE",
  "SASL-IR",
  "SEARCHRES",
  "STATUS=SIZE",
  "UIDPLUS",
  "UNSELECT",
];

/** What need not be named beside extensions that build on it. */
const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map([
  ["CONDSTORE", ["QRESYNC"]], // RFC 7162 section 3.2.4
  // IMAP4rev2 beside IMAP4rev1 has to be switched on; RFC 7162 section 3.2.3, RFC 9586 section 3,
  // RFC 6855 section 3.
  ["ENABLE", ["IMAP4REV2", "QRESYNC", "UIDONLY", "UTF8=ACCEPT", "UTF8=ONLY"]],
  ["UTF8=ACCEPT", ["UTF8=ONLY"]], // RFC 6855 section 6
]);

/**
 * Whether a server that says these capabilities, in upper case, has one that is not among them.
 * `rev2`: it speaks IMAP4rev2.
 */
export function isImplied(
  capability: string,
  capabilities: readonly string[],
  rev2: boolean,
): boolean {
  if (rev2 && IN_REV2.includes(capability)) return true;
  return IMPLIED.get(capability)?.some((name) => capabilities.includes(name)) ?? false;
}
