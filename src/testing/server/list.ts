import { canonical, DELIMITER } from "../account.ts";
import type { Arguments } from "../arguments.ts";
import type { ServerCommand } from "./command.ts";
import type { Folder } from "../folder.ts";
import type { Session } from "./server_session.ts";

/** Gmail's attributes from before RFC 6154, by their present names. */
const XLIST_USES: Readonly<Record<string, string>> = {
  "\\all": "\\AllMail",
  "\\drafts": "\\Drafts",
  "\\flagged": "\\Starred",
  "\\important": "\\Important",
  "\\junk": "\\Spam",
  "\\sent": "\\Sent",
  "\\trash": "\\Trash",
};

/** XLIST: Gmail's command for special uses from before there was a standard. */
export const xlist: ServerCommand = {
  name: "XLIST",
  state: "authenticated",
  capability: "XLIST",
  run: (session, args) =>
    listAll(session, args, ({ name, specialUse }) => {
      if (name === "INBOX") return "\\Inbox";
      const use = specialUse?.toLowerCase() ?? "";
      return Object.hasOwn(XLIST_USES, use) ? XLIST_USES[use] : null;
    }),
};

/** LSUB (RFC 3501 section 6.3.9). */
export const lsub: ServerCommand = {
  name: "LSUB",
  state: "authenticated",
  run(session, args): void {
    const reference = args.sp().mailbox();
    const pattern = args.sp().listMailbox();
    args.end();
    const matches = matcher(reference + pattern);
    const { subscribed } = session.account;
    const names = new Set<string>();
    for (const name of subscribed) {
      if (matches(name)) names.add(name);
      // With `%`, a name is listed for folders below it that the pattern does not reach.
      else if (pattern.endsWith("%")) {
        for (const above of parents(name)) if (matches(above)) names.add(above);
      }
    }
    for (const name of [...names].sort()) {
      answer(session, "LSUB", subscribed.has(name) ? [] : ["\\Noselect"], name);
    }
  },
};

function listAll(
  session: Session,
  args: Arguments,
  useOf: (folder: Folder) => string | null,
): void {
  const reference = args.sp().mailbox();
  const pattern = args.sp().listMailbox();
  args.end();
  if (pattern === "") return tellDelimiter(session, "XLIST");
  const matches = matcher(reference + pattern);
  for (const folder of session.account.allFolders) {
    if (!matches(folder.name)) continue;
    const use = useOf(folder);
    const all = [...attributes(session, folder), ...(use === null ? [] : [use])];
    answer(session, "XLIST", all, folder.name);
  }
}

/** Sends the character between the levels of names, if no folder is asked for. */
export function tellDelimiter(session: Session, kind: string): void {
  session.untagged(`${kind} (\\Noselect) "${DELIMITER}" ""`);
}

/** Says that there is a folder. */
export function answer(
  session: Session,
  kind: string,
  attributes: readonly string[],
  name: string,
  more = "",
): void {
  const shown = session.modes.shown(name);
  session.untagged(`${kind} (${attributes.join(" ")}) "${DELIMITER}" ${shown}${more}`);
}

/** The attributes of a folder, apart from its special use. */
export function attributes(
  session: Session,
  folder: Folder,
  children: boolean = session.has("CHILDREN"),
): string[] {
  const list: string[] = [];
  if (!folder.selectable) list.push("\\Noselect");
  if (children) {
    const children = session.account.below(folder.name).length > 0;
    list.push(children ? "\\HasChildren" : "\\HasNoChildren");
  }
  return list;
}

/** The names above a name. */
export function parents(name: string): string[] {
  const levels = name.split(DELIMITER);
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join(DELIMITER));
}

/** A test for names: `*` matches anything, `%` anything within one level. */
export function matcher(pattern: string): (name: string) => boolean {
  const source = canonical(pattern)
    .replace(/[*%]+/g, (run) => run.includes("*") ? "*" : "%")
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("%", `[^${DELIMITER}]*`);
  const exact = new RegExp(`^${source}$`, "s");
  const anyCase = new RegExp(`^${source}$`, "si");
  return (name) => (name === "INBOX" ? anyCase : exact).test(name);
}
