// The calls about the session, and a caller's own commands.
import { type CommandWriter, NumberSet } from "../../../mod.ts";
import * as kinds from "./kinds.ts";
import { numberIn } from "./folder_places.ts";
import { fetchItem, SECTION } from "./message_places.ts";
import { CAPABILITY, folder, listOf, type Method, type Place, place, word } from "./place.ts";
import type { Word } from "./scanner.ts";

const greeted = { state: "greeted" } as const;
const authenticated = { state: "authenticated" } as const;

/** A SASL message with `IT` replaced. */
function sasl(
  name: string,
  call: Place["call"],
  kind: kinds.Kind,
  mechanism: string,
  message: (seen: string) => string,
  odd?: Place["odd"],
): Place {
  const sent = (seen: Word) => ["AUTHENTICATE", mechanism, message(String(seen))];
  return place(name, call, kind, sent, { ...greeted, odd });
}

/** What a call sends if it leaves out a parameter with a default. */
function byDefault(...command: Word[]): Place["odd"] {
  return (value) => value === undefined ? command : undefined;
}

function isTest(value: string): string | null {
  return /^X-TEST$/i.test(value) ? value : null;
}

/** What can't be an answer cancels the exchange. */
function answer(value: string): string {
  return value.isWellFormed() ? kinds.utf8(value) : "*";
}

function gs2(identity: string): string {
  const name = identity.replaceAll("=", "=3D").replaceAll(",", "=2C");
  return identity === "" ? "n,," : `n,a=${name},`;
}

const ann = { user: "u", password: "p" };
const byPlain = { mechanisms: ["PLAIN"] } as const;

function notEmpty(kind: kinds.Kind): kinds.Kind {
  return (value, setting) => value === "" ? null : kind(value, setting);
}

const bearer = "\x01auth=Bearer t\x01\x01";
const test = ["AUTHENTICATE", "X-TEST", "IT"];
const noAnswer = () => ["AUTHENTICATE", "X-TEST", "*"];

/** A caller's own mechanism. */
function own(name: string, first: Uint8Array | null = null) {
  const empty = new Uint8Array(0);
  return { name, initialResponse: () => first ?? empty, respond: () => empty };
}

function field(value: string): string | null {
  return new TextEncoder().encode(value).length <= 1024 ? kinds.text(value) : null;
}

function fieldName(value: string): string | null {
  return new TextEncoder().encode(value).length <= 30 ? kinds.text(value) : null;
}

/** What a NOTIFY without items sends. */
const BARE = ["NOTIFY", "SET", ["SELECTED-DELAYED", ["MessageNew", "MessageExpunge"]]];

/** An item of a new message, which must not be marked as seen; UID is always there. */
function newItem(value: string): readonly string[] | null {
  const items = fetchItem(value)?.filter((item) => item !== "UID") ?? null;
  const isBad = items?.some((item) => /^(?:BODY\[|BINARY\[|RFC822$|RFC822\.TEXT$)/.test(item));
  return isBad ? null : items;
}

/** The methods by name. */
export const SESSION_METHODS: Readonly<Record<string, Method>> = {
  authenticate: {
    parameters: 2,
    places: [
      sasl(
        "user",
        (c, v) => c.authenticate({ user: v, password: "p" }, byPlain),
        notEmpty(kinds.text),
        "PLAIN",
        (it) => `\0${it}\0p`,
      ),
      sasl(
        "password",
        (c, v) => c.authenticate({ user: "u", password: v }, byPlain),
        kinds.text,
        "PLAIN",
        (it) => `\0u\0${it}`,
      ),
      sasl(
        "token",
        (c, v) => c.authenticate({ user: "u", token: v }),
        kinds.token,
        "OAUTHBEARER",
        (it) => `n,a=u,\x01auth=Bearer ${it}\x01\x01`,
      ),
      sasl(
        "tokenProvider",
        (c, v) => c.authenticate({ user: "u", tokenProvider: () => v }),
        kinds.token,
        "OAUTHBEARER",
        (it) => `n,a=u,\x01auth=Bearer ${it}\x01\x01`,
        (value) =>
          value instanceof Promise
            ? ["AUTHENTICATE", "OAUTHBEARER", "n,a=u,\x01auth=Bearer x\x01\x01"]
            : undefined,
      ),
      sasl(
        "user of a token",
        (c, v) => c.authenticate({ user: v, token: "t" }),
        kinds.field,
        "OAUTHBEARER",
        (it) => `${gs2(it)}${bearer}`,
      ),
      sasl(
        "authorizationIdentity",
        (c, v) => c.authenticate(ann, { ...byPlain, authorizationIdentity: v }),
        kinds.text,
        "PLAIN",
        (it) => `${it}\0u\0p`,
        byDefault("AUTHENTICATE", "PLAIN", "\0u\0p"),
      ),
      word(
        "mechanisms",
        (c, v) => c.authenticate(ann, { mechanisms: [v as "PLAIN"] }),
        (value) => value.toLowerCase() === "plain" ? value : null,
        ["AUTHENTICATE", "PLAIN", "\0u\0p"],
        { ...greeted, also: ["PLAIN", "plain", "PLAIN\r\n", "pla\u0131n", "PLAIN "] },
      ),
    ],
  },
  login: {
    parameters: 3,
    places: [
      word("username", (c, v) => c.login(v, "p"), kinds.text, ["LOGIN", "IT", "p"], greeted),
      word("password", (c, v) => c.login("u", v), kinds.text, ["LOGIN", "u", "IT"], greeted),
    ],
  },
  plainLogin: {
    parameters: 4,
    places: [
      sasl("identity", (c, v) => c.plainLogin(v, "p"), kinds.text, "PLAIN", (it) => `\0${it}\0p`),
      sasl("password", (c, v) => c.plainLogin("u", v), kinds.text, "PLAIN", (it) => `\0u\0${it}`),
      sasl(
        "authorizationIdentity",
        (c, v) => c.plainLogin("u", "p", v),
        kinds.text,
        "PLAIN",
        (it) => `${it}\0u\0p`,
        byDefault("AUTHENTICATE", "PLAIN", "\0u\0p"),
      ),
    ],
  },
  oauth2Login: {
    parameters: 3,
    places: [
      sasl(
        "user",
        (c, v) => c.oauth2Login(v, "t"),
        kinds.field,
        "XOAUTH2",
        (it) => `user=${it}${bearer}`,
      ),
      sasl(
        "accessToken",
        (c, v) => c.oauth2Login("u", v),
        kinds.token,
        "XOAUTH2",
        (it) => `user=u\x01auth=Bearer ${it}\x01\x01`,
      ),
      sasl(
        "vendor",
        (c, v) => c.oauth2Login("u", "t", { vendor: v }),
        kinds.field,
        "XOAUTH2",
        (it) => `user=u\x01auth=Bearer t\x01${it === "" ? "" : `vendor=${it}\x01`}\x01`,
        byDefault("AUTHENTICATE", "XOAUTH2", `user=u${bearer}`),
      ),
      word("mech", (c, v) => c.oauth2Login("u", "t", { mech: v }), kinds.none, [], {
        ...CAPABILITY,
        ...greeted,
        odd: byDefault("AUTHENTICATE", "XOAUTH2", `user=u${bearer}`),
      }),
    ],
  },
  oauthbearerLogin: {
    parameters: 3,
    places: [
      sasl(
        "identity",
        (c, v) => c.oauthbearerLogin(v, "t"),
        kinds.field,
        "OAUTHBEARER",
        (it) => `${gs2(it)}${bearer}`,
      ),
      sasl(
        "accessToken",
        (c, v) => c.oauthbearerLogin("", v),
        kinds.token,
        "OAUTHBEARER",
        (it) => `n,,\x01auth=Bearer ${it}\x01\x01`,
      ),
    ],
  },
  saslLogin: {
    parameters: 3,
    places: [
      word("mechName", (c, v) => c.saslLogin(v, () => "x"), isTest, [
        ...["AUTHENTICATE", "X-TEST", "x"],
      ], { ...CAPABILITY, ...greeted, also: ["x-test", "x-te\u017ft", "X-TEST\r\n", "PLAIN "] }),
      word("respond", (c, v) => c.saslLogin("X-TEST", () => v), answer, test, {
        ...greeted,
        odd: (value) => value instanceof Promise ? ["AUTHENTICATE", "X-TEST", "x"] : noAnswer(),
      }),
      word(
        "mechanism.name",
        (c, v) => c.saslLogin(own(v)),
        isTest,
        ["AUTHENTICATE", "X-TEST", ""],
        {
          ...CAPABILITY,
          ...greeted,
          also: ["X-TE\u017fT", "X-TEST "],
        },
      ),
      word(
        "mechanism.initialResponse",
        (c, v) => c.saslLogin(own("X-TEST", v as unknown as Uint8Array ?? NaN)),
        kinds.none,
        test,
        { ...greeted, bytes: "only" },
      ),
      word(
        "mechanism.respond",
        (c, v) => c.saslLogin({ name: "X-TEST", respond: () => v as unknown as Uint8Array }),
        kinds.none,
        test,
        { ...greeted, bytes: "only", odd: noAnswer },
      ),
    ],
  },
  // Its options go to the transport.
  starttls: { parameters: 2, places: [] },
  capabilities: { parameters: 1, places: [] },
  hasCapability: {
    parameters: 2,
    places: [
      word("name", (c, v) => c.hasCapability(v), kinds.none, [], {
        odd: () => undefined,
        isKey: true,
      }),
    ],
  },
  enable: {
    parameters: 2,
    places: [
      word("capabilities", (c, v) => c.enable(v), kinds.name, ["ENABLE", "IT"], authenticated),
      word("capabilities, in a list", (c, v) => c.enable(["X", v]), kinds.name, [
        ...["ENABLE", "X", "IT"],
      ], authenticated),
    ],
  },
  id: {
    parameters: 2,
    places: [
      word("a field's value", (c, v) => c.id({ name: v }), field, ["ID", ["name", "IT"]], {
        odd: (value) => value === null ? ["ID", ["name", null]] : undefined,
      }),
      word("a field's name", (c, v) => c.id({ [v]: "x" }), fieldName, ["ID", ["IT", "x"]], {
        isKey: true,
      }),
      word("parameters of no type", (c, v) => c.id(v as never), kinds.none, [], {
        noText: true,
        odd: idOf,
      }),
    ],
  },
  jmapAccess: { parameters: 1, places: [] },
  language: {
    parameters: 2,
    places: [
      word("tags", (c, v) => c.language(v), kinds.languageRange, ["LANGUAGE", "IT"], {
        ...greeted,
        odd: byDefault("LANGUAGE"),
      }),
      word("tags, in a list", (c, v) => c.language(["x", v]), kinds.languageRange, [
        ...["LANGUAGE", "x", "IT"],
      ], greeted),
    ],
  },
  noop: { parameters: 1, places: [] },
  notify: {
    parameters: 2,
    places: [
      folder(
        "mailboxes",
        (c, v) => c.notify([{ mailboxes: { mailboxes: v }, events: ["MailboxName"] }]),
        ["NOTIFY", "SET", ["MAILBOXES", "FOLDER", ["MailboxName"]]],
      ),
      folder(
        "subtree, in a list",
        (c, v) => c.notify([{ mailboxes: { subtree: [v, "b"] }, events: "none" }]),
        ["NOTIFY", "SET", ["SUBTREE", ["FOLDER", "b"], "NONE"]],
      ),
      word(
        "fetch",
        (c, v) =>
          c.notify([{
            mailboxes: "selected-delayed",
            events: ["MessageNew", "MessageExpunge"],
            fetch: v,
          }]),
        newItem,
        ["NOTIFY", "SET", ["SELECTED-DELAYED", [
          ...["MessageNew", ["UID", "...IT"], "MessageExpunge"],
        ]]],
        { ...authenticated, odd: (value) => value === undefined ? BARE : undefined },
      ),
      word(
        "events",
        (c, v) => c.notify([{ mailboxes: "personal", events: [v as "MailboxName"] }]),
        (value) => value === "MailboxName" ? value : null,
        ["NOTIFY", "SET", ["PERSONAL", ["IT"]]],
        authenticated,
      ),
      place("sets of no type", (c, v) => c.notify(v as never), kinds.none, () => [], {
        noText: true,
        odd: (value) => value === null ? ["NOTIFY", "NONE"] : undefined,
      }),
    ],
  },
  // It names folders as `notify` and `listFolders` do.
  watchFolders: { parameters: 1, places: [] },
  unauthenticate: { parameters: 1, places: [] },
  compress: { parameters: 1, places: [] },
  logout: { parameters: 1, places: [] },
  shutdown: { parameters: 0, places: [] },
  listen: { parameters: 1, places: [] },
  onAlert: { parameters: 1, places: [] },
  run: {
    parameters: 2,
    places: [
      place("command.name", (c, v) => run(c, `XNAME${v}`, () => {}), commandName, (it) => [it], {
        isKey: true,
      }),
      word("command.name of no type", (c, v) => run(c, v, () => {}), kinds.none, [], {
        noText: true,
      }),
      written("atom", kinds.atom, "XATOM", (out, v) => out.atom(v)),
      written("astring", kinds.text, "XTEXT", (out, v) => out.astring(v), { bytes: "any" }),
      written("string", kinds.text, "XTEXT", (out, v) => out.string(v), { bytes: "any" }),
      written("nstring", kinds.text, "XNSTRING", (out, v) => out.nstring(v), {
        bytes: "any",
        odd: (value) => value === null ? ["XNSTRING", null] : undefined,
      }),
      written("charset", kinds.quotedCharset, "XCHARSET", (out, v) => out.charset(v)),
      written("secret", kinds.text, "XTEXT", (out, v) => out.secret(() => out.string(v))),
      written("mailbox", kinds.mailbox, "XMAILBOX", (out, v) => out.mailbox(v), {
        bytes: "mailbox",
      }),
      written("listMailbox", kinds.mailbox, "XPATTERN", (out, v) => out.listMailbox(v), {
        bytes: "mailbox",
      }),
      written("flag", anyFlag, "XFLAG", (out, v) => out.flag(v)),
      written("flagList", (v) => listed(anyFlag(v)), "XFLAGS", (out, v) => out.flagList(v), {
        odd: listOf(["XFLAGS", []], ""),
      }),
      written("list", (v) => listed(anyFlag(v)), "XFLAGS", (out, v) => {
        return out.list([v], (it) => out.flag(it));
      }),
      written("numberSet", kinds.ids, "XSET", (out, v) => out.numberSet(NumberSet.from(v)), {
        odd: (value) => {
          if (value instanceof Uint16Array) return ["XSET", "65:66"];
          return value === 1 ? ["XSET", "1:1"] : undefined;
        },
      }),
      written("numberSet of a text", kinds.none, "XSET", (out, v) => out.numberSet(v as never)),
      written("number", kinds.none, "XNUMBER", (out, v) => out.number(v as never), {
        odd: numberIn(["XNUMBER", "IT"]),
      }),
      written("date", kinds.none, "XDATE", (out, v) => out.date(v)),
      written("dateTime", kinds.none, "XTIME", (out, v) => out.dateTime(v as never)),
      written(
        "fetchItem",
        (v) => {
          return /^[A-Z][A-Z0-9.-]*$/.test(v) || SECTION.test(v) ? [v] : null;
        },
        "XITEM",
        (out, v) => out.list([v], (it) => out.fetchItem(it)),
      ),
      written("literal", kinds.none, "XLITERAL", (out, v) => out.literal(v as never), {
        bytes: "only",
      }),
      written("raw", rawText, "XRAW", (out, v) => out.raw("<").raw(v).raw(">")),
    ],
  },
};

/** The writer's methods tried above, under their own names or as part of another. */
export const WRITER_METHODS: readonly string[] = [
  ...["atom", "astring", "string", "nstring", "secret", "mailbox", "listMailbox", "flag"],
  ...[
    "flagList",
    "list",
    "numberSet",
    "number",
    "date",
    "dateTime",
    "fetchItem",
    "literal",
    "literal8",
    "literalFrom",
  ],
  ...["raw", "commandName", "charset", "sp", "finish", "finishInPage", "describe"],
];

function run(
  client: Parameters<Place["call"]>[0],
  name: string,
  write: (out: CommandWriter) => void,
) {
  return client.run({ name, write, result: () => null });
}

function written(
  method: string,
  kind: kinds.Kind,
  command: string,
  write: (out: CommandWriter, value: string) => unknown,
  more: Partial<Place> = {},
): Place {
  const call: Place["call"] = (client, value) => {
    return run(client, command, (out) => void write(out.sp(), value));
  };
  return word(`writer.${method}`, call, kind, [command, "IT"], more);
}

function commandName(value: string): string | null {
  return `XNAME${value}`.split(" ").every((part) => kinds.atom(part) !== null)
    ? `XNAME${value}`
    : null;
}

function anyFlag(value: string): string | null {
  return kinds.atom(value.replace(/^\\/, "")) === null ? null : value;
}

function listed(word: string | null): readonly string[] | null {
  return word === null ? null : [word];
}

/** Only printable ASCII, and nothing that announces a literal. */
function rawText(value: string): string | null {
  return /^[ -~]*$/.test(value) && !/\{\d*\+?\}\s*$/.test(value) ? `<${value}>` : null;
}

function idOf(value: unknown): readonly Word[] | undefined {
  if (value === null || value === undefined) return ["ID", null];
  const isPlain = typeof value === "object" && Object.keys(value).length === 0 &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return isPlain ? ["ID", []] : undefined;
}
