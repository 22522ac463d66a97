import { ConnectionClosedError, ImapError, ProtocolError, TlsError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import { greets, inFolder, inFolderOf, WELCOME } from "./scenes.ts";

const broken = { fails: ProtocolError, closes: true } as const;

behaviours("tagged answers out of turn", [
  {
    ...broken,
    name: "an answer to a command that was never sent",
    server: inFolder("X99 OK done"),
    client: async (visitor) => (await visitor.select()).search(),
    says: /answered a command that was not sent: X99/,
    tcp: true,
  },
  {
    ...broken,
    name: "an answer to the command before",
    server: inFolder("A1 OK done"),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    ...broken,
    name: "an answer to the next command",
    server: inFolder("* SEARCH 1 2 3", "A3 OK done"),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    ...broken,
    name: "two answers to one command",
    server: inFolder("$ OK done", "$ OK done again"),
    client: async (visitor) => {
      const client = await visitor.select();
      await client.noop();
      await client.noop();
    },
  },
  {
    ...broken,
    name: "OK to the first command, before it is sent",
    server: (villain) => villain.say("* OK hello", "A1 OK [CAPABILITY IMAP4rev1] done"),
    client: (visitor) => visitor.connect(),
    tcp: true,
  },
  {
    ...broken,
    name: "OK to a login, behind the greeting and before it is sent",
    server: (villain) => villain.say("* OK [CAPABILITY IMAP4rev1] hello", "A1 OK you are in"),
    client: async (visitor) => (await visitor.connect()).login("ann", "secret"),
  },
  {
    ...broken,
    name: "a tagged answer for a greeting",
    server: (villain) => villain.say("A1 OK hello"),
    client: (visitor) => visitor.connect(),
  },
  {
    ...broken,
    name: "OK without a tag in front",
    server: inFolder("OK done", ...Array.from({ length: 20 }, () => "OK done")),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    ...broken,
    name: "a tag of 100,000 letters",
    server: inFolder(`${"A".repeat(100_000)} OK done`),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    ...broken,
    name: "OK to APPEND before its literal is sent",
    server: inFolder("$ OK [APPENDUID 1 1] done"),
    client: async (visitor) => (await visitor.select()).append("INBOX", "Hello"),
    says: /before all of it was sent/,
    tcp: true,
  },
  {
    ...broken,
    name: "OK to LOGIN before its literal is sent",
    server: greets("* OK [CAPABILITY IMAP4rev1] hello", "$ OK you are in"),
    client: async (visitor) => (await visitor.connect()).login("ännchen", "secret"),
  },
  {
    name: "NO to APPEND in place of the +, and then the + all the same",
    server: async (villain) => {
      await villain.select();
      await villain.say(`${await villain.command()} NO [OVERQUOTA] full`, "+ go ahead");
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const refused = await client.append("INBOX", "Hello").catch((error) => error);
      await client.noop();
      return [refused instanceof ImapError, refused.code];
    },
    gives: [true, "OVERQUOTA"],
  },
]);

behaviours("+ that nobody asked for", [
  {
    ...broken,
    name: "+ for a greeting",
    server: (villain) => villain.say("+ OK POP3 ready"),
    client: (visitor) => visitor.connect(),
    says: /not an IMAP greeting/,
    tcp: true,
  },
  {
    name: "+ before, within and behind an answer",
    server: inFolder("+ well?", "* SEARCH 1", "+", "+ ", "* SEARCH 2", "$ OK done", "+ more"),
    client: async (visitor) => {
      const client = await visitor.select();
      return [...await client.search()];
    },
    gives: [1, 2],
  },
  {
    name: "100,000 times +",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      for (let i = 0; i < 100; i++) await villain.send("+ go ahead\r\n".repeat(1000));
      await villain.say(`${tag} OK done`);
    },
    client: async (visitor) => (await (await visitor.select()).noop()).text,
    gives: "done",
    within: 30,
  },
  {
    name: "three times + for one literal",
    server: async (villain) => {
      await villain.select();
      const tag = await villain.command();
      await villain.say("+ one", "+ two", "+ three");
      await villain.line();
      await villain.say(`${tag} OK done`);
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      const { text } = await client.append("INBOX", "Hello");
      await client.noop();
      return text;
    },
    gives: "done",
  },
  {
    name: "+ again and again during IDLE",
    server: async (villain) => {
      await inFolderOf("IMAP4rev1 IDLE", "+ idling", "+ idling", "* 7 EXISTS", "+")(villain);
      await villain.line();
      await villain.say("A2 OK done");
      await villain.answer();
    },
    client: async (visitor) => {
      const client = await visitor.select();
      await client.idle();
      const [news] = await client.idleCheck();
      const { text } = await client.idleDone();
      await client.noop();
      return [news.type, text];
    },
    gives: ["EXISTS", "done"],
  },
]);

behaviours("words that are not IMAP, in place of a greeting", [
  ...[
    ["HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["SMTP", "220 mail.example.org ESMTP\r\n"],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["NUL bytes", "\0".repeat(5000) + "\r\n"],
    ["8-bit bytes", "\xff\xfe\xfd".repeat(500) + "\n"],
    ["words behind empty lines", "\r\n\r\nlogin:\r\n"],
    ["an asterisk alone", "*\r\n"],
    ["an answer to something else", "* 23 EXISTS\r\n"],
    ["a literal", "* SEARCH {3}\r\nabc\r\n"],
  ].map(([what, words]) => ({
    ...broken,
    name: what,
    server: greetsWith(words),
    client: (visitor: { connect(): Promise<unknown> }) => visitor.connect(),
    tcp: what === "HTTP",
  })),
  {
    name: "NO",
    server: greetsWith("* NO go away\r\n"),
    client: (visitor) => visitor.connect(),
    fails: ConnectionClosedError,
    says: /go away/,
    closes: true,
  },
  {
    name: "TLS",
    server: greetsWith("\x15\x03\x01\x00\x02\x02\x0a\x15\x03\x01\x00\x02\x02\x0a\n"),
    client: (visitor) => visitor.connect(),
    fails: TlsError,
    closes: true,
    tcp: true,
  },
]);

function greetsWith(words: string) {
  return (villain: { send(words: string): Promise<void> }) => villain.send(words);
}

behaviours("words that are not IMAP, in the session", [
  {
    ...broken,
    name: "lines that are nothing",
    server: inFolder("* SEARCH 1", "what is this?"),
    client: async (visitor) => (await visitor.select()).search(),
    says: /not an IMAP response: "what is this\?"/,
  },
  {
    name: "a thousand empty lines [fault B2]",
    server: inFolder(..."\n".repeat(1000).split("\n"), "* SEARCH 1", "$ OK done"),
    client: async (visitor) => [...await (await visitor.select()).search()],
    gives: [1],
  },
  {
    ...broken,
    name: "empty lines without end",
    server: async (villain) => {
      await villain.select();
      await villain.command();
      for (;;) await villain.send("\r\n )\r\n\t\n".repeat(1000));
    },
    client: async (visitor) => {
      const client = await visitor.select({ limits: { items: 100_000 } });
      await client.search();
    },
    says: /more than 100000 responses during UID SEARCH/,
  },
  {
    name: "empty lines in front of the greeting [fault B2]",
    server: greetsWith(`\r\n\n${WELCOME}\r\n`),
    client: async (visitor) => (await visitor.connect()).state,
    gives: "authenticated",
  },
  {
    ...broken,
    name: "a thousand lines of text behind OK",
    server: inFolder("* OK attention:", ...Array.from({ length: 1000 }, (_, i) => `line ${i}`)),
    client: async (visitor) => (await visitor.select()).search(),
  },
  {
    name: "a second greeting, and a third",
    server: inFolder("* OK hello", WELCOME, "* SEARCH 1", "$ OK done"),
    client: async (visitor) => [...await (await visitor.select()).search()],
    gives: [1],
  },
]);
