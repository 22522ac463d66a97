/** The parts of a version (Semantic Versioning). */
export interface VersionInfo {
  /** Raised when callers have to change their code. */
  readonly major: number;
  /** Raised when features are added. */
  readonly minor: number;
  /** Raised when errors are fixed. */
  readonly micro: number;
  /** `final`, or a stage before it: `alpha`, `beta.2`. */
  readonly releaseLevel: string;
}

/** The parts of this library's version. */
// The line below is written by tests/tools/manifests.mjs, from deno.json.
export const versionInfo: VersionInfo = { major: 0, minor: 1, micro: 0, releaseLevel: "final" };

/**
 * Formats a version (Semantic Versioning): three numbers, and the release level unless it is
 * `final`.
 *
 * ```ts
 * import { formatVersion } from "@imapclient/imapclient";
 *
 * formatVersion({ major: 2, minor: 1, micro: 0, releaseLevel: "alpha" }); // 2.1.0-alpha
 * ```
 */
export function formatVersion({ major, minor, micro, releaseLevel }: VersionInfo): string {
  const numbers = `${major}.${minor}.${micro}`;
  return releaseLevel === "final" ? numbers : `${numbers}-${releaseLevel}`;
}

/** The version of this library, such as `1.0.2`. */
export const version: string = formatVersion(versionInfo);
