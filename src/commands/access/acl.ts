import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { readAskedMailbox } from "../../wire/mailbox.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText, type Text } from "../../model/text.ts";
import { OwnResponses } from "../own_responses.ts";

/** The rights of one user or group to a folder. */
export interface AclEntry {
  /** The user or group. */
  readonly who: string;
  /** The rights, one letter each (RFC 4314 section 2.1), such as `lrswipkxtea`. */
  readonly acl: string;
}

/** GETACL (RFC 4314 section 3.3): the rights of everybody to a folder. */
export function getAcl(folder: Text): Command<readonly AclEntry[]> {
  const own = new OwnResponses();
  let entries: AclEntry[] = [];
  return {
    name: "GETACL",
    needs: "ACL",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      out.sp().mailbox(folder);
    },
    accept: (response) => own.read(response, "ACL", (it) => entries = readEntries(it, folder)),
    result: () => own.checked(entries),
  };
}

/** The folder's name, then users and their rights in turn. */
function readEntries(cursor: Cursor, folder: Text): AclEntry[] {
  readAskedMailbox(cursor, folder);
  const entries: AclEntry[] = [];
  while (!cursor.space().done) {
    const who = cursor.astring();
    entries.push({ who, acl: cursor.space().astring() });
  }
  return entries;
}

/** The rights that may be given to a user or group. */
export interface AssignableRights {
  /** The rights that it always has, one letter each. */
  readonly required: string;
  /** The rights that it may be given; those of one text can only be given together. */
  readonly optional: readonly string[];
}

/** LISTRIGHTS (RFC 4314 section 3.4): the rights that a user or group may be given. */
export function listRights(folder: Text, who: Text): Command<AssignableRights> {
  const own = new OwnResponses();
  let rights: AssignableRights | null = null;
  return {
    name: "LISTRIGHTS",
    needs: "ACL",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write(out: CommandWriter): void {
      out.sp().mailbox(folder).sp().astring(who);
    },
    accept: (response) =>
      own.read(response, "LISTRIGHTS", (cursor) => {
        readAskedMailbox(cursor, folder);
        cursor.space().astring();
        const required = cursor.space().astring();
        const optional: string[] = [];
        while (!cursor.space().done) optional.push(cursor.astring());
        rights = { required, optional };
      }),
    result: () => own.required("LISTRIGHTS", rights),
  };
}

/** DELETEACL (RFC 4314 section 3.2): removes the entry of a user or group. */
export function deleteAcl(folder: Text, who: Text): Command<string> {
  return changeAcl("DELETEACL", folder, who);
}

/** SETACL or, for no rights at all, DELETEACL (RFC 4314 sections 3.1 and 3.2). */
export function setAcl(folder: Text, who: Text, what: string): Command<string> {
  if (typeof what !== "string" || !/^[+-]?[a-z0-9]*$/.test(what)) {
    const shown = typeof what === "string" ? JSON.stringify(what) : typeof what;
    throw new InvalidArgumentError(`rights are letters and digits, with + or - in front: ${shown}`);
  }
  // With SETACL, Dovecot would keep an entry without rights.
  return what === "" ? deleteAcl(folder, who) : changeAcl("SETACL", folder, who, what);
}

function changeAcl(name: string, folder: Text, who: Text, what?: string): Command<string> {
  return {
    name,
    needs: "ACL",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder).sp().astring(who);
      if (what !== undefined) out.sp().astring(what);
    },
    result: fullText,
  };
}
