import { enable } from "../../commands/session/enable.ts";
import type { Session } from "../../connection/session.ts";
import { ImapError } from "../../model/errors.ts";
import { upperAscii } from "../../model/text.ts";
import { run, type Scope } from "../scope.ts";

/** What makes names and texts UTF-8, and needs nothing of the caller. */
const BEST: readonly string[] = ["IMAP4REV2", "UTF8=ACCEPT"];

/**
 * ENABLE, for a session that has just been authenticated. What the server does not offer is left
 * out. Servers may refuse what they offer; then the session goes on without it.
 */
export async function enableModes(scope: Scope): Promise<void> {
  const { connection, modes, logger } = scope.client;
  const names = modes === "best" ? best(connection.session) : offered(modes, scope);
  if (names.length === 0) return;
  try {
    const on = await run(scope, enable(names));
    logger?.debug(`Enabled ${on.join(", ") || "nothing"}`);
  } catch (error) {
    if (!(error instanceof ImapError) || connection.failure !== null) throw error;
    logger?.info(`Not enabled: ${error.message}`);
  }
}

/** Nothing is sent to a server that does not say itself that it has ENABLE. */
function best(session: Session): readonly string[] {
  if (!session.capabilities?.includes("ENABLE")) return [];
  const { notEnabled } = session.server.quirks;
  const isGood = (name: string) => session.has(name) && !notEnabled.includes(name);
  return BEST.filter((name) => isOff(name, session) && isGood(name));
}

function offered(modes: readonly string[], { client }: Scope): readonly string[] {
  const { session } = client.connection;
  const wanted = [...new Set(modes.map(upperAscii))].filter((name) => isOff(name, session));
  const names = session.has("ENABLE") ? wanted.filter((name) => session.has(name)) : [];
  for (const name of wanted) {
    if (!names.includes(name)) client.logger?.info(`Not enabled: the server has no ${name}`);
  }
  return names;
}

/** A server of IMAP4rev2 alone speaks it from the start. */
function isOff(name: string, session: Session): boolean {
  return !session.enabled.has(name) && !(name === "IMAP4REV2" && session.rev2);
}
