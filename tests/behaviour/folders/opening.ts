// Opens folders, with the server's part played by the test.
import type { Folder, ImapClient, OpenFolderOptions } from "../../../mod.ts";
import type { FakeServer } from "../../support/fake_server.ts";

/** How a SELECT is answered. */
interface SelectAnswer {
  readonly command?: "SELECT" | "EXAMINE";
  readonly exists?: number;
  readonly mode?: "READ-WRITE" | "READ-ONLY";
}

/** Answers a SELECT or, with `command`, an EXAMINE. */
export async function answerSelect(
  server: FakeServer,
  name: string,
  { command = "SELECT", exists = 3, mode = "READ-WRITE" }: SelectAnswer = {},
): Promise<void> {
  const tag = await server.expect(`${command} "${name}"`);
  const lines = [`* ${exists} EXISTS`, "* OK [UIDVALIDITY 7] valid"];
  await server.send(...lines, `${tag} OK [${mode}] selected`);
}

/** Opens a folder, and answers for the server. */
export async function openFake(
  client: ImapClient,
  server: FakeServer,
  name: string,
  options: OpenFolderOptions = {},
): Promise<Folder> {
  const opening = client.openFolder(name, options);
  await answerSelect(server, name, { command: options.readonly ? "EXAMINE" : "SELECT" });
  return await opening;
}
