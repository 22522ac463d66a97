import type { ServerCommand } from "./command.ts";
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
    if (set === null) folder.expunge(gone);
    else {
      const named = pick(view, set, true).filter(({ message }) => gone.has(message));
      folder.expunge(new Set(named.map(({ message }) => message)));
    }
    const isTold = view.tellsVanished && folder.highestModseq > before;
    return isTold ? `HIGHESTMODSEQ ${folder.highestModseq}` : undefined;
  },
};
