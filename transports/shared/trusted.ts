/**
 * The certificates that are trusted.
 *
 * @module
 */

/**
 * The runtime's roots and the user's certificates. In Node and Bun, `ca` alone would replace the
 * roots.
 */
export async function trusted(ca: string | readonly string[]): Promise<string[]> {
  const tls = await import("node:tls") as unknown as {
    readonly rootCertificates: readonly string[];
    /** Since Node 22.15: includes what Node was told to trust when it was started. */
    readonly getCACertificates?: () => readonly string[];
  };
  return [...tls.getCACertificates?.() ?? tls.rootCertificates, ...[ca].flat()];
}
