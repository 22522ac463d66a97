import type { Command } from "../../connection/command.ts";
import type { Text } from "../../model/text.ts";
import { readAskedMailbox } from "../../wire/mailbox.ts";
import { OwnResponses } from "../own_responses.ts";

/** MYRIGHTS (RFC 4314 section 3.5): the user's own rights on a folder. */
export function myRights(folder: Text): Command<string> {
  const own = new OwnResponses();
  let rights: string | null = null;
  return {
    name: "MYRIGHTS",
    needs: "ACL",
    state: "authenticated",
    pipelining: "uids",
    uncorrelated: true,
    write: (out) => void out.sp().mailbox(folder),
    accept: (response) =>
      own.read(response, "MYRIGHTS", (cursor) => {
        readAskedMailbox(cursor, folder);
        rights = cursor.space().astring();
      }),
    result: () => own.required("MYRIGHTS", rights),
  };
}
