import { describe } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CapabilityError,
  type FolderNode,
  ImapClient,
  InvalidArgumentError,
} from "@imapclient/imapclient";
import { MemoryServer } from "@imapclient/imapclient/testing";
import { treeOf } from "../../../src/operations/folders/tree_of.ts";
import { selectFake, test } from "../../support/fake_server.ts";

/** A tree in short: `label(children)`, with `?` after a level that was not listed. */
function shown(nodes: readonly FolderNode[]): string {
  return nodes.map(({ label, listing, children }) => {
    const below = children.length > 0 ? `(${shown(children)})` : "";
    return `${label}${listing === null ? "?" : ""}${below}`;
  }).join(" ");
}

function tree(...names: string[]): readonly FolderNode[] {
  return treeOf(names.map((name) => ({ flags: [], delimiter: "/", name })));
}

describe("folderTree", () => {
  test("folders → a tree, INBOX first [ext FOLDER-TREE]", async () => {
    const server = new MemoryServer();
    const ann = server.addUser("ann", "secret");
    for (const name of ["Work/2024/June", "archive", "INBOX/x", "Work 10", "Work 9"]) {
      ann.createFolder(name);
    }
    ann.append("INBOX", "Subject: a\n\nb\n");
    await using client = await ImapClient.connect({ transport: server.transport });
    await client.login("ann", "secret");
    const nodes = await client.folderTree({ status: ["MESSAGES"] });
    assertEquals(shown(nodes), "INBOX(x) archive Work(2024(June)) Work 9 Work 10");
    const [inbox] = nodes;
    assertEquals(inbox.listing?.status?.MESSAGES, 1);
    assertEquals([inbox.name, inbox.delimiter, inbox.selectable], ["INBOX", "/", true]);
    assertEquals(
      shown(await client.folderTree({ directory: "Work/", pattern: "%" })),
      "Work?(2024)",
    );
    assertEquals(structuredClone(nodes).length, nodes.length);
  });

  test("levels that were not listed → filled in, and marked", () => {
    const nodes = tree("a/b/c", "x", "a/b/d");
    assertEquals(shown(nodes), "a?(b?(c d)) x");
    const [a] = nodes;
    assertEquals([a.name, a.flags, a.selectable, a.listing], ["a", [], false, null]);
    assertEquals(a.children[0].name, "a/b");
    assertEquals(shown(tree("a/b", "a")), "a(b)");
    return Promise.resolve();
  });

  test("names of all kinds → in their places", () => {
    assertEquals(shown(tree("inbox/b", "INBOX", "Inbox/a", "z/INBOX")), "INBOX(a b) z?(INBOX)");
    assertEquals(shown(tree("dir/", "dir/x", "/abs/y", "/")), "/ /abs?(y) dir(x)");
    assertEquals(shown(tree("a", "a", "a//b")), "a(?(b))");
    const mixed = treeOf([
      { flags: [], delimiter: "/", name: "own/x" },
      { flags: ["\\Noselect"], delimiter: ".", name: "#shared" },
      { flags: [], delimiter: ".", name: "#shared.a/b.c" },
      { flags: [], delimiter: null, name: "flat/name" },
      { flags: [], delimiter: "", name: "odd/name" },
    ]);
    assertEquals(shown(mixed), "#shared(a/b?(c)) flat/name odd/name own?(x)");
    assertEquals(mixed[0].selectable, false);
    return Promise.resolve();
  });

  test("names in bytes → bytes in the nodes, text in the labels", async () => {
    const { client, server } = await selectFake();
    client.folderEncode = false;
    const growing = client.folderTree();
    await server.answer('LIST "" "*"', '* LIST () "/" "&AOk-/b"');
    const [top] = await growing;
    assertEquals([top.label, top.name], ["é", new TextEncoder().encode("&AOk-")]);
    assertEquals(top.children[0].label, "b");
    client.shutdown();
  });

  test("100,000 folders → a tree at little cost", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `a/${i % 100}/${i}`);
    const [a] = tree(...names.slice(0, 50_000));
    assertEquals(a.children.length, 100);
    const many = treeOf(names.map((name) => ({ flags: [], delimiter: "/", name })));
    assertEquals(many[0].children[99].children.length, 1000);
    return Promise.resolve();
  });

  test("a name of a million levels → a tree of few", () => {
    let [node] = tree("a/".repeat(1_000_000) + "b");
    let depth = 1;
    for (; node.children.length > 0; depth++) [node] = node.children;
    assertEquals(depth, 100);
    assert(node.label.length > 1_000_000 && node.listing !== null);
    JSON.stringify(node);
    return Promise.resolve();
  });

  test("what listFolders refuses → refused", async () => {
    const { client, server } = await selectFake();
    await assertRejects(() => client.folderTree({ myRights: true }), CapabilityError);
    const odd = { patern: "%" } as object;
    await assertRejects(() => client.folderTree(odd), InvalidArgumentError, "pattern");
    assert(await server.isSilent());
    client.shutdown();
  });
});
