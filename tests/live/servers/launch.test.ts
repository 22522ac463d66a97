import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { cyrusMissing, newerCyrusMissing } from "../../support/servers/cyrus.ts";
import { dovecotMissing } from "../../support/servers/dovecot.ts";
import { inNewFolder, launch } from "../../support/servers/launch.ts";
import { comesTrue } from "../../support/patience.ts";
import { sameRuntime } from "../../support/same_runtime.ts";

/** Runs forgetful.ts in its own process to its end, and returns what it printed. */
async function forget(server: string, end: string): Promise<{ folder: string; port: number }> {
  const [command, ...runtime] = sameRuntime(new URL("forgetful.ts", import.meta.url));
  const child = spawn(command, [...runtime, server, end], { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(await text(child.stdout));
}

describe("launch", () => {
  const all = [
    ["Cyrus", cyrusMissing],
    ["newer Cyrus", newerCyrusMissing],
    ["Dovecot", dovecotMissing],
  ] as const;
  for (const [server, skip] of all) {
    for (const end of ["over", "killed"]) {
      it(`ends a ${server} that nobody stopped when its test run is ${end}`, { skip }, async () => {
        const { folder, port } = await forget(server, end);
        assert(await comesTrue(() => !existsSync(folder), 20_000));
        await assertRejects(() =>
          new Promise((resolve, reject) => {
            connect(port, "127.0.0.1").on("error", reject).on("connect", resolve);
          })
        );
      });
    }
  }

  it("uses other ports if one was taken meanwhile, and says why nothing starts", async () => {
    const tried: number[][] = [];
    let made = "";
    const start = () =>
      inNewFolder("launch", (folder) => {
        made = folder;
        const configure = (...ports: number[]) => {
          tried.push(ports);
          const complaint = tried.length === 1 ? "Address already in use" : "no configuration";
          return ["/bin/sh", "-c", `echo ${complaint} >&2; exit 1`];
        };
        const explain = () => "because";
        return launch({ name: "Nothing", folder, greeting: "hello", ca: "", configure, explain });
      });
    await assertRejects(start, Error, "Nothing did not start:\nno configuration\nbecause");
    assertEquals(tried.length, 2);
    assertNotEquals(tried[0], tried[1]);
    assert(made !== "" && !existsSync(made));
  });
});
