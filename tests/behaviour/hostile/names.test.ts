import { fetchProblems, ImapError, type UntaggedResponse } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolder, inFolderOf, WELCOME } from "./scenes.ts";

const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "__defineGetter__",
];

/** Whether the prototypes of these and of new objects are unchanged. */
function isClean(...objects: readonly object[]): boolean {
  const plain: Record<string, unknown> = {};
  const isPlain = (it: object) => [Object.prototype, null].includes(Object.getPrototypeOf(it));
  return plain.polluted === undefined && Object.keys(Object.prototype).length === 0 &&
    objects.every(isPlain);
}

behaviours("names that objects have already", [
  {
    name: "as items of a FETCH",
    server: inFolder(
      `* 1 FETCH (UID 1 ${NAMES.map((name) => `${name} (polluted 1)`).join(" ")} FLAGS (a))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const message = (await (await visitor.select()).fetch(1, ["FLAGS"])).get(1)!;
      return [isClean(message), message.FLAGS, String(message), fetchProblems(message).length];
    },
    gives: [true, ["a"], "[object Object]", 0],
  },
  {
    name: "as items of a FETCH that can't be read",
    server: inFolder(
      `* 1 FETCH (UID 1 ${NAMES.map((name) => `${name} "a"b`).join(" ")} FLAGS (a))`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const message = (await (await visitor.select()).fetch(1, ["FLAGS"])).get(1)!;
      return [isClean(message), message.FLAGS, String(message)];
    },
    gives: [true, ["a"], "[object Object]"],
  },
  {
    name: "as sections and as names of header fields",
    server: inFolder(
      "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (__proto__ constructor)] {3}\r\na\r\n BODY[__proto__] x)",
      "$ OK done",
    ),
    client: async (visitor) => {
      const item = "BODY[HEADER.FIELDS (__PROTO__ CONSTRUCTOR)]";
      const message = (await (await visitor.select()).fetch(1, [item])).get(1)!;
      return [isClean(message), message[item]?.length];
    },
    gives: [true, 3],
  },
  {
    name: "as response codes",
    server: greets(
      WELCOME,
      ...NAMES.map((name) => `* OK [${name} (polluted)] x`),
      "* 5 EXISTS",
      "$ OK [__proto__ polluted] done",
    ),
    client: async (visitor) => {
      const folder = await (await visitor.connect()).selectFolder("INBOX");
      return [isClean(folder), folder.EXISTS, String(folder)];
    },
    gives: [true, 5, "[object Object]"],
  },
  {
    name: "as the code of a refusal",
    server: inFolder("$ NO [__proto__ polluted] no"),
    client: async (visitor) => (await visitor.select()).search(),
    fails: ImapError,
  },
  {
    name: "as items of a STATUS",
    server: inFolder(
      `* STATUS "__proto__" (${NAMES.map((name) => `${name} (polluted 1)`).join(" ")} MESSAGES 1)`,
      "$ OK done",
    ),
    client: async (visitor) => {
      const status = await (await visitor.select()).folderStatus("__proto__", ["MESSAGES"]);
      return [isClean(status), status.MESSAGES, String(status)];
    },
    gives: [true, 1, "[object Object]"],
  },
  {
    name: "as fields of an ID",
    server: inFolderOf(
      "IMAP4rev1 ID",
      '* ID ("__proto__" "polluted" "polluted" "yes" "name" "Evil")',
      "$ OK done",
    ),
    client: async (visitor) => {
      const id = await (await visitor.select()).id();
      return [isClean(id), id.name, Object.keys(id)];
    },
    gives: [true, "Evil", ["__proto__", "polluted", "name"]],
  },
  {
    name: "as parameters of a BODYSTRUCTURE",
    server: inFolder(
      '* 1 FETCH (UID 1 BODYSTRUCTURE ("text" "plain" ("__proto__" "polluted" "constructor" "x"' +
        ' "__proto__*0" "a" "__proto__*1" "b") NIL NIL "7bit" 1 1 NIL' +
        ' ("attachment" ("__proto__" "polluted")) NIL NIL))',
      "$ OK done",
    ),
    client: async (visitor) => {
      const message = (await (await visitor.select()).fetch(1, ["BODYSTRUCTURE"])).get(1)!;
      const { params, disposition } = message.BODYSTRUCTURE;
      return [isClean(params, disposition!.params), Object.keys(params).sort()];
    },
    gives: [true, ["__proto__", "constructor"]],
  },
  {
    name: "as attributes, data and results of LIST and ESEARCH",
    server: inFolder(
      '* LIST (\\__proto__) "/" "__proto__" ("__proto__" (polluted) "CHILDINFO" ("x"))',
      '* ESEARCH (TAG "A2" "__proto__" "x") UID __proto__ 5 constructor 6 ALL 1:2',
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.select();
      const heard: UntaggedResponse[] = [];
      client.listen((response) => heard.push(response));
      const ids = await client.search();
      const [list] = heard;
      return [isClean(list, list.type === "LIST" ? list.extended : [list]), [...ids]];
    },
    gives: [true, [1, 2]],
  },
  {
    name: "as capabilities, and as what is enabled",
    server: inFolderOf(
      "IMAP4rev1 ENABLE __proto__ constructor",
      "* ENABLED __proto__ constructor",
      "$ OK done",
    ),
    client: async (visitor) => {
      const client = await visitor.connect();
      await client.noop();
      return [await client.hasCapability("toString"), await client.enable("constructor")];
    },
    gives: [false, ["CONSTRUCTOR"]],
  },
  {
    name: "as names of responses that nobody knows",
    server: inFolder(
      ...NAMES.flatMap((name) => [`* ${name} x`, `* 5 ${name} x`]),
      "* SEARCH 1",
      "$ OK done",
    ),
    client: async (visitor) => [...await (await visitor.select()).search()],
    gives: [1],
  },
]);

/** Names that no encoder of modified UTF-7 produces. */
const FOLDERS = [
  "&",
  "&&",
  "&-&",
  "&AAA",
  "&2D0-",
  "&AGE-",
  "a&=-",
  "\xe4\xff",
  "&ZeVnLIqe",
  "\x01\x02",
];

behaviours("names of folders", [
  {
    name: "that are not modified UTF-7",
    server: inFolder(
      ...FOLDERS.map((name) => `* LIST () "/" "${name}"`),
      '* LIST () "/" {4}\r\na\0\r\n',
      "* LIST () NIL NIL",
      '* LIST () "//" ""',
      "$ OK done",
    ),
    client: async (visitor) => {
      const folders = await (await visitor.select()).listFolders();
      return folders.filter(({ name }) => typeof name === "string").length;
    },
    gives: FOLDERS.length + 3,
  },
  {
    name: "that hold a line end and a command",
    server: async (villain) => {
      await villain.select();
      await villain.answer('* LIST () "/" {20}\r\nINBOX\r\nA9 DELETE abc');
      const tag = await villain.command();
      await villain.say(`${tag} NO no such folder`);
      await villain.answer(`* OK ${villain.heard.join(";").length > 0}`);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const [{ name }] = await client.listFolders();
      const error = await client.folderStatus(String(name)).catch((error) => error);
      return [name, error.name];
    },
    gives: ["INBOX\r\nA9 DELETE abc", "ImapError"],
    so: "they go back as a literal",
  },
  {
    name: "of 1 MiB",
    server: inFolder(`* LIST () "/" "${"&AOQ-".repeat(200_000)}"`, "$ OK done"),
    client: async (visitor) =>
      String((await (await visitor.select()).listFolders())[0].name).length,
    gives: 200_000,
  },
]);
