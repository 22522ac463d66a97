import { encodeUtf7 } from "../../wire/utf7.ts";
import type { ServerCommand } from "../command.ts";
import type { Folder } from "../folder.ts";
import { string } from "../output.ts";
import { bad } from "../refusal.ts";
import type { Session } from "../session.ts";

const ITEMS: Readonly<Record<string, (folder: Folder, session: Session) => number>> = {
  MESSAGES: (folder) => folder.messages.length,
  RECENT: (folder) => folder.recent.size,
  UIDNEXT: (folder) => folder.uidNext,
  UIDVALIDITY: (folder) => folder.uidValidity,
  UNSEEN: (folder) => folder.messages.filter(({ flags }) => !flags.has("\\Seen")).length,
  APPENDLIMIT: (_, session) => session.appendLimit,
};

/** STATUS (RFC 3501 section 6.3.10), with APPENDLIMIT where there is one (RFC 7889). */
export const status: ServerCommand = {
  name: "STATUS",
  state: "authenticated",
  run(session, args): void {
    const name = args.sp().mailbox();
    const items: string[] = [];
    args.sp().list(() => items.push(args.keyword()));
    args.end();
    const limited = session.appendLimit !== Infinity;
    const unknown = items.find((item) =>
      !Object.hasOwn(ITEMS, item) || item === "APPENDLIMIT" && !limited
    );
    if (unknown !== undefined) throw bad(`there is no status ${unknown}`);
    const folder = session.account.get(name);
    const values = items.map((item) => `${item} ${ITEMS[item](folder, session)}`);
    session.untagged(`STATUS ${string(encodeUtf7(folder.name))} (${values.join(" ")})`);
  },
};
