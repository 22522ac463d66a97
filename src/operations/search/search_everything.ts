import { extendedSearch } from "../../commands/search/extended_search.ts";
import { wrapped } from "../../commands/wrapped.ts";
import type { Command } from "../../connection/command.ts";
import { ProtocolError } from "../../model/errors.ts";
import type { UntaggedResponse } from "../../model/responses.ts";
import type { SearchIds } from "../../model/search_ids.ts";
import { folderOf, run, type Scope } from "../scope.ts";
import { listOf } from "./search_page.ts";

const EVERYTHING = {
  criteria: "ALL",
  encoding: { charset: "UTF-8", told: false },
  returns: ["ALL", "COUNT"],
  range: null,
} as const;

/**
 * SEARCH ALL on a server of IMAP4rev2, which answers with ESEARCH. Some (Strato) leave out the ids
 * unless they are asked for by RETURN. That looks as if nothing matched, so in a folder with
 * messages they are asked once more.
 */
export async function searchEverything(
  scope: Scope,
  make: () => Command<SearchIds>,
): Promise<SearchIds> {
  const command = make();
  let lacksIds = false;
  const found = await run(
    scope,
    wrapped(command, {
      accept(response: UntaggedResponse): boolean {
        if (response.type === "ESEARCH") {
          lacksIds = response.data.ALL === undefined && Number(response.data.COUNT) !== 0;
        }
        return command.accept!(response);
      },
    }),
  );
  const isEmpty = (folderOf(scope)?.exists ?? 0) === 0;
  if (!lacksIds || found.length > 0 || isEmpty) return found;
  const { uid, client: { connection: { session }, limits } } = scope;
  if (!session.has("ESEARCH")) return await run(scope, make());
  const { all, count, modseq } = await run(scope, extendedSearch({ ...EVERYTHING, uid }, limits));
  if (all === null && count) {
    throw new ProtocolError(`the server found ${count} messages and does not say which`);
  }
  return all === null ? found : listOf(all, modseq, limits.items);
}
