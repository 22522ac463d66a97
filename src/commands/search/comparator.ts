import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import { type Text, toTexts } from "../../model/text.ts";
import { LPAREN } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { OwnResponses } from "../own_responses.ts";

/** How the server compares text. */
export interface Comparators {
  /** The comparator that is used now, such as `i;unicode-casemap` (RFC 5051). */
  readonly active: string;
  /** All that match what was asked for. */
  readonly matching: readonly string[];
}

/** Names, wildcards and URIs of collations (RFC 4790 section 3.1). */
const NAME = /^[!-~]{1,254}$/;

/**
 * COMPARATOR (RFC 5255 section 4.7): makes the first comparator that there is the active one;
 * without names, asks for it.
 */
export function comparator(names: Text | Iterable<Text> | undefined): Command<Comparators> {
  const wishes = names === undefined ? [] : toTexts(names);
  if (names !== undefined && wishes.length === 0) {
    throw new InvalidArgumentError("no comparator named");
  }
  const wrong = wishes.find((name) => !NAME.test(name));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`not the name of a comparator: ${JSON.stringify(wrong)}`);
  }
  const own = new OwnResponses();
  let found: Comparators | null = null;
  return {
    name: "COMPARATOR",
    needs: "I18NLEVEL=2",
    state: "authenticated",
    write(out): void {
      for (const name of wishes) out.sp().astring(name);
    },
    accept: (response) =>
      own.read(response, "COMPARATOR", (cursor) => found = readComparators(cursor)),
    result: () => own.required("COMPARATOR", found),
  };
}

/** Reads `active (matching matching)`; the list is missing if only one matches. */
function readComparators(cursor: Cursor): Comparators {
  const active = cursor.astring();
  const matching: string[] = [];
  if (cursor.space().peek() === LPAREN) cursor.list(() => matching.push(cursor.astring()));
  return { active, matching: matching.length === 0 ? [active] : matching };
}
