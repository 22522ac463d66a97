import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionClosedError, TimeoutError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolder, inFolderOf, inFolderSends, tally, WELCOME } from "./scenes.ts";

/** Short enough to wait for, and long enough for a slow machine to answer. */
const timeout = 0.3;
const silent = { fails: TimeoutError, timeout } as const;
const PLAIN = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello";

behaviours("a server that falls silent before anybody is logged in", [
  {
    ...silent,
    name: "no greeting",
    server: (villain) => villain.silence(),
    client: (visitor) => visitor.connect(),
    says: /^no greeting within 0\.3 seconds(; if the port expects TLS .*)?$/,
    tcp: true,
  },
  {
    ...silent,
    name: "half a greeting",
    server: (villain) => villain.send("* OK [CAPABILITY IM"),
    client: (visitor) => visitor.connect(),
    says: /^no greeting/,
    tcp: true,
  },
  {
    ...silent,
    name: "silence after the greeting",
    server: (villain) => villain.say("* OK hello"),
    client: (visitor) => visitor.connect(),
    says: /^no answer to CAPABILITY/,
    tcp: true,
  },
  {
    ...silent,
    name: "no answer to LOGIN",
    server: greets(PLAIN),
    client: async (visitor) => (await visitor.connect()).login("ann", "secret"),
    says: /^no answer to LOGIN/,
  },
  {
    ...silent,
    name: "no + for a user's name that is a literal",
    server: greets(PLAIN),
    client: async (visitor) => (await visitor.connect()).login("ännchen", "secret"),
    says: /^no answer to LOGIN/,
  },
  {
    ...silent,
    name: "silence after the login",
    server: greets(PLAIN, "$ OK you are in"),
    client: async (visitor) => (await visitor.connect()).login("ann", "secret"),
    says: /^no answer to CAPABILITY/,
  },
  {
    ...silent,
    name: "no + after AUTHENTICATE",
    server: greets(PLAIN),
    client: async (visitor) => (await visitor.connect()).plainLogin("ann", "secret"),
    says: /^no answer to AUTHENTICATE/,
  },
  {
    ...silent,
    name: "silence after the + of AUTHENTICATE",
    server: greets(PLAIN, "+ "),
    client: async (visitor) => (await visitor.connect()).plainLogin("ann", "secret"),
    says: /^no answer to AUTHENTICATE/,
  },
  {
    ...silent,
    name: "no answer to STARTTLS",
    server: greets("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello"),
    client: (visitor) => visitor.connect({ starttls: true, ssl: undefined }),
    plain: true,
    says: /^no answer to STARTTLS/,
    tcp: true,
  },
  {
    ...silent,
    name: "no TLS after the OK to STARTTLS",
    server: async (villain) => {
      await greets("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello", "$ OK begin")(villain);
      // Deno can't end a connection in the middle of a handshake.
      await sleep(1500);
      await villain.hangUp();
    },
    client: (visitor) => visitor.connect({ starttls: true, ssl: undefined }),
    says: /^no end of the TLS handshake/,
    tcp: "only",
  },
]);

behaviours("a server that falls silent in the middle of the session", [
  {
    ...silent,
    name: "no answer to SELECT",
    server: greets(WELCOME, "* 5 EXISTS"),
    client: (visitor) => visitor.select(),
    says: /^no answer to SELECT/,
  },
  {
    ...silent,
    name: "silence in the middle of a line",
    server: inFolderSends("* SEARCH 1 2 3"),
    client: async (visitor) => (await visitor.select()).search(),
    tcp: true,
  },
  {
    ...silent,
    name: "silence between CR and LF",
    server: inFolderSends("* SEARCH 1 2 3\r"),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    ...silent,
    name: "silence in the middle of a short literal",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {10}\r\n12345"),
    client: async (visitor) => (await visitor.select()).fetch(1, ["BODY[]"]),
    tcp: true,
  },
  {
    ...silent,
    name: "silence in the middle of a literal of 60,000,000 bytes",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {60000000}\r\n12345"),
    client: async (visitor) => (await visitor.select()).fetch(1, ["BODY[]"]),
  },
  {
    ...silent,
    name: "silence in the middle of a literal that is streamed",
    server: inFolderSends("* 1 FETCH (UID 1 BODY[] {4294967295}\r\n12345"),
    client: async (visitor) => {
      const client = await visitor.select();
      for await (const row of client.fetchEach(1, ["BODY[]"], { stream: true })) {
        await new Response(row["BODY[]"]).bytes();
      }
    },
    tcp: true,
  },
  {
    ...silent,
    name: "half of a FETCH, then silence",
    server: inFolder("* 1 FETCH (UID 1 FLAGS ())"),
    client: async (visitor) => {
      const client = await visitor.select();
      for await (const _ of client.fetchEach("1:2", ["FLAGS"]));
    },
  },
  {
    ...silent,
    name: "no + for the literal of APPEND",
    server: inFolder("* 3 EXISTS"),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
    says: /^no answer to APPEND/,
    tcp: true,
  },
  {
    ...silent,
    name: "silence after the literal of APPEND",
    server: inFolder("+ go ahead"),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
    says: /^no answer to APPEND/,
  },
  {
    ...silent,
    name: "a server that does not read",
    server: async (villain) => {
      await villain.select("IMAP4rev1 LITERAL+");
      await villain.command();
      await sleep(1000);
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.append("INBOX", new Uint8Array(32 * 1024 * 1024).fill(65));
    },
    tcp: true,
  },
  {
    name: "silence for ten calls at once",
    server: inFolder(),
    client: async (visitor) => {
      const client = await visitor.select();
      return tally(Array.from({ length: 10 }, (_, i) => client.fetch(i + 1, ["FLAGS"])));
    },
    timeout,
    gives: { TimeoutError: 10 },
    so: "TimeoutError for each",
    closes: true,
  },
  {
    ...silent,
    name: "no + for IDLE",
    server: inFolderOf("IMAP4rev1 IDLE"),
    client: async (visitor) => (await visitor.select()).idle(),
    says: /^no answer to IDLE/,
  },
  {
    ...silent,
    name: "no answer to DONE",
    server: inFolderOf("IMAP4rev1 IDLE", "+ idling"),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      await client.idleDone();
    },
    says: /^no answer to IDLE/,
    tcp: true,
  },
  {
    ...silent,
    name: "no answer to the DONE that another command asks for",
    server: inFolderOf("IMAP4rev1 IDLE", "+ idling"),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      await client.noop();
    },
    says: /^no answer to IDLE/,
  },
  {
    ...silent,
    name: "no answer to LOGOUT",
    server: inFolder(),
    client: async (visitor) => (await visitor.select()).logout(),
    says: /^no answer to LOGOUT/,
    tcp: true,
  },
  {
    name: "BYE, and a connection that is left open",
    server: inFolder("* BYE that is it"),
    client: async (visitor) => (await visitor.select()).search(),
    fails: ConnectionClosedError,
    says: /that is it/,
    within: 20,
    tcp: true,
  },
]);
