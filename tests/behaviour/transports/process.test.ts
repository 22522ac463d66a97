import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { ConnectError, ConnectionClosedError } from "../../../src/model/errors.ts";
import type { Duplex } from "../../../src/model/transport.ts";
import { processTransport } from "../../../transports/process/mod.ts";
import { checksum, chunks, drain, MIB, pause, receive, send, until, within } from "./bytes.ts";

const start = (command: string | readonly string[]): Promise<Duplex> =>
  processTransport(command)(AbortSignal.timeout(5000));

/** Whether a process with this number exists, even as a zombie. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process number that a command prints as its first line. */
const pidOf = async (duplex: Duplex): Promise<number> => {
  const reader = duplex.readable.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return Number(new TextDecoder().decode(value));
};

const skip = process.platform === "win32" ? "needs a POSIX system" : false;

describe("processTransport", { skip }, () => {
  for (const command of ["cat", ["cat"]]) {
    describe(`with ${JSON.stringify(command)}`, () => {
      it("sends and receives", async () => {
        const duplex = await start(command);
        assertEquals(duplex.secure, true);
        assertEquals(duplex.startTls, undefined);
        await send(duplex, "hello");
        assertEquals(await receive(duplex, 5), "hello");
        await duplex.close();
      });

      it("ends well when the writable is closed", async () => {
        const duplex = await start(command);
        await send(duplex, "all");
        await duplex.writable.close();
        assertEquals(await within(5000, receive(duplex, 100)), "all");
        await duplex.close();
      });

      it("carries 32 MiB there and back, at the reader's pace", async () => {
        const size = 32 * MIB;
        const duplex = await start(command);
        let taken = 0;
        const counted = function* (): Generator<Uint8Array> {
          for (const chunk of chunks(size)) {
            yield chunk;
            taken += chunk.length;
          }
        };
        const sending = send(duplex, counted());
        await pause(300);
        assert(taken < 8 * MIB, `${taken} bytes were taken from the writer`);
        assertEquals(await within(20_000, drain(duplex, size)), checksum(size));
        await sending;
        await duplex.close();
      });

      it("rejects reads and writes in progress when it is closed, and ends the command", async () => {
        const duplex = await start(command);
        const reading = assertRejects(() => receive(duplex, 1), ConnectionClosedError);
        const closed = duplex.close();
        await within(1000, reading);
        await within(2000, Promise.resolve(closed));
        await duplex.close();
        await assertRejects(() => send(duplex, "x"), ConnectionClosedError);
      });
    });
  }

  it("passes the arguments of an array on as they are", async () => {
    const duplex = await start(["printf", "%s|", "a b", "$HOME", "'"]);
    assertEquals(await receive(duplex, 100), "a b|$HOME|'|");
    await duplex.close();
  });

  it("has a string read by the shell", async () => {
    const duplex = await start("printf %s 'a b' | tr a-z A-Z; echo $((1 + 1))");
    assertEquals(await receive(duplex, 100), "A B2\n");
    await duplex.close();
  });

  it("says how a command failed, and its last output", async () => {
    const noise = "i=0; while [ $i -lt 500 ]; do echo noise-$i-noise >&2; i=$((i+1)); done";
    const commands = ["%; echo hey; echo no such user >&2; exit 67", [
      "sh",
      "-c",
      "%; echo hey; echo no such user >&2; exit 67",
    ]];
    for (const command of commands) {
      const filled = typeof command === "string"
        ? command.replace("%", noise)
        : command.map((part) => part.replace("%", noise));
      const duplex = await start(filled);
      const error = await assertRejects(() => receive(duplex, 100), ConnectionClosedError);
      assertMatch(error.message, /^The command "(sh|i=0;)" ended with exit status 67: /);
      assertStringIncludes(error.message, "noise-499-noise\nno such user");
      assert(error.message.length < 4300, `${error.message.length} characters`);
      await assertRejects(() => send(duplex, "x"), ConnectionClosedError, "67");
      await duplex.close();
    }
  });

  it("delivers what came before a failure", async () => {
    const duplex = await start("echo hey; echo late >&2; exit 1");
    assertEquals(await receive(duplex, 4), "hey\n");
    await assertRejects(() => receive(duplex, 1), ConnectionClosedError, "exit status 1: late");
    await duplex.close();
  });

  it("rejects a pending write with the reason when the command dies", async () => {
    const duplex = await start(["sh", "-c", "sleep 0.2; echo gone >&2; exit 3"]);
    const writing = assertRejects(
      () => send(duplex, chunks(32 * MIB)),
      ConnectionClosedError,
      "exit status 3: gone",
    );
    await within(5000, writing);
    await duplex.close();
  });

  it("names the signal that ended the command", async () => {
    const duplex = await start(["sh", "-c", "kill -KILL $$"]);
    await assertRejects(() => receive(duplex, 1), ConnectionClosedError, "was ended by SIGKILL");
    await duplex.close();
  });

  it("does not show the arguments, in which there may be a password", async () => {
    for (const command of ["false secret", ["false", "secret"], ["/no/such", "secret"]]) {
      const error = await assertRejects(async () => receive(await start(command), 1));
      assert(error instanceof Error && !error.message.includes("secret"), String(error));
    }
  });

  it("says that there is no such program", async () => {
    await assertRejects(() => start(["/no/such/program"]), ConnectError, "/no/such/program");
    await assertRejects(() => start([]), ConnectError, "no command");
    await assertRejects(() => start(" "), ConnectError, "no command");
    const duplex = await start("no-such-program --at-all");
    const error = await assertRejects(() => receive(duplex, 1), ConnectError);
    assertMatch(error.message, /"no-such-program" ended with exit status 127: .*not found/);
    await duplex.close();
  });

  it("does not start when the signal has aborted", async () => {
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => processTransport("cat")(signal)), reason);
  });

  it("ignores a signal that aborts later", async () => {
    const controller = new AbortController();
    const duplex = await processTransport(["cat"])(controller.signal);
    controller.abort();
    await send(duplex, "hello");
    assertEquals(await receive(duplex, 5), "hello");
    await duplex.close();
  });

  it("terminates a command that continues without input", async () => {
    for (const command of ["echo $$; exec sleep 60", ["sh", "-c", "echo $$; exec sleep 60"]]) {
      const duplex = await start(command);
      const pid = await pidOf(duplex);
      assert(lives(pid));
      await within(2000, Promise.resolve(duplex.close()));
      assert(!lives(pid));
    }
  });

  it("kills a command that does not listen", async () => {
    const duplex = await start("trap '' TERM; echo $$; while :; do sleep 1; done");
    const pid = await pidOf(duplex);
    await within(5000, Promise.resolve(duplex.close()));
    await until(() => !lives(pid));
  });

  it("ends all processes of a command line that starts several", async () => {
    const duplex = await start("sleep 60 & echo $!; cat");
    const pid = await pidOf(duplex);
    await within(2000, Promise.resolve(duplex.close()));
    await until(() => !lives(pid) || isZombie(pid));
  });

  it("ends with the output, even if a process holds other streams open", async () => {
    const duplex = await start("sleep 60 >/dev/null & echo hey");
    assertEquals(await within(3000, receive(duplex, 100)), "hey\n");
    await duplex.close();
  });
});

/** Ended, but not yet waited for by its parent (the shell, or the process that adopted it). */
function isZombie(pid: number): boolean {
  try {
    return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return !lives(pid);
  }
}
