import type { Message } from "./message.ts";
import { headerText } from "./mime_text.ts";

/** Whether a message matches a search key. */
export type Match = (message: Message, sequence: number) => boolean;

/** Matches the messages that `match` does not match. */
export function not(match: Match): Match {
  return (message, sequence) => !match(message, sequence);
}

/** Matches messages that have a flag. */
export function hasFlag(flag: string): Match {
  const key = flag.toLowerCase();
  return ({ flags }) => [...flags].some((one) => one.toLowerCase() === key);
}

/** What is done to two texts before they are compared. */
export type Fold = (text: string) => string;

/** Makes two texts equal that differ in their case. */
export const ignoringCase: Fold = (text) => text.toLowerCase();

/**
 * Matches messages with a text (folded) in a field (in upper case). An empty text matches every
 * message that has the field.
 */
export function inHeader(name: string, text: string, fold: Fold = ignoringCase): Match {
  return ({ entity }) =>
    entity.fields.some((field) => field.name === name && fold(headerText(field)).includes(text));
}

/** Matches messages with a text (folded) in what `textOf` returns. */
export function inText(
  textOf: (entity: Message["entity"]) => string,
  text: string,
  fold: Fold = ignoringCase,
): Match {
  return ({ entity }) => fold(textOf(entity)).includes(text);
}
