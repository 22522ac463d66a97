import { RBRACKET } from "../../util/bytes.ts";
import type { Arguments } from "../arguments.ts";
import { type Entity, findPart } from "../mime.ts";
import { no } from "../refusal.ts";
import { withoutEncoding } from "./decoded_part.ts";
import type { FetchItem } from "./fetch_items.ts";
import { readRangeOfBytes } from "./sections.ts";
import type { Session } from "./server_session.ts";

/** The items of BINARY (RFC 3516 section 4.2). */
export const BINARY: RegExp = /^BINARY(?:\.PEEK|\.SIZE)?$/;

/** Whether the items of BINARY are there: IMAP4rev2 includes them. */
export function hasBinary(session: Session): boolean {
  return session.has("BINARY") || session.modes.rev2;
}

/** Reads an item of BINARY from its section on. */
export function readBinaryItem(args: Arguments, name: string): FetchItem {
  const [, part] = args.match(/^\[((?:[1-9]\d{0,8}(?:\.[1-9]\d{0,8})*)?)/, "a part");
  args.expect(RBRACKET);
  const numbers = part === "" ? [] : part.split(".").map(Number);
  const check = ({ entity }: { entity: Entity }) => void decoded(entity, numbers);
  if (name === "BINARY.SIZE") {
    return {
      name: `${name}[${part}]`,
      setsSeen: false,
      check,
      value: ({ entity }) => String(decoded(entity, numbers)?.length ?? 0),
    };
  }
  const { from, to, text } = readRangeOfBytes(args);
  return {
    name: `BINARY[${part}]${text}`,
    setsSeen: name === "BINARY",
    check,
    value: ({ entity }) => decoded(entity, numbers)?.subarray(from, to) ?? "NIL",
  };
}

/** A part without its transfer encoding; `null` if the message has no such part. */
function decoded(root: Entity, numbers: readonly number[]): Uint8Array | null {
  if (numbers.length === 0) return root.bytes;
  const entity = findPart(root, numbers);
  if (entity === null) return null;
  const bytes = withoutEncoding(entity);
  if (bytes === null) throw no("the transfer encoding is not known", "UNKNOWN-CTE");
  return bytes;
}
