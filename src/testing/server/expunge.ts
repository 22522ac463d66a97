import type { ServerCommand } from "./command.ts";
import { codeOf, newest } from "./message_limit.ts";
import { pick } from "../picked.ts";
import { deleted } from "./select.ts";

/** EXPUNGE (RFC 3501 section 6.4.3), and UID EXPUNGE (RFC 4315), which takes UIDs. */
export const expunge: ServerCommand = {
  name: "EXPUNGE",
  state: "selected",
  uid: "UIDPLUS",
  run(session, args, uid): string | undefined {
    const set = uid ? args.sp().sequenceSet() : null;
    args.end();
    const view = session.writableView;
    const gone = deleted(view);
    const { folder } = view;
    const before = folder.highestModseq;
    let limit: string | null = null;
    if (set === null) folder.expunge(gone);
    else {
      const { picked, code } = newest(session, pick(view, set, true));
      limit = code;
      const named = picked.filter(({ message }) => gone.has(message));
      folder.expunge(new Set(named.map(({ message }) => message)));
    }
    const isTold = view.tellsVanished && folder.highestModseq > before;
    return codeOf(session, limit, isTold ? `HIGHESTMODSEQ ${folder.highestModseq}` : undefined);
  },
};
