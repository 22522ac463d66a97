import { search } from "../../commands/search/search.ts";
import { NumberSet } from "../../model/number_set.ts";
import { run, type Scope } from "../scope.ts";
import { belowLimit } from "./message_limit.ts";

const UTF8 = { charset: "UTF-8", told: false };

/** Those of the ids that the folder has. */
export async function presentIds(scope: Scope, ids: NumberSet): Promise<NumberSet> {
  const { uid, client: { limits } } = scope;
  const found: number[][] = [];
  const step = (ids: NumberSet) =>
    run(scope, search(uid ? ["UID", ids] : [ids], UTF8, uid, limits));
  if (uid) await belowLimit(ids, step, (part) => found.push(part));
  else found.push(await step(ids));
  return NumberSet.from(found.flat());
}
