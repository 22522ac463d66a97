/**
 * The certificates that are trusted besides the runtime's own.
 *
 * @module
 */

/**
 * The runtime's roots with the user's certificates added; by itself, the `ca` of Node and of Bun
 * replaces the roots.
 */
export async function trusted(ca: string | readonly string[]): Promise<string[]> {
  const tls = await import("node:tls") as unknown as {
    readonly rootCertificates: readonly string[];
    /** From Node 22.15 on: with what Node was told to trust when it was started. */
    readonly getCACertificates?: () => readonly string[];
  };
  return [...tls.getCACertificates?.() ?? tls.rootCertificates, ...[ca].flat()];
}
