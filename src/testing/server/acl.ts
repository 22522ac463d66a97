import { ALL_RIGHTS } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { Folder } from "../folder.ts";
import { binaryOf, string } from "../output.ts";
import { bad } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** GETACL (RFC 4314 section 3.3). The rights are stored, not enforced. */
export const getAcl: ServerCommand = command("GETACL", (session, args) => {
  const name = args.sp().mailbox();
  args.end();
  const folder = session.account.get(name);
  const entries = [...folder.rights].map(([who, rights]) => ` ${text(who)} ${shown(rights)}`);
  session.untagged(`ACL ${session.modes.shown(folder.name)}${entries.join("")}`);
});

/** SETACL (RFC 4314 section 3.1). */
export const setAcl: ServerCommand = command("SETACL", (session, args) => {
  const name = args.sp().mailbox();
  const who = readIdentifier(args);
  const change = args.sp().text();
  args.end();
  const sign = /^[+-]/.exec(change)?.[0] ?? "";
  const letters = expanded(change.slice(sign.length));
  const { rights } = session.account.get(name);
  const kept = [...ALL_RIGHTS].filter((right) => {
    const had = rights.get(who)?.includes(right) ?? false;
    const named = letters.includes(right);
    if (sign === "") return named;
    return sign === "+" ? had || named : had && !named;
  });
  if (kept.length === 0) rights.delete(who);
  else rights.set(who, kept.join(""));
});

/** DELETEACL (RFC 4314 section 3.2). */
export const deleteAcl: ServerCommand = command("DELETEACL", (session, args) => {
  const name = args.sp().mailbox();
  const who = readIdentifier(args);
  args.end();
  session.account.get(name).rights.delete(who);
});

/** LISTRIGHTS (RFC 4314 section 3.4): any user may be given any right. */
export const listRights: ServerCommand = command("LISTRIGHTS", (session, args) => {
  const name = args.sp().mailbox();
  const who = readIdentifier(args);
  args.end();
  const folder = session.account.get(name);
  const rights = [...ALL_RIGHTS, "c", "d"].join(" ");
  session.untagged(`LISTRIGHTS ${session.modes.shown(folder.name)} ${text(who)} "" ${rights}`);
});

/** MYRIGHTS (RFC 4314 section 3.5). */
export const myRights: ServerCommand = command("MYRIGHTS", (session, args) => {
  const name = args.sp().mailbox();
  args.end();
  tellMyRights(session, session.account.get(name));
});

/** Says what the user may do with a folder. */
export function tellMyRights(session: Session, folder: Folder): void {
  const rights = folder.rights.get(session.account.user) ?? "";
  session.untagged(`MYRIGHTS ${session.modes.shown(folder.name)} ${shown(rights)}`);
}

function command(name: string, run: ServerCommand["run"]): ServerCommand {
  return { name, state: "authenticated", capability: "ACL", run };
}

function readIdentifier(args: Arguments): string {
  const who = args.sp().text();
  if (who === "") throw bad("an identifier can't be empty");
  return who;
}

/**
 * Rights with those of RFC 2086 replaced by the several that each stands for (RFC 4314 section
 * 2.1.1).
 */
function expanded(letters: string): string {
  const all = letters.replaceAll("c", "kx").replaceAll("d", "te");
  if ([...all].every((right) => ALL_RIGHTS.includes(right))) return all;
  throw bad("there is no such right");
}

/** Rights together with those of RFC 2086, for older clients (RFC 4314 section 2.1.1). */
function shown(rights: string): string {
  return string(rights + (/[kx]/.test(rights) ? "c" : "") + (/[te]/.test(rights) ? "d" : ""));
}

/** An identifier as text: identifiers are UTF-8. */
function text(who: string): string {
  return string(binaryOf(who));
}
