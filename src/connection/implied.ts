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

/** Extensions that build on others, which a server need not name beside them. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  "IMAP4REV2": ["ENABLE"], // also beside IMAP4rev1, as it has to be switched on there
  "QRESYNC": ["CONDSTORE", "ENABLE"], // RFC 7162 sections 3.2.3 and 3.2.4
  "UIDONLY": ["ENABLE"], // RFC 9586 section 3
  "UTF8=ACCEPT": ["ENABLE"], // RFC 6855 section 3
  "UTF8=ONLY": ["ENABLE", "UTF8=ACCEPT"], // RFC 6855 section 6
};

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
  return Object.entries(IMPLIED).some(([name, others]) =>
    others.includes(capability) && capabilities.includes(name)
  );
}
