import { assertEquals } from "@std/assert";
import { fetchKey } from "../../../src/commands/messages/requested_items.ts";
import { fetchProblems } from "../../../src/model/problems.ts";
import { bytesOf, selectFake, test } from "../../support/fake_server.ts";
import { text } from "../../support/wire.ts";

test("fetchEach: an answer under another spelling → taken, and streamed [fault C13]", async () => {
  const body = "x".repeat(9000);
  const CASES = [
    ["BODY.PEEK[]", "RFC822"],
    ["BODY.PEEK[]", "RFC822[]"],
    ["BODY.PEEK[TEXT]<0.9000>", "BODY[TEXT]<0.9000>"],
    ["BODY.PEEK[TEXT]<0.9000>", "BODY[TEXT]"],
    ["BODY.PEEK[HEADER.FIELDS (A B)]", "BODY[HEADER.FIELDS (B A)]"],
  ];
  for (const stream of [true, false]) {
    for (const [item, spelling] of CASES) {
      const { client, server } = await selectFake();
      const iterator = client.fetchEach("1:2", [item, "FLAGS"], { stream });
      const first = iterator.next();
      const tag = await server.expect(`UID FETCH 1:2 (${item} FLAGS)`);
      for (const uid of [1, 2]) {
        await server.send(`* ${uid} FETCH (UID ${uid} ${spelling} {9000}`);
        await server.send(bytesOf(body.slice(0, 5000)));
        await server.send(bytesOf(`${body.slice(5000)} FLAGS (a))\r\n`));
      }
      await server.send(`${tag} OK`);
      for (let next = await first; !next.done; next = await iterator.next()) {
        const value: unknown = Reflect.get(next.value, fetchKey(item));
        const got = value instanceof Uint8Array
          ? text(value)
          : await new Response(value as ReadableStream<Uint8Array>).text();
        assertEquals(got.length, body.length);
        assertEquals([next.value.FLAGS, fetchProblems(next.value)], [["a"], []]);
      }
      client.shutdown();
    }
  }
});
