// What is told of folders by what LIST, STATUS and NOTIFY show, and to whoever reads slowly.
import { assert, assertEquals } from "@std/assert";
import type { FolderNews } from "../../../mod.ts";
import { type CountsByKey, FolderStates } from "../../../src/operations/watch/folder_states.ts";
import { test } from "../../support/fake_server.ts";

const WANTED = new Set<FolderNews["type"]>([
  ...["new", "expunged", "created", "renamed", "deleted", "status", "overflow"] as const,
]);
const seen = (key: string) => ({ key, folder: key, delimiter: "/", isSubscribed: false });
const NONE: CountsByKey = new Map();

/** The states of these folders, which are listed with their ids. */
function listed(folders: Readonly<Record<string, string>>) {
  const states = new FolderStates(WANTED, false);
  list(states, folders);
  return states;
}

function list(states: FolderStates, folders: Readonly<Record<string, string>>) {
  const counts: CountsByKey = new Map(
    Object.entries(folders).map(([key, MAILBOXID]) => [key, { MAILBOXID }]),
  );
  states.list(Object.keys(folders).map(seen), counts);
  for (const [key, told] of counts) states.status(key, told);
}

/** The news that waits, in short. */
function taken({ queue }: FolderStates): string[] {
  const all: string[] = [];
  for (let news = queue.take(); news !== undefined; news = queue.take()) {
    if (news.type === "overflow") all.push(news.type);
    else if (news.type === "renamed") all.push(`renamed ${news.oldName} ${news.folder}`);
    else if ("status" in news) all.push(`${news.type} ${news.folder} ${news.status.MESSAGES}`);
    else all.push(`${news.type} ${news.folder}`);
  }
  return all;
}

test("a name that was renamed and created again → told in this order, nothing merged [ext NOTIFY]", async () => {
  const states = listed({ a: "1" });
  const decode = (key: string) => key;
  states.created(seen("x"));
  states.renamed("x", seen("y"), decode);
  states.created(seen("x"));
  states.renamed("x", seen("z"), decode);
  states.renamed("y", seen("x"), decode);
  states.renamed("x", seen("y"), decode);
  assertEquals(taken(states), [
    ...["created x", "renamed x y", "created x", "renamed x z", "renamed y x", "renamed x y"],
  ]);
  // A folder that came and went meanwhile is not told of.
  states.created(seen("b"));
  states.deleted("b");
  states.deleted("a");
  states.created(seen("a"));
  states.deleted("a");
  assertEquals(taken(states), ["deleted a"]);
  await Promise.resolve();
});

test("messages come and go while nobody reads → the last news has the last state [ext NOTIFY]", async () => {
  const states = listed({ a: "1" });
  const told = (MESSAGES: number, UIDNEXT: number) => states.status("a", { MESSAGES, UIDNEXT });
  told(2, 3);
  told(3, 4);
  told(1, 4);
  told(2, 5);
  assertEquals(taken(states), ["expunged a 1", "new a 2"]);
  await Promise.resolve();
});

test("MESSAGES without UIDNEXT → as many are new as have come, and no more later [ext NOTIFY]", async () => {
  const states = listed({ a: "1" });
  states.status("a", { MESSAGES: 1, UIDNEXT: 5 });
  states.status("a", { MESSAGES: 3 });
  const first = states.queue.take();
  assert(first?.type === "new");
  assertEquals([first.count, first.firstUid], [2, 5]);
  states.status("a", { MESSAGES: 3, UIDNEXT: 7 });
  states.status("a", { MESSAGES: 4, UIDNEXT: 8 });
  const second = states.queue.take();
  assert(second?.type === "new");
  assertEquals([second.count, second.firstUid], [1, 7]);
  assertEquals(states.queue.take(), undefined);
  await Promise.resolve();
});

test("a folder with others below it is renamed → LIST shows one rename [ext NOTIFY]", async () => {
  const states = listed({ a: "1", "a/b": "2", "a/b/c": "3", "a/d": "4", "a/e": "5", f: "6" });
  list(states, { "x/b/c": "3", "x/b": "2", x: "1", "y": "4", "x/e": "7", "x/b/f": "6" });
  assertEquals(taken(states), [
    ...["deleted a/e", "renamed a/d y", "renamed a x", "renamed f x/b/f", "created x/e"],
  ]);
  await Promise.resolve();
});

test("a rename of which LIST has shown the new names → the old ones are gone [ext NOTIFY]", async () => {
  const decode = (key: string) => key;
  const states = listed({ a: "1", "a/x": "2", "a/x/y": "3", "a/z": "4" });
  states.created(seen("b"));
  states.created(seen("b/x"));
  states.renamed("a", seen("b"), decode);
  assertEquals(taken(states), [
    ...["created b", "created b/x", "renamed a/x/y b/x/y", "deleted a/x", "renamed a/z b/z"],
    "deleted a",
  ]);
  assertEquals(["a", "a/x", "a/x/y", "a/z"].filter((key) => states.has(key)), []);
  assertEquals(["b", "b/x", "b/x/y", "b/z"].filter((key) => !states.has(key)), []);
  // A folder below that LIST has shown alone is no longer where it was.
  const others = listed({ a: "1", "a/x": "2" });
  others.created(seen("b/x"));
  others.renamed("a", seen("b"), decode);
  assertEquals(taken(others), ["created b/x", "deleted a/x", "renamed a b"]);
  await Promise.resolve();
});

test("names without end → bounded, and told as an overflow [ext NOTIFY]", async () => {
  const long = "n".repeat(1024 * 1024);
  const states = listed({ a: "1" });
  for (let i = 0; i < 5; i++) states.created(seen(`${long}${i}`));
  assertEquals(taken(states), ["overflow"]);
  assert(!states.has(`${long}4`));
  // A rename gives each folder below it the long name.
  states.list([seen("a"), ...Array.from({ length: 1000 }, (_, i) => seen(`a/${i}`))], NONE);
  taken(states);
  let decoded = 0;
  states.renamed("a", seen(long), (key) => {
    decoded += key.length;
    return key;
  });
  assert(taken(states).includes("overflow"));
  assert(decoded <= 4 * 1024 * 1024, `${decoded}`);
  await Promise.resolve();
});
