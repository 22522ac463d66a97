import { ImapClient } from "@imapclient/imapclient";
import {
  type Listener,
  type ListenOptions,
  type MemoryAccount,
  MemoryServer,
  type MemoryServerOptions,
} from "@imapclient/imapclient/testing";

/** A server whose user `ann` has three messages, and the ways to connect to it. */
export class Fixture {
  readonly server: MemoryServer;
  readonly ann: MemoryAccount;

  constructor(options: MemoryServerOptions = {}) {
    this.server = new MemoryServer(options);
    this.ann = this.server.addUser("ann", "secret");
    this.ann.createFolder("Sent", { specialUse: "\\Sent" });
    for (const subject of ["one", "two", "three"]) {
      this.ann.append(
        "INBOX",
        `From: Bo <bo@example.org>\nSubject: ${subject}\n\nText: ${subject}\n`,
      );
    }
  }

  /** A client of this library in this process, logged in, with INBOX selected. */
  async open(listener?: Listener): Promise<ImapClient> {
    const client = await ImapClient.connect(
      listener === undefined
        ? { transport: this.server.transport }
        : { host: listener.host, port: listener.port, ssl: false },
    );
    await client.login("ann", "secret");
    await client.selectFolder("INBOX");
    return client;
  }

  listen(options?: ListenOptions): Promise<Listener> {
    return this.server.listen(options);
  }

  /** Otherwise a port would stay open, and on Node the test file would not end. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.server.close();
  }
}
