// Checksums of what a client has parsed, computed the same way for every client. A record consists
// of texts, numbers, nulls and lists.

/** A checksum of records in order. */
export class Digest {
  #low = 0x811c9dc5;
  #high = 0x1b873593;
  #count = 0;

  add(record) {
    const text = JSON.stringify(record);
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      this.#low = Math.imul(this.#low ^ unit, 0x01000193);
      this.#high = Math.imul(this.#high ^ unit, 0x5bd1e995) ^
        (this.#high >>> 15);
    }
    this.#count++;
  }

  /** The number of records, and their checksum. */
  toString() {
    const hex = (number) => (number >>> 0).toString(16).padStart(8, "0");
    return `${this.#count}:${hex(this.#low)}${hex(this.#high)}`;
  }
}

/** A checksum of bytes that arrive in pieces, cheap enough to compute while the clock runs. */
export class Samples {
  length = 0;
  #sum = 0;

  add(chunk) {
    const first = (STRIDE - this.length % STRIDE) % STRIDE;
    for (let at = first; at < chunk.length; at += STRIDE) {
      this.#sum = Math.imul(this.#sum ^ chunk[at], 0x01000193) + 1;
    }
    this.length += chunk.length;
    return this;
  }

  record() {
    return [this.length, this.#sum >>> 0];
  }
}

/** A prime, so that a shift by whole lines is noticed. */
const STRIDE = 499;

/** The record of a message's number and bytes. */
export function bodyRecord(uid, bytes) {
  return [uid, ...new Samples().add(bytes).record()];
}

/** The record of a search result. */
export function idsRecord(ids) {
  let sum = 0;
  for (const id of ids) sum = Math.imul(sum, 31) + id | 0;
  return [ids.length, ids[0], sum];
}

export function flagsRecord(uid, flags) {
  return [uid, [...flags].sort()];
}

/** `addresses` are pairs of a name and an email address. */
export function envelopeRecord(
  { date, subject, addresses, inReplyTo, messageId },
) {
  const lists = ["from", "sender", "replyTo", "to", "cc", "bcc"].map((name) => addresses(name));
  return [+date, subject, lists, inReplyTo || null, messageId];
}

/** A part, with its full type and its parameters as pairs sorted by name. */
export function partRecord(part) {
  return [
    ...[
      part.type,
      pairs(part.params),
      part.id ?? null,
      part.description ?? null,
    ],
    ...[part.encoding ?? null, part.size ?? null, part.lines ?? null],
    part.disposition ? [part.disposition.type, pairs(part.disposition.params)] : null,
    part.subject ?? null,
    part.children,
  ];
}

function pairs(params) {
  return Object.entries(params ?? {}).sort(([one], [other]) => one < other ? -1 : 1);
}

/** The lists of addresses that an envelope has. */
export function listsOf({ from, sender, replyTo, to, cc, bcc }) {
  return [from, sender, replyTo, to, cc, bcc];
}
