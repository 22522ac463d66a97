/** What a subject is about. */
export interface BaseSubject {
  /** Without what mail programs put around it. */
  readonly text: string;
  /** Whether it is that of an answer, or of a forwarded message. */
  readonly isReply: boolean;
}

const TRAILER = /(?:\(fwd\)| )+$/i;
const REFWD = /^(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:/i;
const BLOB = /^\[[^[\]]*\] *(?=[^ ])/;
const FORWARDED = /^\[fwd:(.*)\]$/is;

/** The base subject of a decoded subject, step by step as RFC 5256 section 2.1 has it. */
export function baseSubject(subject: string): BaseSubject {
  let text = subject.replace(/[ \t\r\n]+/g, " ");
  let isReply = false;
  for (;;) {
    const trailer = TRAILER.exec(text)?.[0] ?? "";
    if (trailer.includes("(")) isReply = true;
    text = text.slice(0, text.length - trailer.length);
    for (let before = ""; before !== text;) {
      before = text;
      text = text.replace(/^ /, "");
      const leader = REFWD.exec(text);
      if (leader !== null) isReply = true;
      text = text.slice(leader?.[0].length ?? 0);
      if (leader === null) text = text.replace(BLOB, "");
    }
    const inner = FORWARDED.exec(text);
    if (inner === null) return { text, isReply };
    isReply = true;
    text = inner[1];
  }
}
