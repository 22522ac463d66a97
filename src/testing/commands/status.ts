import { encodeUtf7 } from "../../wire/utf7.ts";
import type { ServerCommand } from "../command.ts";
import type { Folder } from "../folder.ts";
import { string } from "../output.ts";
import { bad } from "../refusal.ts";

const ITEMS: Readonly<Record<string, (folder: Folder) => number>> = {
  MESSAGES: (folder) => folder.messages.length,
  RECENT: (folder) => folder.recent.size,
  UIDNEXT: (folder) => folder.uidNext,
  UIDVALIDITY: (folder) => folder.uidValidity,
  UNSEEN: (folder) => folder.messages.filter(({ flags }) => !flags.has("\\Seen")).length,
};

/** STATUS (RFC 3501 section 6.3.10). */
export const status: ServerCommand = {
  name: "STATUS",
  state: "authenticated",
  run(session, args): void {
    const name = args.sp().mailbox();
    const items: string[] = [];
    args.sp().list(() => items.push(args.keyword()));
    args.end();
    const unknown = items.find((item) => !Object.hasOwn(ITEMS, item));
    if (unknown !== undefined) throw bad(`there is no status ${unknown}`);
    const folder = session.account.get(name);
    const values = items.map((item) => `${item} ${ITEMS[item](folder)}`);
    session.untagged(`STATUS ${string(encodeUtf7(folder.name))} (${values.join(" ")})`);
  },
};
