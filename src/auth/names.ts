/** Escapes a name for a message whose fields end at commas (`saslname`, RFC 5801 section 4). */
export function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** A GS2 header without channel binding (RFC 5801 section 4); an empty identity is left out. */
export function gs2Header(authorizationIdentity: string): string {
  return authorizationIdentity === "" ? "n,," : `n,a=${escapeName(authorizationIdentity)},`;
}
