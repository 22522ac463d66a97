import type { Command } from "../../connection/command.ts";
import { InvalidArgumentError, ProtocolError } from "../../model/errors.ts";
import { type Text, toTexts } from "../../model/text.ts";
import { LPAREN } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import { OwnResponses } from "../own_responses.ts";

/** A language range (RFC 4647 section 2.1); `default` is one too. */
const RANGE = /^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/;

/** LANGUAGE without arguments (RFC 5255 section 3.2): the languages that the server speaks. */
export function listLanguages(): Command<readonly string[]> {
  return language([], (tags) => tags);
}

/** LANGUAGE with language ranges: the language in which the server's texts are from now on. */
export function setLanguage(ranges: Text | Iterable<Text>): Command<string> {
  const texts = toTexts(ranges);
  if (texts.length === 0) throw new InvalidArgumentError("no language named");
  const wrong = texts.find((text) => !RANGE.test(text));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`not a language tag such as "de-CH": ${JSON.stringify(wrong)}`);
  }
  return language(texts, (tags) => {
    // Several are a list of those that there are (RFC 5255 section 3.3).
    if (tags.length === 1) return tags[0];
    throw new ProtocolError("the server did not say which language it speaks now");
  });
}

function language<Result>(
  ranges: readonly string[],
  resultOf: (tags: readonly string[]) => Result,
): Command<Result> {
  const own = new OwnResponses();
  let tags: readonly string[] | null = null;
  return {
    name: "LANGUAGE",
    needs: "LANGUAGE",
    write(out): void {
      for (const range of ranges) out.sp().astring(range);
    },
    accept: (response) => own.read(response, "LANGUAGE", (cursor) => tags = readTags(cursor)),
    result: () => resultOf(own.required("LANGUAGE", tags)),
  };
}

function readTags(cursor: Cursor): readonly string[] {
  const tags: string[] = [];
  if (cursor.peek() === LPAREN) cursor.list(() => tags.push(cursor.astring()));
  else tags.push(cursor.astring());
  return tags;
}
