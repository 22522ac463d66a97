/** A version by its parts. */
export interface VersionInfo {
  /** Changes when callers have to. */
  readonly major: number;
  /** Changes when something new is there. */
  readonly minor: number;
  /** Changes when something was repaired. */
  readonly micro: number;
  /** `final`, or what it is on the way there: `alpha`, `beta.2`. */
  readonly releaseLevel: string;
}

/** The version of this library, by its parts. */
export const versionInfo: VersionInfo = { major: 0, minor: 1, micro: 0, releaseLevel: "final" };

/**
 * A version as text (Semantic Versioning): always with three numbers, and with the release level
 * unless that is `final`.
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
