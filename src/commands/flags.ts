import { InvalidArgumentError } from "../errors.ts";
import { toTexts, upperAscii } from "../wire/text.ts";
import type { Text } from "../wire/writer.ts";

/** Flags that a client may store; `\\Recent` is the server's to set (RFC 3501 section 2.3.2). */
export function storableFlags(flags: Text | Iterable<Text>): readonly string[] {
  const list = toTexts(flags);
  if (list.some((flag) => upperAscii(flag) === "\\RECENT")) {
    throw new InvalidArgumentError("\\Recent can't be stored: it is the server's to set");
  }
  return list;
}
