import type { ServerCommand } from "./command.ts";
import { pick } from "../picked.ts";
import { deleted } from "./select.ts";

/** EXPUNGE (RFC 3501 section 6.4.3), and UID EXPUNGE (RFC 4315), which takes UIDs. */
export const expunge: ServerCommand = {
  name: "EXPUNGE",
  state: "selected",
  uid: "UIDPLUS",
  run(session, args, uid): void {
    const set = uid ? args.sp().sequenceSet() : null;
    args.end();
    const view = session.writableView;
    const gone = deleted(view);
    if (set === null) view.folder.expunge(gone);
    else {
      const named = pick(view, set, true).filter(({ message }) => gone.has(message));
      view.folder.expunge(new Set(named.map(({ message }) => message)));
    }
  },
};
