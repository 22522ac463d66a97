import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import { LPAREN, RPAREN, SP, ZERO } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { DEFAULT_LIMITS } from "../../wire/limits.ts";
import { type Text, toText, upperAscii } from "../../model/text.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";
import { searchRefusal } from "./search.ts";
import { writeCriteria } from "./search_criteria.ts";
import type { SortedSearch } from "./sort.ts";

/**
 * A thread: message ids, each of a reply to the one before it. If a message has several replies,
 * they are arrays at the end, one for each branch.
 */
export type Thread = readonly (number | Thread)[];

/** THREAD or UID THREAD (RFC 5256): the messages that match, by threads. */
export function thread(
  algorithm: Text,
  { criteria, charset, uid }: SortedSearch,
): Command<readonly Thread[]> {
  const method = upperAscii(toText(algorithm));
  if (!/^[A-Z0-9-]+$/.test(method)) {
    throw new InvalidArgumentError(`not a THREAD algorithm: ${JSON.stringify(method)}`);
  }
  const own = new OwnResponses();
  const threads: Thread[] = [];
  return {
    name: uid ? "UID THREAD" : "THREAD",
    needs: `THREAD=${method}`,
    state: "selected",
    uncorrelated: true,
    pipelining: uid ? "uids" : undefined,
    write(out: CommandWriter): void {
      out.sp().atom(method).sp().charset(charset);
      writeCriteria(out.sp(), criteria, charset);
    },
    accept: (response) => own.read(response, "THREAD", (cursor) => readThreads(cursor, threads)),
    partial: () => threads.length > 0 ? threads : null,
    result: () => own.checked(threads),
    refused: searchRefusal(criteria),
  };
}

/**
 * Reads threads. Each branch is one level deeper, and a discussion may have very many: messages
 * below the deepest level allowed are put on that level.
 */
function readThreads(cursor: Cursor, into: Thread[]): void {
  const open: (number | Thread)[][] = [];
  let deeper = 0;
  for (let byte = cursor.next(); byte >= 0; byte = cursor.next()) {
    if (byte === LPAREN) {
      if (open.length === 0 && takeModseq(cursor)) continue;
      cursor.at++;
      if (open.length < DEFAULT_LIMITS.nesting) open.push([]);
      else deeper++;
    } else if (byte === RPAREN && open.length > 0) {
      cursor.at++;
      if (deeper > 0) deeper--;
      else {
        const thread = open.pop()!;
        (open.at(-1) ?? into).push(thread);
      }
    } else if (open.length > 0) open.at(-1)!.push(readId(cursor));
    else throw cursor.error("expected a thread");
  }
  if (open.length > 0) throw cursor.error("a thread that does not end");
}

function readId(cursor: Cursor): number {
  if (cursor.peek() === ZERO) throw cursor.error("expected a message id");
  const id = cursor.number();
  const next = cursor.peek();
  if (next > SP && next !== LPAREN && next !== RPAREN) throw cursor.error("expected a space");
  return id;
}

/** Takes the mod-sequence that Cyrus sends after the threads, as SORT has it (RFC 7162). */
function takeModseq(cursor: Cursor): boolean {
  const { at } = cursor;
  cursor.at++;
  if (!LETTER_M.includes(cursor.next())) {
    cursor.at = at;
    return false;
  }
  if (cursor.keyword() !== "MODSEQ") throw cursor.error("expected a message id");
  cursor.space().bigNumber();
  cursor.space().expect(RPAREN);
  return true;
}

const LETTER_M: readonly number[] = [..."Mm"].map((letter) => letter.charCodeAt(0));
