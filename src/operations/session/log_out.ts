import { logout } from "../../commands/session/session.ts";
import { turnsForInput } from "../../connection/deadline.ts";
import { ConnectionClosedError, TimeoutError } from "../../model/errors.ts";
import { run, type Scope } from "../scope.ts";

/** Seconds that a server has to answer LOGOUT. */
const LOGOUT_PATIENCE = 5;

/** LOGOUT; the connection is closed then, whatever the answer. */
export async function logOut(scope: Scope): Promise<string> {
  const { connection, logger } = scope.client;
  const patience = Math.min(LOGOUT_PATIENCE, connection.patience || Infinity);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = async () => {
    await turnsForInput();
    connection.close(new TimeoutError(`no answer to LOGOUT within ${patience} seconds`));
  };
  // Counted from when it is sent, and whatever else the server says meanwhile.
  const write = () => void (timer = setTimeout(() => void late(), patience * 1000));
  try {
    const text = await run(scope, logout({ patience: 0, write }));
    logger?.debug("Logged out, connection closed");
    return text;
  } catch (error) {
    // Some servers hang up right after their BYE: that is a farewell too.
    const { farewell } = connection;
    if (!(error instanceof ConnectionClosedError) || farewell === null) throw error;
    return farewell;
  } finally {
    clearTimeout(timer);
    connection.session.loggedOut = true;
    connection.close();
  }
}
