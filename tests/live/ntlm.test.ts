import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { ImapClient, LoginError } from "@imapclient/imapclient";
import { example } from "../support/doc_example.ts";
import { type Cyrus, CYRUS_USERS, cyrusMissing, startCyrus } from "../support/servers/cyrus.ts";

/** The example of docs/login.md. */
type LogIn = (
  client: ImapClient,
  options: { readonly username: string; readonly password: string },
) => Promise<void>;

const noPackage = existsSync("tests/node_modules/@node-ntlm/core")
  ? false
  : "there is no package @node-ntlm/core: run npm run setup";

describe("NTLM, by the example in the guide", { skip: cyrusMissing || noPackage }, () => {
  let cyrus: Cyrus;
  let logIn: LogIn;
  before(async () => {
    logIn = await example("docs/login.md", "logInByNtlm");
    cyrus = await startCyrus({ config: "sasl_mech_list: PLAIN NTLM" });
  });
  after(() => cyrus.stop());

  it("to Cyrus → logged in, or refused [ext NTLM]", async () => {
    const { host, tlsPort, ca } = cyrus;
    const client = await ImapClient.connect({ host, port: tlsPort, tls: { ca } });
    try {
      for (const password of ["wrong", "", "wörd"]) {
        const login = logIn(client, { username: "ann", password });
        await assertRejects(() => login, LoginError);
      }
      await assertRejects(() => logIn(client, { username: "nobody", password: "x" }), LoginError);
      assertEquals(client.state, "not authenticated");
      await logIn(client, { username: "ann", password: CYRUS_USERS.ann });
      assertEquals(await client.folderExists("INBOX"), true);
    } finally {
      client.shutdown();
    }
  });
});
