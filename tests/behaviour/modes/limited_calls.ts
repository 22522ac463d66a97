// What the tests of MESSAGELIMIT share.
import type { ImapClient } from "../../../mod.ts";
import type { FakeServer } from "../../support/fake_server.ts";

/** Expects a command, and answers it with these lines, the last of which is the status. */
export async function answer(
  server: FakeServer,
  text: string,
  ...lines: readonly string[]
): Promise<void> {
  const tag = await server.expect(text);
  const status = lines[lines.length - 1];
  await server.send(...lines.slice(0, -1), `${tag} ${status}`);
}

/** Calls that give a map by message id, and what they send. */
export const MAPS: readonly (readonly [
  name: string,
  call: (client: ImapClient) => Promise<Map<number, unknown>>,
  sent: (ids: string) => string,
])[] = [
  ["fetch", (client) => client.fetch("1:9", "FLAGS"), (ids) => `UID FETCH ${ids} (FLAGS)`],
  ["getFlags", (client) => client.getFlags("1:9"), (ids) => `UID FETCH ${ids} (FLAGS)`],
  ["addFlags", (client) => client.addFlags("1:9", "x"), (ids) => `UID STORE ${ids} +FLAGS (x)`],
];
