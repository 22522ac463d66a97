/**
 * The flags that RFC 9051 section 2.3.2 defines, the special uses of RFC 6154, RFC 8457 and RFC
 * 9979, and keywords.
 */

/** The message will be removed by the next EXPUNGE. */
export const DELETED = "\\Deleted";
/** The message was read. */
export const SEEN = "\\Seen";
/** The message was answered. */
export const ANSWERED = "\\Answered";
/** The message is marked for attention. */
export const FLAGGED = "\\Flagged";
/** The message is a draft, not yet finished. */
export const DRAFT = "\\Draft";
/** The message is new in this session. Servers set it; it can't be stored. */
export const RECENT = "\\Recent";

/** The folder that shows all messages. */
export const ALL = "\\All";
/** The folder for archived messages. */
export const ARCHIVE = "\\Archive";
/** The folder for drafts. */
export const DRAFTS = "\\Drafts";
/** The folder that shows what is likely to be important (RFC 8457). */
export const IMPORTANT = "\\Important";
/** The folder for unwanted mail. */
export const JUNK = "\\Junk";
/** The folder for copies of sent messages. */
export const SENT = "\\Sent";
/** The folder for deleted messages. */
export const TRASH = "\\Trash";

/** The folder for memos: notes on other messages, not to be shown as mail (RFC 9979). */
export const MEMOS = "Memos";
/** The folder for messages that are to be sent later (RFC 9979). */
export const SCHEDULED = "Scheduled";
/** The folder for messages that are to come back later (RFC 9979). */
export const SNOOZED = "Snoozed";

/**
 * Keywords with a meaning that programs agree on, by the registry of RFC 5788. They are flags
 * without a backslash, in any case, and every program may set them, unless it says here that the
 * server does. A folder keeps them if its `PERMANENTFLAGS` name them or `\*`.
 *
 * ```ts
 * import { type ImapClient, KEYWORDS } from "@imapclient/imapclient";
 *
 * async function noteForwarded(client: ImapClient, id: number) {
 *   await client.addFlags(id, KEYWORDS.FORWARDED);
 * }
 * ```
 */
export const KEYWORDS = {
  /** It was forwarded; never cleared (RFC 5550 section 5.9). */
  FORWARDED: "$Forwarded",
  /**
   * A read receipt was sent, refused or ruled out, so that none may be sent any more; never cleared
   * (RFC 3503).
   */
  MDN_SENT: "$MDNSent",
  /** It is to be sent (RFC 5550 section 5.10). */
  SUBMIT_PENDING: "$SubmitPending",
  /** It was sent; with `SUBMIT_PENDING`, it is being sent (RFC 5550 section 5.10). */
  SUBMITTED: "$Submitted",
  /** It is likely to be important to this user (RFC 8457). */
  IMPORTANT: "$Important",
  /** It is unwanted (RFC 9051 section 2.3.2). */
  JUNK: "$Junk",
  /** It is certainly not unwanted. */
  NOT_JUNK: "$NotJunk",
  /** It is likely a fraud: warn of its links. */
  PHISHING: "$Phishing",
  /** It has an attachment. Mostly the server sets it (RFC 9979, as all that follow). */
  HAS_ATTACHMENT: "$hasattachment",
  /** It has none; without either of the two, nobody has looked. */
  HAS_NO_ATTACHMENT: "$hasnoattachment",
  /** It is a note on another message, not to be shown as mail. */
  MEMO: "$memo",
  /** There is a note on it, in the same thread. */
  HAS_MEMO: "$hasmemo",
  /** It can be unsubscribed from in one step (RFC 8058); the server has checked that. */
  CAN_UNSUBSCRIBE: "$canunsubscribe",
  /** It was unsubscribed from, or that was tried. */
  UNSUBSCRIBED: "$unsubscribed",
  /** The user's copy of an automatic reply; the server sets it. */
  AUTO_SENT: "$autosent",
  /** The user wants to hear of its thread; counts more than `MUTED`. */
  FOLLOWED: "$followed",
  /** The user does not want to hear of its thread. */
  MUTED: "$muted",
  /** It was imported; the server sets it. */
  IMPORTED: "$imported",
  /** The provider vouches for its sender; the server sets it. */
  IS_TRUSTED: "$istrusted",
  /** It came to an alias; the server sets it. */
  MASKED_EMAIL: "$maskedemail",
  /** To be shown as new, such as after `SNOOZED`; cleared once the user touches the message. */
  NEW: "$new",
  /** To be notified of; the server sets it. */
  NOTIFY: "$notify",
  /** The lowest bit of the colour of a flagged message: see `setFlagColor`. */
  MAIL_FLAG_BIT_0: "$MailFlagBit0",
  /** The middle bit of the colour. */
  MAIL_FLAG_BIT_1: "$MailFlagBit1",
  /** The highest bit of the colour. */
  MAIL_FLAG_BIT_2: "$MailFlagBit2",
} as const;
