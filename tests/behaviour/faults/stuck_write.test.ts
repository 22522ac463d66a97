import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { ImapClient, ImapError, TimeoutError } from "../../../mod.ts";
import { decodeAscii, encodeUtf8 } from "../../../src/util/bytes.ts";
import { FaultyPipe } from "./faulty_pipe.ts";
import { within } from "./sweep.ts";

/** A call that takes longer hangs, in seconds. */
const BOUND = 5;

/** A server whose first user is logged in, and which refuses an APPEND before it has all of it. */
async function refuseEarly({ server }: FaultyPipe): Promise<void> {
  const writer = server.writable.getWriter();
  const capabilities = "IMAP4rev1 LITERAL+";
  await writer.write(encodeUtf8(`* PREAUTH [CAPABILITY ${capabilities}] hello\r\n`));
  for await (const chunk of server.readable) {
    const tag = /^(A\d+) APPEND /.exec(decodeAscii(chunk, 0, chunk.length))?.[1];
    if (tag !== undefined) await writer.write(encodeUtf8(`${tag} NO [TOOBIG] no more, please\r\n`));
  }
}

/** The server answers what it has received; the rest of the message can never be written. */
describe("a write that never ends, of a command that is answered", () => {
  for (const call of ["noop", "logout", "append"] as const) {
    it(`the next call, ${call}, ends within the timeout`, async () => {
      const pipe = new FaultyPipe({
        fault: { kind: "clog", direction: "to the server", offset: 200 },
      });
      refuseEarly(pipe).catch(() => {});
      const transport = () => Promise.resolve(pipe.client);
      const client = await ImapClient.connect({ transport, timeout: 0.1 });
      const appending = client.append("INBOX", "x".repeat(1000));
      const refusal = await appending.catch((error: unknown) => error);
      assertInstanceOf(refusal, ImapError);
      assertEquals(refusal.code, "TOOBIG");
      const next = call === "append" ? client.append("INBOX", "y") : client[call]();
      const error = await within(BOUND, next.catch((error: unknown) => error));
      client.shutdown();
      assertInstanceOf(error, TimeoutError, "it does not end");
    });
  }
});

/** A server that accepts SELECT and IDLE. */
async function idling({ server }: FaultyPipe): Promise<void> {
  const writer = server.writable.getWriter();
  const say = (text: string) => writer.write(encodeUtf8(text));
  await say("* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hello\r\n");
  for await (const chunk of server.readable) {
    const [tag, name] = decodeAscii(chunk, 0, chunk.length).split(/[ \r]/);
    if (name === "SELECT") await say(`* 1 EXISTS\r\n${tag} OK done\r\n`);
    if (name === "IDLE") await say("+ idling\r\n");
  }
}

describe("a DONE that the server never takes", () => {
  it("M7 Z4 the end of IDLE ends within the timeout", async () => {
    const sent = 'A1 SELECT "INBOX"\r\nA2 IDLE\r\n'.length;
    for (const offset of [sent, sent + 3]) {
      const pipe = new FaultyPipe({ fault: { kind: "clog", direction: "to the server", offset } });
      idling(pipe).catch(() => {});
      const transport = () => Promise.resolve(pipe.client);
      const client = await ImapClient.connect({ transport, timeout: 0.2 });
      await client.selectFolder("INBOX");
      await client.idle();
      // Wait until no deadline runs any more: during IDLE, the server may be silent for ever.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const done = client.idleDone();
      const error = await within(BOUND, done.catch((error: unknown) => error));
      client.shutdown();
      assertInstanceOf(error, TimeoutError, "it does not end");
    }
  });
});
