import type { ImapValue } from "./values.ts";
import type { Envelope } from "./envelope.ts";

/** How a part is to be shown (RFC 2183). */
export interface Disposition {
  /** In lower case: `attachment`, `inline` or another. */
  readonly type: string;
  /** The parameters, such as `filename`, by their names in lower case. */
  readonly params: Readonly<Record<string, string>>;
}

/** What a part says of itself, whether it holds others or not. */
export interface BodyFields {
  /** The section number to fetch this part by, such as `1.2`; empty for a multipart message. */
  readonly part: string;
  /** The media type's second half in lower case: `plain`, `mixed`. */
  readonly subtype: string;
  /** The parameters of the content type, such as `charset`, by their names in lower case. */
  readonly params: Readonly<Record<string, string>>;
  /** `Content-Disposition`. */
  readonly disposition: Disposition | null;
  /** `Content-Language`. */
  readonly language: readonly string[] | null;
  /** `Content-Location`. */
  readonly location: string | null;
  /** What the server sent beyond the fields that RFC 9051 names. */
  readonly extensions: readonly ImapValue[];
}

/** A part that holds no others. */
export interface BodyPart extends BodyFields {
  /** Whether it holds other parts. */
  readonly isMultipart: false;
  /** The media type's first half in lower case: `text`, `image`. */
  readonly type: string;
  /** `Content-ID`. */
  readonly id: string | null;
  /** `Content-Description`, its encoded words decoded. */
  readonly description: string | null;
  /** The transfer encoding in lower case; `7bit` where the server says nothing. */
  readonly encoding: string;
  /** Bytes as transferred, that is, still encoded. */
  readonly size: number;
  /** Lines as transferred, for texts and messages. */
  readonly lines: number | null;
  /** The header of the message within, for `message/rfc822` and `message/global`. */
  readonly envelope: Envelope | null;
  /** The structure of the message within, for `message/rfc822` and `message/global`. */
  readonly body: BodyStructure | null;
  /** `Content-MD5`. */
  readonly md5: string | null;
}

/** A part that holds others. */
export interface BodyMultipart extends BodyFields {
  /** Whether it holds other parts. */
  readonly isMultipart: true;
  /** The media type's first half. */
  readonly type: "multipart";
  /** The parts within; more than none, except from servers that say so. */
  readonly parts: readonly BodyStructure[];
}

/** The MIME structure of a message (RFC 9051 section 7.5.2, `BODYSTRUCTURE`). */
export type BodyStructure = BodyPart | BodyMultipart;
