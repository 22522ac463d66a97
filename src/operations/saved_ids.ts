import type { SearchCriteria, SearchCriterion } from "../commands/search/search_criteria.ts";
import { IllegalStateError } from "../model/errors.ts";
import { rememberFoundIn } from "../model/found_in.ts";
import type { NumberSet } from "../model/number_set.ts";
import { SAVED } from "../model/saved.ts";
import { upperAscii } from "../model/text.ts";
import type { Scope } from "./scope.ts";

/**
 * The messages that `SAVED` stands for now. The set remembers where they were found, so that a call
 * with it is refused once other messages are saved. On a server that has saved them, it is written
 * as `$`. Throws if no messages are saved.
 */
export function savedIds({ client, uid, holder }: Scope): NumberSet {
  const { saved, saving } = client.connection.session.selections;
  if (saving > 0) {
    throw new IllegalStateError("SAVED is not known yet: await the search that saves its result");
  }
  if (saved === null) {
    throw new IllegalStateError(
      "SAVED stands for nothing: no search has saved its result since the folder was selected, or " +
        "the last one failed. Search with { save: true }",
    );
  }
  if (saved.holder !== holder) {
    throw new IllegalStateError(
      "SAVED stands for what a search of another task found, which has the same folder open: search " +
        "again",
    );
  }
  if (saved.place.uid !== uid) {
    const [were, are] = saved.place.uid ? ["UIDs", "off"] : ["sequence numbers", "on"];
    throw new IllegalStateError(`SAVED stands for ${were}, and useUid is ${are}: search again`);
  }
  return rememberFoundIn(saved.ids.copy(saved.isOnServer), { ...saved.place, saved });
}

/** Whether criteria name `SAVED`. */
export function namesSaved(criteria: SearchCriteria | SearchCriterion): boolean {
  return criteria === SAVED || Array.isArray(criteria) && criteria.some(namesSaved);
}

/** The criteria with ids for `SAVED`. */
export function withSavedIds(
  items: readonly SearchCriterion[],
  ids: NumberSet,
  uid: boolean,
): readonly SearchCriterion[] {
  const written: SearchCriterion[] = [];
  for (const item of items) {
    if (Array.isArray(item)) written.push(withSavedIds(item, ids, uid));
    else if (item !== SAVED) written.push(item);
    else {
      const afterUid = isUid(written.at(-1));
      // A set can't be empty.
      if (ids.isEmpty && afterUid) written.pop();
      if (ids.isEmpty) written.push("NOT", "ALL");
      else written.push(...(afterUid || !uid ? [ids] : ["UID", ids]));
    }
  }
  return written;
}

function isUid(item: SearchCriterion | undefined): boolean {
  return typeof item === "string" && upperAscii(item) === "UID";
}
