/** An address as ENVELOPE has it (RFC 9051 section 7.5.2), with its encoded words. */
export interface MailAddress {
  /** The personal name. */
  readonly name: string | null;
  /** The SMTP source route; rarely used. */
  readonly route: string | null;
  /** The part before the `@`, or the name of a group if `host` is `null`. */
  readonly mailbox: string | null;
  /** The part after the `@`. */
  readonly host: string | null;
}

/** Quoted strings, comments, text in angle brackets, separators, and all other text. */
const TOKEN = /"((?:[^"\\]|\\.)*)"|\(((?:[^()\\]|\\.)*)\)|<([^<>]*)>|[,:;]|\s+|[^\s,:;"(<]+|./g;

/** Reads the addresses of a field such as From or Cc (RFC 5322 section 3.4). */
export function parseAddresses(text: string): MailAddress[] {
  const addresses: MailAddress[] = [];
  let words = "";
  let comment: string | null = null;
  let angle: string | null = null;
  const finish = () => {
    const phrase = words.trim();
    if (angle !== null) addresses.push(address(angle, phrase || comment));
    else if (phrase !== "") addresses.push(address(phrase, comment));
    [words, comment, angle] = ["", null, null];
  };
  for (const [token, quoted, inComment, inAngle] of text.matchAll(TOKEN)) {
    if (quoted !== undefined) words += unescape(quoted);
    else if (inComment !== undefined) comment = unescape(inComment).trim();
    else if (inAngle !== undefined) angle = inAngle.trim();
    else if (token === ",") finish();
    else if (token === ":") {
      addresses.push({ name: null, route: null, mailbox: words.trim(), host: null });
      words = "";
    } else if (token === ";") {
      finish();
      addresses.push({ name: null, route: null, mailbox: null, host: null });
    } else words += token.trim() === "" ? " " : token;
  }
  finish();
  return addresses;
}

/** Reads `@route,@by:mailbox@host`. Most addresses have no route. */
function address(spec: string, name: string | null): MailAddress {
  const colon = spec.startsWith("@") ? spec.indexOf(":") : -1;
  const at = spec.lastIndexOf("@");
  const mailbox = spec.slice(colon + 1, at > colon ? at : undefined);
  return {
    name,
    route: colon < 0 ? null : spec.slice(0, colon),
    mailbox: mailbox.startsWith('"') ? unescape(mailbox.slice(1, -1)) : mailbox,
    // NIL would make it a group.
    host: at > colon ? spec.slice(at + 1) : "",
  };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}
