import type { Message } from "./message.ts";
import { headerText } from "./mime_text.ts";

/** Whether a message is what is searched for. */
export type Match = (message: Message, sequence: number) => boolean;

/** Messages that another match does not find. */
export function not(match: Match): Match {
  return (message, sequence) => !match(message, sequence);
}

/** Messages that have a flag. */
export function hasFlag(flag: string): Match {
  const key = flag.toLowerCase();
  return ({ flags }) => [...flags].some((one) => one.toLowerCase() === key);
}

/**
 * Messages with a text, in lower case, in a field, named in upper case. An empty text finds every
 * message that has the field.
 */
export function inHeader(name: string, text: string): Match {
  return ({ entity }) =>
    entity.fields.some((field) =>
      field.name === name && headerText(field).toLowerCase().includes(text)
    );
}

/** Messages with a text, in lower case, in what `textOf` gives. */
export function inText(textOf: (entity: Message["entity"]) => string, text: string): Match {
  return ({ entity }) => textOf(entity).toLowerCase().includes(text);
}
