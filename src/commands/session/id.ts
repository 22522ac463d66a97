import type { Command } from "../../connection/command.ts";
import type { Session } from "../../connection/session.ts";
import { InvalidArgumentError } from "../../model/errors.ts";
import type { TaggedResponse } from "../../model/responses.ts";
import { encodeUtf8 } from "../../util/bytes.ts";
import type { Cursor } from "../../wire/cursor.ts";
import type { CommandWriter } from "../../wire/writer.ts";
import { OwnResponses } from "../own_responses.ts";

/** What a client or server says about itself, in fields such as `name`, `version` and `vendor`. */
export type IdFields = Readonly<Record<string, string | null>>;

/** The limits of RFC 2971 section 3.3. */
const MAX_FIELDS = 30;
const LONGEST_NAME = 30;
const LONGEST_VALUE = 1024;

/** ID (RFC 2971): tells the server about the client, and returns what it says about itself. */
export function id(parameters: IdFields | null): Command<IdFields> {
  if (parameters !== null) checkIdFields(parameters);
  const own = new OwnResponses();
  let found: IdFields = {};
  return {
    name: "ID",
    needs: "ID",
    independent: true,
    write(out: CommandWriter): void {
      if (parameters === null) out.sp().atom("NIL");
      else {
        out.sp().list(Object.entries(parameters), ([name, value]) => {
          out.string(name).sp().nstring(value);
        });
      }
    },
    accept: (response) => own.read(response, "ID", (cursor) => found = readFields(cursor)),
    effect(session: Session, { status }: TaggedResponse): void {
      if (status === "OK") session.id = found;
    },
    result: () => own.checked(found),
  };
}

/** Throws {@linkcode InvalidArgumentError} for fields that ID can't send. */
export function checkIdFields(fields: IdFields): void {
  if (Object.prototype.toString.call(fields) !== "[object Object]") {
    throw new InvalidArgumentError("ID takes an object of names and texts, or null");
  }
  const entries = Object.entries(fields);
  if (entries.length > MAX_FIELDS) {
    throw new InvalidArgumentError(`ID takes at most ${MAX_FIELDS} fields`);
  }
  for (const [name, value] of entries) {
    if (value !== null && typeof value !== "string") {
      throw new InvalidArgumentError(`the ID field ${JSON.stringify(name)} must be text or null`);
    }
    if (tooLong(name, LONGEST_NAME) || tooLong(value ?? "", LONGEST_VALUE)) {
      throw new InvalidArgumentError(`the ID field ${JSON.stringify(name)} is too long`);
    }
  }
}

function tooLong(text: string, bytes: number): boolean {
  return encodeUtf8(text).length > bytes;
}

function readFields(cursor: Cursor): IdFields {
  if (cursor.nil()) return {};
  const fields: [string, string | null][] = [];
  cursor.list(() => {
    const name = cursor.astring();
    cursor.space();
    fields.push([name, cursor.nstring()]);
  });
  return Object.fromEntries(fields);
}
