import { assertRejects } from "@std/assert";
import { InvalidCriteriaError } from "../../../src/model/errors.ts";
import { selectFake, test } from "../../support/fake_server.ts";

test("search, sort, thread: RETURN → nothing is sent [fault C22]", async () => {
  const { client, server } = await selectFake({}, "IMAP4rev1 SORT THREAD=REFERENCES");
  const query = "RETURN (MIN) ALL";
  await assertRejects(() => client.search(query), InvalidCriteriaError, "client.run");
  await assertRejects(() => client.sort("DATE", query), InvalidCriteriaError);
  await assertRejects(
    () => client.thread("REFERENCES", ["RETURN", ["MIN"], "ALL"]),
    InvalidCriteriaError,
  );
  const noop = client.noop();
  await server.answer("NOOP");
  await noop;
  client.shutdown();
});
