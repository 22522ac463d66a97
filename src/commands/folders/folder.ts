import type { Command } from "../../connection/command.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { fullText, type Text } from "../../model/text.ts";

/** CREATE (RFC 9051 section 6.3.4), for special uses if any are named (RFC 6154 section 3). */
export function create(folder: Text, uses: readonly string[] = []): Command<string> {
  if (uses.length === 0) return onFolders("CREATE", folder);
  return {
    name: "CREATE",
    needs: "CREATE-SPECIAL-USE",
    state: "authenticated",
    write(out: CommandWriter): void {
      out.sp().mailbox(folder).sp().list(["USE"], (it) => out.atom(it).sp().flagList(uses));
    },
    result: fullText,
  };
}

/** DELETE (RFC 9051 section 6.3.5). */
export function deleteFolder(folder: Text): Command<string> {
  return onFolders("DELETE", folder);
}

/** RENAME (RFC 9051 section 6.3.6). */
export function rename(from: Text, to: Text): Command<string> {
  return onFolders("RENAME", from, to);
}

/** SUBSCRIBE (RFC 9051 section 6.3.7). */
export function subscribe(folder: Text): Command<string> {
  return onFolders("SUBSCRIBE", folder);
}

/** UNSUBSCRIBE (RFC 9051 section 6.3.8). */
export function unsubscribe(folder: Text): Command<string> {
  return onFolders("UNSUBSCRIBE", folder);
}

/** CLOSE (RFC 9051 section 6.4.1). */
export function close(): Command<string> {
  return { name: "CLOSE", state: "selected", result: fullText };
}

/** UNSELECT (RFC 3691, RFC 9051 section 6.4.2). */
export function unselect(): Command<string> {
  return { name: "UNSELECT", needs: "UNSELECT", state: "selected", result: fullText };
}

/** A command whose arguments are folder names, and whose result is the server's text. */
function onFolders(name: string, ...folders: readonly Text[]): Command<string> {
  return {
    name,
    state: "authenticated",
    write(out: CommandWriter): void {
      for (const folder of folders) out.sp().mailbox(folder);
    },
    result: fullText,
  };
}
