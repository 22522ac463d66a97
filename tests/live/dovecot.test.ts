import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import type { Readable, Writable } from "node:stream";
import { assert, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { type Dovecot, DOVECOT_USERS, dovecotMissing, startDovecot } from "./dovecot.ts";

/** Sends commands, one after the other's answer, and gives all that the server said. */
async function talk(
  output: Readable,
  input: Writable,
  commands: readonly string[],
): Promise<string> {
  let said = "";
  let sent = 0;
  for await (const bytes of output) {
    said += bytes;
    if (
      sent < commands.length && said.split(/^(?:\* (?:OK|PREAUTH)|a) .*\r\n/m).length > sent + 1
    ) {
      input.write(`a ${commands[sent++]}\r\n`);
    }
  }
  return said;
}

describe("startDovecot", { skip: dovecotMissing }, () => {
  let server: Dovecot;

  before(async () => {
    server = await startDovecot();
  });
  after(() => server?.stop());

  it("greets on the plain port", async () => {
    const socket = connect(server.port, server.host);
    const said = await talk(socket, socket, ["LOGOUT"]);
    assertMatch(said, /^\* OK \[CAPABILITY .*STARTTLS.*\] Dovecot/);
  });

  it("greets over TLS, with a certificate of its authority", async () => {
    const { tlsPort: port, host, ca } = server;
    const socket = connectTls({ port, host, ca, servername: "localhost" });
    assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK /);
  });

  it("lets its users in, and has the mail that was added", async () => {
    server.addMail("ann", "INBOX", [
      { text: "Subject: one\r\n\r\none", flags: ["\\Seen"], date: new Date(1e12) },
      "Subject: two\r\n\r\ntwo",
    ]);
    server.addMail("ann", "A/B", ["Subject: three\r\n\r\nthree"]);
    const socket = connect(server.port, server.host);
    const said = await talk(socket, socket, [
      "LOGIN ann secret",
      "EXAMINE INBOX",
      "FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])",
      "STATUS A/B (MESSAGES)",
      "LOGOUT",
    ]);
    assertMatch(
      said,
      /\* 1 FETCH \(FLAGS \(\\Seen.*\) INTERNALDATE "09-Sep-2001 01:46:40 \+0000".*\r\nSubject: one/,
    );
    assertMatch(said, /\* 2 FETCH \(FLAGS \((?!\\Seen).*\r\nSubject: two/);
    assertMatch(said, /STATUS A\/B \(MESSAGES 1\)/);
  });

  it("takes the password that needs quoting", async () => {
    const socket = connect(server.port, server.host);
    const answer = btoa(
      String.fromCharCode(...new TextEncoder().encode(`\0bob\0${DOVECOT_USERS.bob}`)),
    );
    const said = await talk(socket, socket, [`AUTHENTICATE PLAIN ${answer}`, "LOGOUT"]);
    assertMatch(said, /^a OK .*Logged in/m);
  });

  it("speaks as a process that needs no password", async () => {
    server.addMail("bob", "INBOX", ["Subject: for bob\r\n\r\n"]);
    const [program, ...args] = server.command("bob");
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
    const said = await talk(child.stdout, child.stdin, ["STATUS INBOX (MESSAGES)", "LOGOUT"]);
    assertMatch(said, /^\* PREAUTH .*Logged in as bob/);
    assertMatch(said, /STATUS INBOX \(MESSAGES 1\)/);
  });
});

describe("startDovecot with client certificates", { skip: dovecotMissing }, () => {
  let server: Dovecot;

  before(async () => {
    server = await startDovecot({ clientCertificates: true });
  });
  after(() => server?.stop());

  it("lets ann in by her certificate", async () => {
    const { tlsPort: port, host, ca, clientCert: cert, clientKey: key } = server;
    const socket = connectTls({ port, host, ca, cert, key, servername: "localhost" });
    const said = await talk(socket, socket, ["AUTHENTICATE EXTERNAL =", "LOGOUT"]);
    assertMatch(said, /^a OK .*Logged in/m);
  });

  it("lets nobody in by EXTERNAL without one, but by password", async () => {
    const { tlsPort: port, host, ca } = server;
    const socket = connectTls({ port, host, ca, servername: "localhost" });
    const commands = ["AUTHENTICATE EXTERNAL YW5u", "LOGIN ann secret", "LOGOUT"];
    assertMatch(await talk(socket, socket, commands), /^a NO [^]*^a OK .*Logged in/m);
  });
});

describe("stop", { skip: dovecotMissing }, () => {
  it("ends the server and removes its folder", async () => {
    const server = await startDovecot();
    assert(existsSync(server.folder));
    await server.stop();
    assertFalse(existsSync(server.folder));
    await assertRejects(() => {
      return new Promise((resolve, reject) => {
        connect(server.port, server.host).on("error", reject).on("connect", resolve);
      });
    }, Error);
  });

  it("leaves another server alone", async () => {
    const [one, other] = await Promise.all([startDovecot(), startDovecot()]);
    await one.stop();
    const socket = connect(other.port, other.host);
    assertMatch(await talk(socket, socket, ["LOGOUT"]), /^\* OK /);
    await other.stop();
  });
});

describe("a Dovecot that cannot start", { skip: dovecotMissing }, () => {
  it("says why", async () => {
    await assertRejects(() => startDovecot({ config: "no_such_setting = 1" }), Error, "no_such");
  });
});
