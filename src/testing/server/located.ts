import type { MessageLocation } from "../../model/message_url.ts";
import type { Account } from "../account.ts";
import type { Message } from "../message.ts";
import { type Entity, findPart } from "../mime.ts";
import { Refusal } from "../refusal.ts";
import { parseSection, type Section, sectionBytes } from "./sections.ts";

/** What a URL stands for. */
export interface Located {
  readonly message: Message;
  /** The section that it names; the whole message if it names none. */
  readonly section: Section;
  /** The message or part that the section is of. */
  readonly entity: Entity;
  /** The bytes, all of them. */
  readonly bytes: Uint8Array;
}

const WHOLE: Section = { part: [], what: "", fields: [] };

/** Finds the message, or the part of one, at a place; `null` if there is none. */
export function locate(account: Account, location: MessageLocation): Located | null {
  const folder = account.find(location.folder);
  const { uidValidity, uid } = location;
  const message = folder?.messages.find((it) => it.uid === uid);
  const isOther = uidValidity !== undefined && uidValidity !== folder?.uidValidity;
  if (message === undefined || isOther) return null;
  const section = location.section === undefined ? WHOLE : tryParse(location.section);
  if (section === null) return null;
  const root = message.entity;
  const entity = section.part.length === 0 ? root : findPart(root, section.part);
  const bytes = sectionBytes(root, section);
  return entity === null || bytes === null ? null : { message, section, entity, bytes };
}

/** The part of some bytes that a location names. */
export function cut(bytes: Uint8Array, { partial }: MessageLocation): Uint8Array {
  const { offset = 0, length = Infinity } = partial ?? {};
  return bytes.subarray(offset, offset + length);
}

function tryParse(text: string): Section | null {
  try {
    return parseSection(text);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
