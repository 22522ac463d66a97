import type { ImapValue } from "./values.ts";
import type { Envelope } from "./envelope.ts";

/** How a part should be shown (RFC 2183). */
export interface Disposition {
  /** The type in lower case: `attachment`, `inline` or another. */
  readonly type: string;
  /** The parameters, such as `filename`, by their names in lower case. */
  readonly params: Readonly<Record<string, string>>;
}

/** The fields of every part, whether it has parts within or not. */
export interface BodyFields {
  /** The section number to fetch this part by, such as `1.2`; empty for a multipart message. */
  readonly part: string;
  /** The media subtype in lower case, such as `plain` or `mixed`. */
  readonly subtype: string;
  /** The parameters of the content type, such as `charset`, by their names in lower case. */
  readonly params: Readonly<Record<string, string>>;
  /** `Content-Disposition`. */
  readonly disposition: Disposition | null;
  /** `Content-Language`. */
  readonly language: readonly string[] | null;
  /** `Content-Location`. */
  readonly location: string | null;
  /** Fields beyond those that RFC 9051 defines. */
  readonly extensions: readonly ImapValue[];
}

/** A part without parts within. */
export interface BodyPart extends BodyFields {
  /** Whether it has parts within. */
  readonly isMultipart: false;
  /** The media type in lower case, such as `text` or `image`. */
  readonly type: string;
  /** `Content-ID`. */
  readonly id: string | null;
  /** `Content-Description`, with its encoded words decoded. */
  readonly description: string | null;
  /** The transfer encoding in lower case; `7bit` if the server does not say. */
  readonly encoding: string;
  /** The size in bytes, still encoded for transfer. */
  readonly size: number;
  /** The number of lines, still encoded for transfer; for text and messages. */
  readonly lines: number | null;
  /** The header of the message within, for `message/rfc822` and `message/global`. */
  readonly envelope: Envelope | null;
  /** The structure of the message within, for `message/rfc822` and `message/global`. */
  readonly body: BodyStructure | null;
  /** `Content-MD5`. */
  readonly md5: string | null;
}

/** A part with parts within. */
export interface BodyMultipart extends BodyFields {
  /** Whether it has parts within. */
  readonly isMultipart: true;
  /** The media type. */
  readonly type: "multipart";
  /** The parts within. Empty only if the server describes a multipart without parts. */
  readonly parts: readonly BodyStructure[];
}

/** The MIME structure of a message (RFC 9051 section 7.5.2, `BODYSTRUCTURE`). */
export type BodyStructure = BodyPart | BodyMultipart;
