/** Characters that take two columns: those of East Asia, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Characters that take no column, since they combine with the one before them. */
const COMBINING = /\p{Mn}|\p{Me}|\p{Cf}/u;
/**
 * Characters that could move the cursor or do worse to a terminal: controls, changes of the writing
 * direction, and lone surrogates. Line end and tab are left out.
 */
const UNSAFE = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;
/** The same, including line ends and tabs. */
const UNSAFE_IN_LINE = /\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** The width of a text on a terminal, in columns. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += WIDE.test(char) ? 2 : COMBINING.test(char) ? 0 : 1;
  return width;
}

/** A text cut to this many columns. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let shown = "";
  let width = 1; // the mark
  for (const char of text) {
    width += textWidth(char);
    if (width > columns) break;
    shown += char;
  }
  return `${shown}…`;
}

/** A text from a server or a message, safe to print: escapes are shown as such. */
export function safeText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(UNSAFE, escaped);
}

/** The same on one line: anything that could end it becomes a space. */
export function safeLine(text: string): string {
  return text.replace(/\s*[\r\n\t]\s*/g, " ").replace(UNSAFE_IN_LINE, escaped);
}

function escaped(char: string): string {
  const code = char.codePointAt(0)!;
  return code < 256
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
