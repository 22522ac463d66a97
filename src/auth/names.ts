/** Escapes a name for a message whose fields end at commas (`saslname`, RFC 5801 section 4). */
export function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/**
 * A GS2 header (RFC 5801 section 4), whose flag tells about channel binding: `n`, `y`, or `p=` and
 * a type. An empty identity is left out.
 */
export function gs2Header(authorizationIdentity: string, flag = "n"): string {
  const identity = authorizationIdentity === "" ? "" : `a=${escapeName(authorizationIdentity)}`;
  return `${flag},${identity},`;
}
