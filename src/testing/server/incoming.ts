import { concat } from "../../util/bytes.ts";
import { Arguments } from "../arguments.ts";
import { type AnnouncedLiteral, announcedLiteral } from "../input.ts";
import { bad, Goodbye, no, Refusal } from "../refusal.ts";
import type { ServerCommand } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { Session } from "./server_session.ts";

/** The most bytes that the literals of one command may have together. */
const LITERAL_LIMIT = 64 * 1024 * 1024;
/** The longest literal that LITERAL- lets a client send without asking (RFC 7888 section 5). */
const LITERAL_MINUS = 4096;

/** A received command. */
export interface Found {
  readonly command: ServerCommand;
  readonly args: Arguments;
  readonly uid: boolean;
}

/** Reads the next command with its literals; `null` at the end. `look` may refuse its head. */
export async function receiveCommand(
  session: Session,
  look: (head: Uint8Array) => Promise<void>,
): Promise<Uint8Array | null> {
  const { input, output } = session;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const line = await input.line();
    if (line === null) return null;
    pieces.push(line);
    const literal = announcedLiteral(line);
    if (literal === null || !understands(session, literal)) return concat(pieces);
    size += literal.size;
    if (literal.synchronising) {
      await look(concat(pieces));
      if (size > LITERAL_LIMIT) throw no("the literal is too large", "TOOBIG");
      await output.line("+ go ahead").flush();
    } else checkUnasked(session, literal, size);
    const bytes = await input.bytes(literal.size);
    if (bytes === null) return null;
    pieces.push(bytes);
  }
}

/** Without LITERAL+, `{3+}` is a syntax error. */
function understands(session: Session, literal: AnnouncedLiteral): boolean {
  return literal.synchronising || session.has("LITERAL+") || session.has("LITERAL-");
}

/** A literal that the client is already sending can only be refused by closing the connection. */
function checkUnasked(session: Session, literal: AnnouncedLiteral, total: number): void {
  const allowed = session.has("LITERAL+") || literal.size <= LITERAL_MINUS;
  if (!allowed || total > LITERAL_LIMIT) throw new Goodbye("[TOOBIG] the literal is too large");
}

/** Finds a command by its first words; its arguments are still to be read. */
export function findCommand(session: Session, text: Uint8Array): Found {
  const args = new Arguments(text, session.modes.utf8);
  args.tag();
  let name = args.sp().keyword();
  const uid = name === "UID";
  if (uid) name = args.sp().keyword();
  const command = COMMANDS.get(name);
  const capability = uid ? command?.uid : command?.capability ?? "IMAP4rev1";
  if (command === undefined || capability === undefined || !offers(session, capability)) {
    throw bad("unknown command");
  }
  checkState(session, command);
  if (!uid) session.modes.check(name);
  if (!uid) return { command, args, uid };
  return { command: { ...command, name: `UID ${name}`, keepsNumbers: false }, args, uid };
}

/** Refuses, if possible, before the whole command has arrived. */
export function checkEarly(session: Session, { command, args, uid }: Found): void {
  try {
    command.early?.(session, args, uid);
  } catch (error) {
    // The head may break off anywhere, so its syntax is checked when the whole has arrived.
    if (!(error instanceof Refusal) || error.status === "NO") throw error;
  }
}

function offers(session: Session, capability: string): boolean {
  return capability === "IMAP4rev1" || session.has(capability);
}

function checkState(session: Session, { state }: ServerCommand): void {
  if (state === "any") return;
  if (state === "not authenticated") {
    if (session.isLoggedIn) throw bad("you are logged in already");
  } else if (state === "selected") void session.view;
  else void session.account;
}
