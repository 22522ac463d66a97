import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import type { Command } from "../../../src/connection/command.ts";
import type { TaggedResponse } from "../../../src/model/responses.ts";
import { idle } from "../../../src/commands/watch/idle.ts";
import { wrapped } from "../../../src/commands/wrapped.ts";
import { answer, claims, sent } from "../../support/commands.ts";

/** A command that keeps its state in private fields. */
class Counting implements Command<number> {
  readonly name = "X-COUNT";
  readonly needs = "X-COUNT";
  #count = 0;

  get patience(): number {
    return this.#count;
  }

  accept(): boolean {
    return ++this.#count > 0;
  }

  result(): number {
    return this.#count;
  }
}

describe("wrapped", () => {
  it("a changed member: takes the place of the original", () => {
    const command = wrapped(new Counting(), { needs: undefined, state: "selected" });
    assertEquals([command.name, command.needs, command.state], ["X-COUNT", undefined, "selected"]);
  });

  it("methods of a class: share the fields of the original", () => {
    const inner = new Counting();
    const command = wrapped(inner, {
      result: (done: TaggedResponse) => [inner.result(), done.text],
    });
    assertEquals(answer(command, "* 1 EXISTS", "* 2 EXISTS", "a OK done"), [2, "done"]);
  });

  it("a getter: is asked each time", () => {
    const command = wrapped(new Counting(), {});
    const before = command.patience;
    claims(command, "* 1 EXISTS");
    assertEquals([before, command.patience], [0, 1]);
  });

  it("a method that the original lacks: is not there", () => {
    const command = wrapped(new Counting(), {});
    assertEquals(["write" in command, "interrupt" in command], [false, false]);
    assertEquals(sent(command), "");
  });

  it("a member that only this command has: is kept", async () => {
    const heard: string[] = [];
    const listener = { begun: () => heard.push("begun"), ending: () => heard.push("ending") };
    const command = wrapped(idle(listener), { name: "X-IDLE" });
    const done = command.respond!({ kind: "continuation", code: null, text: "" });
    assertEquals([command.name, command.patience], ["X-IDLE", 0]);
    command.interrupt();
    await done;
    assertEquals([heard, command.patience], [["begun", "ending"], undefined]);
  });

  it("twice wrapped: the outer change counts", () => {
    const once = wrapped(new Counting(), { name: "ONE" });
    const twice = wrapped(once, { name: "TWO" });
    assertEquals([once.name, twice.name], ["ONE", "TWO"]);
    assertEquals(answer(twice, "* 1 EXISTS", "a OK"), 1);
  });
});
