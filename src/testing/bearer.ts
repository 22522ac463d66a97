import type { Account } from "./account.ts";
import { bad } from "./refusal.ts";

/** The client has to acknowledge this before it is refused (RFC 7628 section 3.2.2; Gmail). */
export const TOKEN_ERROR: string = JSON.stringify({
  status: "400",
  schemes: "Bearer",
  scope: "https://mail.google.com/",
});

/** An access token, and the user that the client names. */
interface Bearer {
  readonly user: string;
  readonly token: string;
}

/** How messages of each mechanism begin. */
const HEADS: Readonly<Record<string, RegExp>> = {
  XOAUTH2: /^user=(.+)$/,
  OAUTHBEARER: /^n,(?:a=([^,]+))?,$/,
};

/** What a token gives access to. */
export interface TokenAccess {
  /** The account; `null` if there is none. */
  readonly account: Account | null;
  /** Whether the token gave access before. */
  readonly isExpired: boolean;
}

/** The account that a message of such a mechanism gives access to. */
export function accountByToken(
  accounts: ReadonlyMap<string, Account>,
  mechanism: string,
  message: string,
): TokenAccess {
  const { user, token } = readBearer(mechanism, message);
  const owners = [...accounts.values()].filter((it) => user === "" || it.user === user);
  return {
    account: owners.find((it) => it.token === token) ?? null,
    isExpired: owners.some((it) => it.expired.has(token)),
  };
}

/** Reads `user=ann^Aauth=Bearer token^A^A`, or `n,a=ann,^Aauth=Bearer token^A^A` (RFC 7628). */
function readBearer(mechanism: string, message: string): Bearer {
  const [first, ...fields] = message.split("\x01");
  const head = HEADS[mechanism].exec(first);
  const auth = fields.map((field) => /^auth=Bearer (.+)$/i.exec(field)).find((it) => it !== null);
  if (head === null || !auth || !message.endsWith("\x01\x01")) {
    throw bad(`not a message of ${mechanism}`);
  }
  const user = head[1] ?? "";
  if (mechanism === "XOAUTH2") return { user, token: auth[1] };
  return { user: user.replaceAll("=2C", ",").replaceAll("=3D", "="), token: auth[1] };
}
