import { CapabilityError, ImapError, ProtocolError, TlsError } from "../../../mod.ts";
import { behaviours } from "./behaviours.ts";
import type { Visitor } from "./play.ts";
import { greets } from "./scenes.ts";

const HELLO = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello";
const securely = (visitor: Visitor) => visitor.connect({ starttls: true, ssl: undefined });
const secure = { client: securely, closes: true, plain: true } as const;

behaviours("STARTTLS", [
  {
    ...secure,
    name: "PREAUTH, so that there is nothing to start",
    server: greets("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome, ann"),
    fails: TlsError,
    says: /PREAUTH/,
    tcp: true,
  },
  {
    ...secure,
    name: "no STARTTLS among the capabilities",
    server: greets("* OK [CAPABILITY IMAP4rev1] hello"),
    fails: CapabilityError,
    tcp: true,
  },
  {
    ...secure,
    name: "NO to STARTTLS",
    server: greets(HELLO, "$ NO not today"),
    fails: ImapError,
    says: /not today/,
    tcp: true,
  },
  {
    ...secure,
    name: "BAD to STARTTLS",
    server: greets(HELLO, "$ BAD what?"),
    fails: ImapError,
  },
  {
    ...secure,
    name: "capabilities behind the OK to STARTTLS (response injection)",
    server: greets(HELLO, "$ OK begin", "* CAPABILITY IMAP4rev1 AUTH=PLAIN"),
    fails: ProtocolError,
    says: /injection/,
    tcp: true,
  },
  {
    ...secure,
    name: "an answer to the next command behind the OK to STARTTLS",
    server: greets(HELLO, "$ OK begin", "A2 OK done", "A3 OK done"),
    fails: ProtocolError,
    says: /injection/,
  },
  {
    ...secure,
    name: "half a line behind the OK to STARTTLS",
    server: async (villain) => {
      await villain.say(HELLO);
      await villain.send(`${await villain.command()} OK begin\r\n* BY`);
    },
    fails: ProtocolError,
    says: /injection/,
  },
  {
    ...secure,
    name: "OK to STARTTLS before it is sent",
    server: (villain) => villain.say(HELLO, "A1 OK begin"),
    fails: ProtocolError,
  },
  {
    ...secure,
    name: "OK to STARTTLS before it is sent, behind one to CAPABILITY",
    server: greets("* OK hello", "* CAPABILITY IMAP4rev1 STARTTLS", "$ OK done", "A2 OK begin"),
    fails: ProtocolError,
  },
  {
    ...secure,
    name: "+ in answer to STARTTLS, then NO",
    server: greets(HELLO, "+ go ahead", "$ NO after all"),
    fails: ImapError,
  },
  {
    ...secure,
    name: "plain text in place of a TLS handshake",
    server: async (villain) => {
      await greets(HELLO, "$ OK begin")(villain);
      await villain.bytes(1);
      await villain.say("* OK who needs TLS?");
    },
    fails: TlsError,
    timeout: 5,
    tcp: "only",
  },
  {
    ...secure,
    name: "the end of the connection in place of a TLS handshake",
    server: async (villain) => {
      await greets(HELLO, "$ OK begin")(villain);
      await villain.bytes(1);
      await villain.hangUp();
    },
    fails: TlsError,
    timeout: 5,
    tcp: "only",
  },
]);
