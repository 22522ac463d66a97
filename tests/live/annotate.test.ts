import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ImapClient, ImapError } from "@imapclient/imapclient";
import { type RunningServer, SERVERS } from "../support/servers/servers.ts";

const [cyrus] = SERVERS.filter(({ name }) => name === "Cyrus");
const BOTH = "(value.priv value.shared)";

/** No other server of the tests has it. Cyrus needs no configuration for these two entries. */
describe("annotations of messages on Cyrus", { skip: cyrus.missing }, () => {
  let running: RunningServer;
  let client: ImapClient;

  before(async () => {
    running = await cyrus.start();
    client = await running.open("ann", { timeout: 20 });
    for (const subject of ["one", "two"]) {
      await client.append("INBOX", `Subject: ${subject}\r\n\r\nx`);
    }
    await client.selectFolder("INBOX");
  });
  after(() => running?.stop());

  /** What is kept, as text. */
  async function read(id: number, entry: string): Promise<(string | null)[]> {
    const messages = await client.fetch(id, [`ANNOTATION (${entry} ${BOTH})`]);
    const { ANNOTATION } = messages.get(id)! as unknown as {
      ANNOTATION: Record<string, Record<string, Uint8Array | null>>;
    };
    const values = ANNOTATION[entry] ?? {};
    return ["value.priv", "value.shared"].map((name) => {
      return values[name] ? new TextDecoder().decode(values[name]) : null;
    });
  }

  it("values: set, read, replaced and removed [ext ANNOTATE]", async () => {
    await client.setAnnotations("1:2", {
      "/comment": { "value.priv": 'mine "ü" \r\n\\', "value.shared": "ours" },
      "/altsubject": { "value.priv": "x".repeat(1000) },
    });
    assertEquals(await read(1, "/comment"), ['mine "ü" \r\n\\', "ours"]);
    assertEquals(await read(2, "/altsubject"), ["x".repeat(1000), null]);
    await client.setAnnotations(1, { "/comment": { "value.priv": null, "value.shared": "2" } });
    assertEquals(await read(1, "/comment"), [null, "2"]);
    assertEquals((await read(2, "/comment"))[1], "ours");
  });

  it("a pattern: all entries, with other items [ext ANNOTATE]", async () => {
    const messages = await client.fetch("1:2", ["ANNOTATION (/% (value size))", "FLAGS"]);
    const { ANNOTATION, FLAGS } = messages.get(2)!;
    assert(Object.keys(ANNOTATION).includes("/comment") && Array.isArray(FLAGS));
    assertEquals(new TextDecoder().decode(ANNOTATION["/comment"]["size.shared"]!), "4");
  });

  it("a new message with annotations [ext ANNOTATE]", async () => {
    const annotations = { "/comment": { "value.priv": "new" } };
    const { uid } = await client.append("INBOX", "Subject: 3\r\n\r\nx", { annotations });
    await client.noop();
    assertEquals(await read(uid!, "/comment"), ["new", null]);
  });

  it("an entry that Cyrus does not know: ImapError", async () => {
    const set = () => client.setAnnotations(1, { "/vendor/test/x": { "value.priv": "1" } });
    await assertRejects(set, ImapError, "STORE failed");
  });
});
