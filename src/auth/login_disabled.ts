/** The calls that log in by a SASL mechanism. */
const CALLS: Readonly<Record<string, string>> = {
  "PLAIN": "plainLogin",
  "XOAUTH2": "oauth2Login",
  "OAUTHBEARER": "oauthbearerLogin",
  "SCRAM-SHA-512": "saslLogin with scramSha512",
  "SCRAM-SHA-512-PLUS": "saslLogin with scramSha512Plus",
  "SCRAM-SHA-256": "saslLogin with scramSha256",
  "SCRAM-SHA-256-PLUS": "saslLogin with scramSha256Plus",
  "SCRAM-SHA-1": "saslLogin with scramSha1",
  "SCRAM-SHA-1-PLUS": "saslLogin with scramSha1Plus",
  "LOGIN": "saslLogin with authLogin",
  "CRAM-MD5": "saslLogin with cramMd5",
  "ANONYMOUS": "saslLogin with anonymous",
  "EXTERNAL": "saslLogin with external",
};

/**
 * The error text for LOGIN on a server that does not accept it (LOGINDISABLED), with the ways to
 * log in that the server offers now. Without TLS, the text advises TLS first: servers then offer
 * more, and no password should be sent without it.
 */
export function loginDisabled(secure: boolean, capabilities: readonly string[]): string {
  const what = "the server does not accept LOGIN here (LOGINDISABLED)";
  const offered = capabilities.filter((it) => it.startsWith("AUTH=")).map((it) => it.slice(5));
  const ways = Object.keys(CALLS).filter((it) => offered.includes(it)).map((it) => CALLS[it]);
  const others = offered.filter((it) => CALLS[it] === undefined);
  if (others.length > 0) {
    ways.push(`saslLogin with your own mechanism for ${others.join(", ")}`);
  }
  const advice = secure ? [] : ["connect with TLS, or call starttls"];
  if (ways.length > 0) advice.push(`${secure ? "use" : "or use"} ${ways.join(", or ")}`);
  if (advice.length === 0) advice.push("it offers no other way to log in");
  return `${what}: ${advice.join("; ")}`;
}
