// The calls about folders, rights, quotas and annotations.
import * as kinds from "./kinds.ts";
import { folder, type Method, place, put, word } from "./place.ts";

const authenticated = { state: "authenticated" } as const;
const text = { ...authenticated, bytes: "any" } as const;
const limit = { quotaRoot: "", resource: "STORAGE", limit: 5 };
const ENTRY = "/shared/it";
/** Invalid and valid entry names. */
const ENTRIES = ["/", "/a", "/a/", "//a", "/a//b", "/a/*", "/a/%", "/a/ü", '/a b/"c', "/private/a"];
const statusItems = ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN"];

/** What listing calls share: both arguments have a default. */
function listing(
  command: string,
  call: (client: Parameters<Parameters<typeof folder>[1]>[0]) => (...args: string[]) => unknown,
): Method {
  const all = (value: unknown) => value === undefined ? [command, "", "*"] : undefined;
  return {
    parameters: 3,
    places: [
      folder("directory", (c, v) => call(c)(v), [command, "FOLDER", "*"], { odd: all }),
      folder("pattern", (c, v) => call(c)("", v), [command, "", "FOLDER"], { odd: all }),
      folder("both", (c, v) => call(c)(v, v), [command, "FOLDER", "FOLDER"], { odd: all }),
    ],
  };
}

/** No selection selects all. */
function allFolders(value: unknown): string[] | undefined {
  const isNone = value === undefined || Array.isArray(value) && value.length === 0;
  return isNone ? ["LIST", "", "*"] : undefined;
}

/** The methods by name. */
export const FOLDER_METHODS: Readonly<Record<string, Method>> = {
  listFolders: {
    parameters: 3,
    places: [
      ...listing("LIST", (c) => (...args) => c.listFolders(...args)).places,
      folder("one of several patterns", (c, v) => c.listFolders("", [v, "b"]), [
        "LIST",
        "",
        ["FOLDER", "b"],
      ]),
      word("select", (c, v) => c.listFolders("", "*", { select: v as never }), kinds.none, [], {
        ...authenticated,
        odd: allFolders,
      }),
      word("status", (c, v) => c.listFolders("", "*", { status: [v] }), kinds.name, [
        "LIST",
        "",
        "*",
        "RETURN",
        ["STATUS", ["IT"]],
      ], authenticated),
      word("metadata", (c, v) => c.listFolders("", "*", { metadata: [v, ENTRY] }), kinds.entry, [
        "LIST",
        "",
        "*",
        "RETURN",
        ["METADATA", ["IT", ENTRY]],
      ], { ...authenticated, also: ENTRIES }),
    ],
  },
  folderTree: {
    parameters: 1,
    places: [
      folder("directory", (c, v) => c.folderTree({ directory: v }), ["LIST", "FOLDER", "*"], {
        odd: (value) => value === undefined ? allFolders(value) : undefined,
      }),
      folder("pattern", (c, v) => c.folderTree({ pattern: v }), ["LIST", "", "FOLDER"], {
        odd: (value) => value === undefined ? allFolders(value) : undefined,
      }),
    ],
  },
  listSubFolders: listing("LSUB", (c) => (...args) => c.listSubFolders(...args)),
  xlistFolders: listing("XLIST", (c) => (...args) => c.xlistFolders(...args)),
  findSpecialFolder: {
    parameters: 2,
    places: [
      // The name is looked for in what the server lists.
      place(
        "flag",
        (c, v) => c.findSpecialFolder(v),
        () => "",
        () => ["LIST", "", "*"],
        authenticated,
      ),
    ],
  },
  folderExists: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.folderExists(v), ["LIST", "", "FOLDER"])],
  },
  namespace: { parameters: 1, places: [] },
  createFolder: {
    parameters: 2,
    places: [
      folder("folder", (c, v) => c.createFolder(v), ["CREATE", "FOLDER"]),
      word("specialUse", (c, v) => c.createFolder("F", { specialUse: [v] }), kinds.flag, [
        "CREATE",
        "F",
        [["USE", ["IT"]]],
      ], authenticated),
    ],
  },
  deleteFolder: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.deleteFolder(v), ["DELETE", "FOLDER"])],
  },
  renameFolder: {
    parameters: 3,
    places: [
      folder("oldName", (c, v) => c.renameFolder(v, "b"), ["RENAME", "FOLDER", "b"]),
      folder("newName", (c, v) => c.renameFolder("a", v), ["RENAME", "a", "FOLDER"]),
    ],
  },
  subscribeFolder: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.subscribeFolder(v), ["SUBSCRIBE", "FOLDER"])],
  },
  unsubscribeFolder: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.unsubscribeFolder(v), ["UNSUBSCRIBE", "FOLDER"])],
  },
  selectFolder: {
    parameters: 2,
    places: [
      folder("folder", (c, v) => c.selectFolder(v), ["SELECT", "FOLDER"]),
      folder("folder, readonly", (c, v) => c.selectFolder(v, { readonly: true }), [
        "EXAMINE",
        "FOLDER",
      ]),
      folder("folder, condstore", (c, v) => c.selectFolder(v, { condstore: true }), [
        "SELECT",
        "FOLDER",
        ["CONDSTORE"],
      ]),
    ],
  },
  openFolder: {
    parameters: 2,
    places: [
      folder("folder", async (c, v) => await (await c.openFolder(v)).close(), ["SELECT", "FOLDER"]),
    ],
  },
  withFolder: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.withFolder(v, { readonly: true }, () => {}), [
        "EXAMINE",
        "FOLDER",
      ]),
    ],
  },
  closeFolder: { parameters: 1, places: [] },
  unselectFolder: { parameters: 1, places: [] },
  folderStatus: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.folderStatus(v, "MESSAGES"), ["STATUS", "FOLDER", ["MESSAGES"]]),
      word("what", (c, v) => c.folderStatus("F", v), kinds.name, ["STATUS", "F", ["IT"]], {
        ...authenticated,
        odd: (value) => value === undefined ? ["STATUS", "F", statusItems] : undefined,
      }),
      word("what, in a list", (c, v) => c.folderStatus("F", ["UNSEEN", v]), kinds.name, [
        "STATUS",
        "F",
        ["UNSEEN", "IT"],
      ], authenticated),
    ],
  },
  myRights: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.myRights(v), ["MYRIGHTS", "FOLDER"])],
  },
  listRights: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.listRights(v, "bob"), ["LISTRIGHTS", "FOLDER", "bob"]),
      word("who", (c, v) => c.listRights("F", v), kinds.text, ["LISTRIGHTS", "F", "IT"], text),
    ],
  },
  deleteAcl: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.deleteAcl(v, "bob"), ["DELETEACL", "FOLDER", "bob"]),
      word("who", (c, v) => c.deleteAcl("F", v), kinds.text, ["DELETEACL", "F", "IT"], text),
    ],
  },
  getacl: {
    parameters: 2,
    places: [folder("folder", (c, v) => c.getacl(v), ["GETACL", "FOLDER"])],
  },
  setacl: {
    parameters: 4,
    places: [
      folder("folder", (c, v) => c.setacl(v, "bob", "lr"), ["SETACL", "FOLDER", "bob", "lr"]),
      word("who", (c, v) => c.setacl("F", v, "lr"), kinds.text, ["SETACL", "F", "IT", "lr"], text),
      word("who, removed", (c, v) => c.setacl("F", v, ""), kinds.text, [
        "DELETEACL",
        "F",
        "IT",
      ], text),
      place(
        "what",
        (c, v) => c.setacl("F", "bob", v),
        kinds.rights,
        (seen) => seen === "" ? ["DELETEACL", "F", "bob"] : ["SETACL", "F", "bob", seen],
        authenticated,
      ),
    ],
  },
  getQuota: {
    parameters: 2,
    places: [folder("mailbox", (c, v) => c.getQuota(v), ["GETQUOTAROOT", "FOLDER"], {
      odd: (value) => value === undefined ? ["GETQUOTAROOT", "INBOX"] : undefined,
    })],
  },
  getQuotaRoot: {
    parameters: 2,
    places: [folder("mailbox", (c, v) => c.getQuotaRoot(v), ["GETQUOTAROOT", "FOLDER"])],
  },
  getQuotaByRoot: {
    parameters: 2,
    places: [word("quotaRoot", (c, v) => c.getQuotaByRoot(v), kinds.text, ["GETQUOTA", "IT"], {
      ...text,
      odd: (value) => value === undefined ? ["GETQUOTA", ""] : undefined,
    })],
  },
  getMetadata: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.getMetadata(v, ENTRY), ["GETMETADATA", "FOLDER", [ENTRY]]),
      word("entries", (c, v) => c.getMetadata("F", v), kinds.entry, ["GETMETADATA", "F", ["IT"]], {
        ...authenticated,
        also: ENTRIES,
      }),
      word("an entry of a list", (c, v) => c.getMetadata("F", [v, ENTRY]), kinds.entry, [
        "GETMETADATA",
        "F",
        ["IT", ENTRY],
      ], { ...authenticated, also: ENTRIES }),
    ],
  },
  setMetadata: {
    parameters: 3,
    places: [
      folder("folder", (c, v) => c.setMetadata(v, { [ENTRY]: "a" }), [
        "SETMETADATA",
        "FOLDER",
        [[ENTRY, "a"]],
      ]),
      word("an entry", (c, v) => c.setMetadata("F", { [v]: null }), kinds.entry, [
        "SETMETADATA",
        "F",
        [["IT", null]],
      ], { ...authenticated, isKey: true, also: ENTRIES }),
      word("a value", (c, v) => c.setMetadata("F", { [ENTRY]: v }), kinds.octets, [
        "SETMETADATA",
        "F",
        [[ENTRY, "IT"]],
      ], {
        ...text,
        odd: (value) => value === null ? ["SETMETADATA", "F", [[ENTRY, null]]] : undefined,
      }),
    ],
  },
  setQuota: {
    parameters: 2,
    places: [
      word("quotaRoot", (c, v) => c.setQuota([{ ...limit, quotaRoot: v }]), kinds.text, [
        "SETQUOTA",
        "IT",
        [["STORAGE", "5"]],
      ], authenticated),
      word("resource", (c, v) => c.setQuota([{ ...limit, resource: v }]), kinds.atom, [
        "SETQUOTA",
        "",
        [["IT", "5"]],
      ], authenticated),
      word(
        "limit",
        (c, v) => c.setQuota([{ ...limit, limit: v as unknown as number }]),
        kinds.none,
        [
          "SETQUOTA",
          "",
          [["STORAGE", "IT"]],
        ],
        { ...authenticated, noText: true, odd: numberIn(["SETQUOTA", "", [["STORAGE", "IT"]]]) },
      ),
    ],
  },
};

/** Any value that is a whole number, zero or more, is accepted, whatever its type. */
export function numberIn(command: Parameters<typeof put>[0]) {
  return (value: unknown): ReturnType<typeof put> | undefined => {
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!isWhole || (value as number) < 0) return undefined;
    return put(command, "IT", String(value));
  };
}
