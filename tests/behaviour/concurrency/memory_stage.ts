import { ImapClient } from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import type { Account } from "../../../src/testing/account.ts";
import type { Mail, Mailbox, Op, Program } from "./program.ts";
import { microtasks, ownFlags, type Scene, textOf } from "./scene.ts";

/**
 * A stage in memory. Nothing in it waits for a timer, so a program runs the same way each time on
 * the same runtime.
 */
export async function memoryStage(
  { folders, settings }: Program,
  said?: (line: string) => void,
): Promise<Scene> {
  const server = new MemoryServer({
    greeting: "PREAUTH",
    capabilities: {
      omit: settings.without,
      add: settings.without.includes("REPLACE") ? [] : ["REPLACE"],
    },
    log: (side, text) => said?.(`${side === "client" ? ">" : "<"} ${text.trimEnd()}`),
  });
  const account = server.addUser("ann", "secret") as Account;
  for (const [name, mails] of Object.entries(folders)) {
    account.createFolder(name);
    for (const { mark, flags } of mails) account.append(name, textOf(mark), { flags });
  }
  const client = await ImapClient.connect({
    transport: server.transport,
    limits: { ids: settings.idsAtOnce },
    useUid: !settings.numbers,
    id: false,
  });
  return {
    client,
    nameOf: (folder) => folder,
    meddle: (op) => Promise.resolve(meddle(account, op)),
    left: () => Promise.resolve(takeStock(account, Object.keys(folders))),
    pause: microtasks,
    close: () => server.close(),
  };
}

/** Acts at once, between two commands of the client. */
function meddle(account: Account, op: Op): void {
  if (op.kind === "append") account.append(op.folder, textOf(op.mark));
  if (op.kind !== "vanish" && op.kind !== "flag") return;
  const folder = account.get(op.folder);
  const text = textOf(op.mark);
  const message = folder.messages.find(({ bytes }) => new TextDecoder().decode(bytes) === text);
  if (message === undefined) return;
  if (op.kind === "vanish") return folder.expunge(new Set([message]));
  const view = folder.open(true);
  folder.setFlags(message, ["\\Flagged"], view);
  folder.close(view);
}

function takeStock(account: Account, names: readonly string[]): Mailbox {
  return Object.fromEntries(names.map((name) => {
    const mails = account.messages(name).map(({ uid, bytes, flags }): Mail => {
      const mark = /^Subject: (.*)\r\n/.exec(new TextDecoder().decode(bytes))![1];
      return { uid, mark, flags: ownFlags(flags) };
    });
    return [name, mails];
  }));
}
