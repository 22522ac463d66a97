/** The flags that RFC 9051 section 2.3.2 defines, and the special uses of RFC 6154. */

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
/** The folder for unwanted mail. */
export const JUNK = "\\Junk";
/** The folder for copies of sent messages. */
export const SENT = "\\Sent";
/** The folder for deleted messages. */
export const TRASH = "\\Trash";
