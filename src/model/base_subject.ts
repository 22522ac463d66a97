/** The base subject of a message. */
export interface BaseSubject {
  /** The text, without what mail programs add to it. */
  readonly text: string;
  /** Whether the message is a reply or was forwarded. */
  readonly isReply: boolean;
}

const TRAILER = /(?:\(fwd\)| )+$/i;
const REFWD = /^(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:/i;
const BLOB = /^\[[^[\]]*\] *(?=[^ ])/;
const FORWARDED = /^\[fwd:(.*)\]$/is;

/** Extracts the base subject from a decoded subject, in the steps of RFC 5256 section 2.1. */
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
