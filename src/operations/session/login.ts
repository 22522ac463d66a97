import type { SaslConnection, SaslMechanism } from "../../auth/sasl.ts";
import { loginDisabled } from "../../auth/login_disabled.ts";
import { authenticate } from "../../commands/session/authenticate.ts";
import { id } from "../../commands/session/id.ts";
import { login, type NoteRefusal } from "../../commands/session/login.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import type { Connection } from "../../connection/connection.ts";
import { missingCapability } from "../../connection/session.ts";
import { IllegalStateError, LoginError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { untilAborted } from "../../util/until_aborted.ts";
import { run, runWhole, type Scope } from "../scope.ts";
import { compressIfWanted } from "./compress.ts";
import { askCapabilities } from "./capabilities.ts";
import { enableModes } from "./modes.ts";

/** LOGIN. */
export async function logIn(
  scope: Scope,
  username: string,
  password: string,
  note?: NoteRefusal,
): Promise<string> {
  checkLoggedOut(scope);
  const { secure, session } = scope.client.connection;
  // It may forbid a password; not known if `unauthenticate` was given up half-way.
  if (session.capabilities === null) await askCapabilities(scope);
  if (session.has("LOGINDISABLED")) {
    throw new LoginError(loginDisabled(secure, session.capabilities ?? []));
  }
  return await logInBy(scope, (scope) => run(scope, login(username, password, note)), username);
}

/** AUTHENTICATE by a mechanism, for `user` as the log names it. */
export async function authenticateBy(
  scope: Scope,
  mechanism: SaslMechanism,
  user: string,
  note?: NoteRefusal,
): Promise<string> {
  checkLoggedOut(scope);
  if (scope.client.connection.session.capabilities === null) await askCapabilities(scope);
  return await logInBy(scope, (scope) => exchange(scope, mechanism, note), user);
}

/** Runs AUTHENTICATE, and again as long as the mechanism knows another way. */
async function exchange(
  scope: Scope,
  mechanism: SaslMechanism,
  note?: NoteRefusal,
): Promise<string> {
  const { connection } = scope.client;
  for (;;) {
    if (mechanism.bind !== undefined) {
      await untilAborted(scope.signal, bind(connection, mechanism));
    }
    try {
      return await run(scope, checked(connection, mechanism, note));
    } catch (error) {
      const isOver = connection.failure !== null || !(error instanceof LoginError);
      if (isOver || mechanism.again?.() !== true) throw error;
    }
  }
}

async function bind(connection: Connection, mechanism: SaslMechanism): Promise<void> {
  const needed = `AUTH=${mechanism.name}`;
  if (!connection.session.has(needed)) throw missingCapability(needed);
  await mechanism.bind!(saslConnection(connection));
}

/** What mechanisms may know of a connection. */
export function saslConnection(connection: Connection): SaslConnection {
  const { session } = connection;
  const { channelBindings } = session.server.quirks;
  return {
    offers: (name) => session.has(`AUTH=${name}`),
    acceptsBinding: (type) => channelBindings?.includes(type) ?? true,
    channelBinding: (type) => connection.channelBinding(type),
  };
}

/** AUTHENTICATE, which ends the connection if the server says yes before it proved its identity. */
function checked(
  connection: Connection,
  mechanism: SaslMechanism,
  note?: NoteRefusal,
): Command<string> {
  const command = authenticate(mechanism, connection.session.has("SASL-IR"), note);
  return wrapped(command, {
    needs: `AUTH=${mechanism.name}`,
    result(done: TaggedResponse): string {
      try {
        return command.result(done);
      } catch (error) {
        connection.close();
        throw error;
      }
    },
  });
}

/** Throws if nobody can log in any more. */
export function checkLoggedOut({ client }: Scope): void {
  const { failure, session } = client.connection;
  if (failure !== null) throw failure;
  if (session.authenticated) throw new IllegalStateError("somebody is logged in already");
}

async function logInBy(
  scope: Scope,
  attempt: (scope: Scope) => Promise<string>,
  user: string,
): Promise<string> {
  const { logger, connection: { session } } = scope.client;
  const before = session.capabilities;
  // Calls that are made meanwhile wait: what is enabled changes how they are written.
  const text = await runWhole(scope, async (scope) => {
    const text = await attempt(scope);
    logger?.debug(`Logged in as ${user}`);
    // They may differ from those before the login; most servers say so of their own accord.
    if (session.capabilities === before) await askCapabilities(scope);
    await enableModes(scope);
    await compressIfWanted(scope);
    return text;
  });
  introduce(scope);
  return text;
}

/** Identifies the client: some servers (163.com) otherwise refuse SELECT. Failures are ignored. */
function introduce(scope: Scope): void {
  const { connection, introduction } = scope.client;
  if (introduction === false || !connection.session.has("ID")) return;
  const { signal: _, onProgress: __, place: ___, ...own } = scope;
  connection.runSoon(id(introduction), own).catch(() => {});
}
