import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { InvalidArgumentError } from "../../../src/model/errors.ts";
import {
  type MessageLocation,
  messageLocation,
  messageUrl,
} from "../../../src/model/message_url.ts";

const URLS: readonly (readonly [location: MessageLocation, url: string])[] = [
  [{ folder: "INBOX", uid: 1 }, "/INBOX/;UID=1"],
  [{ folder: "Drafts", uidValidity: 9, uid: 20 }, "/Drafts;UIDVALIDITY=9/;UID=20"],
  [
    { folder: "a/b c", uid: 4294967295, section: "1.2.MIME" },
    "/a/b%20c/;UID=4294967295/;SECTION=1.2.MIME",
  ],
  [
    { folder: "Entwürfe;?[x]", uid: 2, section: "HEADER" },
    "/Entw%C3%BCrfe%3B%3F%5Bx%5D/;UID=2/;SECTION=HEADER",
  ],
  [
    { folder: "x", uid: 2, section: "1.HEADER.FIELDS.NOT (DATE FROM)" },
    "/x/;UID=2/;SECTION=1.HEADER.FIELDS.NOT%20(DATE%20FROM)",
  ],
  [{ folder: "x", uid: 2, partial: { offset: 0, length: 10 } }, "/x/;UID=2/;PARTIAL=0.10"],
  [
    { folder: "x", uid: 2, section: "1", partial: { offset: 7 } },
    "/x/;UID=2/;SECTION=1/;PARTIAL=7",
  ],
  // What would pass for a path.
  [{ folder: "..", uid: 2 }, "/%2E%2E/;UID=2"],
  [{ folder: "/a//b.c", uid: 2 }, "/%2Fa%2F%2Fb%2Ec/;UID=2"],
  [{ folder: "a/;UID=7", uid: 2 }, "/a/%3BUID%3D7/;UID=2"],
  [{ folder: "100%", uid: 2 }, "/100%25/;UID=2"],
];

describe("URLs of messages", () => {
  for (const [location, url] of URLS) {
    it(`${url}: written and read`, () => {
      assertEquals(messageUrl(location), url);
      const read = messageLocation(url)!;
      assertEquals(messageUrl(read), url);
      assertEquals([read.folder, read.uid], [location.folder, location.uid]);
    });
  }

  const BAD: readonly unknown[] = [
    ...[{ folder: "", uid: 1 }, { folder: "x", uid: 0 }, { folder: "x", uid: 1.5 }],
    ...[{ folder: "x", uid: 4294967296 }, { folder: "x", uid: "1" }, { uid: 1 }],
    ...[{ folder: "\ud800", uid: 1 }, { folder: "a\0b", uid: 1 }],
    ...[{ folder: "x", uid: 1, uidValidity: 0 }, { folder: "x", uid: 1, uidValidity: NaN }],
    ...[{ folder: "x", uid: 1, section: "0" }, { folder: "x", uid: 1, section: "1/;UID=2" }],
    ...[{ folder: "x", uid: 1, section: "HEADER.FIELDS ()" }, { folder: "x", uid: 1, section: 1 }],
    ...[{ folder: "x", uid: 1, section: "1\r\n" }, { folder: "x", uid: 1, section: "MIME" }],
    { folder: "x", uid: 1, partial: { offset: -1 } },
    { folder: "x", uid: 1, partial: { offset: 0, length: 0 } },
  ];
  for (const location of BAD) {
    it(`${JSON.stringify(location)} → InvalidArgumentError`, () => {
      assertThrows(() => messageUrl(location as MessageLocation), InvalidArgumentError);
    });
  }

  const NOT_READ: readonly string[] = [
    ...["", "/", "/x", "x/;UID=1", ";UID=1", "/x;UID=1", "/x/;UID=0", "/x/;UID=4294967296"],
    ...[
      "imap://a.test/x/;UID=1",
      "//a.test/x/;UID=1",
      "/../x/;UID=1",
      "/x/;UID=1/;SECTION=",
      "/x/;UID=1/",
    ],
    ...["/x/;UID=1\r\nA1 LOGOUT", '/x"/;UID=1', "/x/;UID=1/;SECTION=%0D%0A", "/%FF/;UID=1"],
    ...[
      "/x/;UID=1/;PARTIAL=a",
      "/x/;UID=1/;PARTIAL=1.0",
      "/x/;UID=1;URLAUTH=anonymous",
      "/%zz/;UID=1",
    ],
  ];
  for (const url of NOT_READ) {
    it(`${JSON.stringify(url)} → no location`, () => assertEquals(messageLocation(url), null));
  }
});
