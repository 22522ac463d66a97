import type { Account } from "../account.ts";
import type { ServerCommand } from "./command.ts";
import { endCompression } from "./compress.ts";
import { no } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** LOGIN (RFC 3501 section 6.2.3). */
export const login: ServerCommand = {
  name: "LOGIN",
  state: "not authenticated",
  run(session, args): string {
    const user = args.sp().text();
    const password = args.sp().text();
    args.end();
    if (session.has("LOGINDISABLED")) throw no("a login needs TLS", "PRIVACYREQUIRED");
    session.logIn(checkCredentials(session, user, password));
    return `CAPABILITY ${session.capabilities.join(" ")}`;
  },
};

/** UNAUTHENTICATE (RFC 8437). */
export const unauthenticate: ServerCommand = {
  name: "UNAUTHENTICATE",
  state: "authenticated",
  capability: "UNAUTHENTICATE",
  run(session, args): void {
    args.end();
    session.logOut();
    endCompression(session);
  },
};

/** The account that this name and password give access to. */
export function checkCredentials(session: Session, user: string, password: string): Account {
  const account = session.accounts.get(user);
  if (account === undefined || account.password !== password) {
    throw no("wrong user name or password", "AUTHENTICATIONFAILED");
  }
  return account;
}
