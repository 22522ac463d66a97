/**
 * The extensions that IMAP4rev2 includes (RFC 9051 appendix E, points 2 and 3). It includes only
 * parts of BINARY (fetching decoded content) and SPECIAL-USE (the attributes that LIST gives
 * unasked).
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

/** Extensions that others imply. */
const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map([
  ["CONDSTORE", ["QRESYNC"]], // RFC 7162 section 3.2.4
  // A server that offers IMAP4rev1 too needs ENABLE for IMAP4rev2; RFC 7162 section 3.2.3, RFC 9586
  // section 3, RFC 6855 section 3.
  ["ENABLE", ["IMAP4REV2", "QRESYNC", "UIDONLY", "UTF8=ACCEPT", "UTF8=ONLY"]],
  ["I18NLEVEL=1", ["I18NLEVEL=2"]], // RFC 5255 section 4.1
  ["OBJECTID", ["JMAPACCESS", "OBJECTID+"]], // RFC 9698; the draft that replaces RFC 8474
  ["UTF8=ACCEPT", ["UTF8=ONLY"]], // RFC 6855 section 6
]);

/**
 * Whether a capability is implied by those that the server names, in upper case. `rev2`: the server
 * speaks IMAP4rev2.
 */
export function isImplied(
  capability: string,
  capabilities: readonly string[],
  rev2: boolean,
): boolean {
  if (rev2 && IN_REV2.includes(capability)) return true;
  // RFC 9208 section 3.1.1: a server names each resource that it limits.
  if (capability === "QUOTA") return capabilities.some((name) => name.startsWith("QUOTA=RES-"));
  // RFC 7889 section 2: the capability may name the limit.
  if (capability === "APPENDLIMIT") return capabilities.some((it) => it.startsWith("APPENDLIMIT="));
  return IMPLIED.get(capability)?.some((name) => capabilities.includes(name)) ?? false;
}
