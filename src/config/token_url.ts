const GOOGLE = "https://oauth2.googleapis.com/token";
const MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
const YAHOO = "https://api.login.yahoo.com/oauth2/get_token";

/** The token endpoints of providers, by their IMAP hosts. */
const TOKEN_URLS: ReadonlyMap<string, string> = new Map([
  ["imap.gmail.com", GOOGLE],
  ["imap.googlemail.com", GOOGLE],
  ["outlook.office365.com", MICROSOFT],
  ["outlook.office.com", MICROSOFT],
  ["imap-mail.outlook.com", MICROSOFT],
  ["imap.mail.yahoo.com", YAHOO],
]);

/** The token endpoint for an IMAP host; `null` if none is known. */
export function knownTokenUrl(host: string): string | null {
  return TOKEN_URLS.get(host.toLowerCase().replace(/\.$/, "")) ?? null;
}

/** Why secrets can't be sent to this URL; `null` if they can. Does not show the URL itself. */
export function tokenUrlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return "must be a URL that begins with https://";
  if (url.username !== "" || url.password !== "") {
    return "must be a URL without a user's name and password in it";
  }
  if (url.protocol === "https:" || url.protocol === "http:" && isLoopback(url.hostname)) {
    return null;
  }
  return "must begin with https://, as secrets are sent there; http:// is for this machine only";
}

function isLoopback(hostname: string): boolean {
  // The URL parser writes addresses in this form.
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
