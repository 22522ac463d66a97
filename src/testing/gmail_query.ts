import { hasFlag, inHeader, inText, type Match, not } from "./matches.ts";
import { type Entity, fieldValue, parseParameters } from "./mime.ts";
import { bodyText } from "./mime_text.ts";

/** A term, which may be quoted. `-` negates it, and an operator may come before it. */
const TERM = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/g;

/**
 * Reads a small part of the query language of Gmail's search box (X-GM-RAW), in lower case: words
 * and `"phrases"` (found anywhere in subject, from, to and body), `from:`, `to:`, `subject:`,
 * `label:`, `is:` or `in:` with `unread`, `read`, `starred` or `important`, `in:` with a folder,
 * `has:attachment`, and `-` before any of these. A message must match all terms. An unknown
 * operator counts as part of a word.
 */
export function gmailQuery(query: string, folder: string): Match {
  const terms: Match[] = [];
  for (const [whole, minus, operator, quoted, bare] of query.matchAll(TERM)) {
    const known = operator === undefined ? null : operation(operator, quoted ?? bare, folder);
    const text = operator === undefined ? quoted ?? bare : whole.slice(minus.length);
    const match = known ?? anywhere(text.replaceAll('"', ""));
    terms.push(minus === "" ? match : not(match));
  }
  return (message, sequence) => terms.every((term) => term(message, sequence));
}

function operation(operator: string, value: string, folder: string): Match | null {
  switch (operator) {
    case "from":
    case "to":
    case "subject":
      return inHeader(operator.toUpperCase(), value);
    case "label":
      return hasLabel(value);
    case "has":
      return value === "attachment" ? ({ entity }) => hasAttachment(entity) : null;
    case "is":
      return state(value);
    case "in":
      return state(value) ?? inFolder(value, folder);
  }
  return null;
}

function state(value: string): Match | null {
  switch (value) {
    case "unread":
      return not(hasFlag("\\Seen"));
    case "read":
      return hasFlag("\\Seen");
    case "starred":
      return either(hasFlag("\\Flagged"), hasLabel(value));
    case "important":
      return hasLabel(value);
  }
  return null;
}

/** In Gmail a folder is a label; here the messages of the open folder count as well. */
function inFolder(value: string, folder: string): Match {
  return labelKey(folder) === labelKey(value) ? () => true : hasLabel(value);
}

function hasLabel(wanted: string): Match {
  const key = labelKey(wanted);
  return ({ content }) => content.labels.some((label) => labelKey(label) === key);
}

/** The search form of a label: `inbox` for `\Inbox`, `muy-importante` for `Muy importante`. */
function labelKey(label: string): string {
  return label.toLowerCase().replace(/^\\/, "").replace(/[ /]/g, "-");
}

function hasAttachment(entity: Entity): boolean {
  const { value } = parseParameters(fieldValue(entity, "CONTENT-DISPOSITION") ?? "");
  return value.toLowerCase() === "attachment" || entity.parts.some(hasAttachment);
}

function anywhere(text: string): Match {
  const fields = ["SUBJECT", "FROM", "TO"].map((name) => inHeader(name, text));
  return [...fields, inText(bodyText, text)].reduce(either);
}

function either(one: Match, two: Match): Match {
  return (message, sequence) => one(message, sequence) || two(message, sequence);
}
