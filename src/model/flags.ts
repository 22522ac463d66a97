/** The flags that RFC 9051 section 2.3.2 defines, and the special uses of RFC 6154. */

/** The message is to be expunged. */
export const DELETED = "\\Deleted";
/** The message was read. */
export const SEEN = "\\Seen";
/** The message was answered. */
export const ANSWERED = "\\Answered";
/** The message is marked for attention. */
export const FLAGGED = "\\Flagged";
/** The message is not finished yet. */
export const DRAFT = "\\Draft";
/** The message is new in this session. Servers set it; it can't be stored. */
export const RECENT = "\\Recent";

/** The folder that shows all messages. */
export const ALL = "\\All";
/** The folder for what is kept but out of sight. */
export const ARCHIVE = "\\Archive";
/** The folder for drafts. */
export const DRAFTS = "\\Drafts";
/** The folder for unwanted mail. */
export const JUNK = "\\Junk";
/** The folder for copies of what was sent. */
export const SENT = "\\Sent";
/** The folder for what was deleted. */
export const TRASH = "\\Trash";
