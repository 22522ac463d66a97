import type { Command } from "../command.ts";
import { InvalidArgumentError, ProtocolError } from "../errors.ts";
import type { UntaggedResponse } from "../model/responses.ts";
import type { ImapValue } from "../model/values.ts";
import { textOf, toText, upperAscii } from "../wire/text.ts";
import type { CommandWriter, Text } from "../wire/writer.ts";
import { searchRefusal } from "./search.ts";
import { writeCriteria } from "./search_criteria.ts";
import type { SortedSearch } from "./sort.ts";

/**
 * A thread: the ids of messages, each the answer to the one before it. Lists at the end are the
 * branches of a discussion that went several ways.
 */
export type Thread = readonly (number | Thread)[];

/** THREAD or UID THREAD (RFC 5256): the messages that match, by discussions. */
export function thread(
  algorithm: Text,
  { criteria, charset, uid }: SortedSearch,
): Command<readonly Thread[]> {
  const method = upperAscii(toText(algorithm));
  if (!/^[A-Z0-9-]+$/.test(method)) {
    throw new InvalidArgumentError(`not a THREAD algorithm: ${JSON.stringify(method)}`);
  }
  const threads: Thread[] = [];
  return {
    name: uid ? "UID THREAD" : "THREAD",
    needs: `THREAD=${method}`,
    state: "selected",
    unmarked: true,
    pipelining: uid ? "uids" : undefined,
    write(out: CommandWriter): void {
      out.sp().atom(method).sp().charset(charset);
      writeCriteria(out.sp(), criteria, charset);
    },
    accept(response: UntaggedResponse): boolean {
      if (response.type !== "UNKNOWN" || response.name !== "THREAD") return false;
      for (const value of response.values()) if (isNoModseq(value)) threads.push(readThread(value));
      return true;
    },
    result: () => threads,
    refused: searchRefusal(criteria),
  };
}

/** Cyrus tells the mod-sequence of what it found behind it, as SORT does (RFC 7162). */
function isNoModseq(value: ImapValue): boolean {
  return !(Array.isArray(value) && /^MODSEQ$/i.test(String(value[0])));
}

function readThread(value: ImapValue): Thread {
  if (!Array.isArray(value)) {
    throw new ProtocolError(`not a thread: ${textOf(value).slice(0, 60)}`);
  }
  return (value as readonly ImapValue[]).map((item) => {
    return typeof item === "number" ? item : readThread(item);
  });
}
