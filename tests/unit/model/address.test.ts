import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { inspect } from "node:util";
import { Address } from "../../../src/model/address.ts";

const NONE = { name: null, route: null, mailbox: null, host: null };

const TEXTS: readonly (readonly [name: string, fields: Partial<Address>, text: string])[] = [
  [
    "O1 O2 all of it",
    { name: "Mary Jane", mailbox: "mary", host: "jane.org" },
    "Mary Jane <mary@jane.org>",
  ],
  ["O2 no name", { mailbox: "mary", host: "jane.org" }, "mary@jane.org"],
  ["O2 an empty name", { name: "", mailbox: "mary", host: "jane.org" }, "mary@jane.org"],
  ["O2 a mailbox only", { mailbox: "undisclosed-recipients" }, "undisclosed-recipients"],
  ["O2 a host only", { host: "undisclosed-recipients" }, "undisclosed-recipients"],
  [
    "O2 a mailbox and a name",
    { name: "Anonymous", mailbox: "undisclosed-recipients" },
    "Anonymous <undisclosed-recipients>",
  ],
  [
    "O2 a host and a name",
    { name: "Anonymous", host: "undisclosed-recipients" },
    "Anonymous <undisclosed-recipients>",
  ],
  ["O3 Z17 neither, the end of a group", {}, ""],
  ["O2 Z17 a name only", { name: "Nobody" }, "Nobody <>"],
  [
    "O2 a name with specials",
    { name: 'Smith, "M"\\', mailbox: "m", host: "x" },
    '"Smith, \\"M\\"\\\\" <m@x>',
  ],
  [
    "O2 a name in encoded words",
    { name: "=?utf-8?b?SsO8cmc=?=", mailbox: "j", host: "x" },
    "Jürg <j@x>",
  ],
  [
    "O2 line ends never get into a header",
    { name: "a\r\nBcc: b", mailbox: "m", host: "x" },
    '"a Bcc: b" <m@x>',
  ],
  [
    "O2 line ends in encoded words neither",
    { name: "=?utf-8?q?a=0D=0ABcc:_b?=", mailbox: "m", host: "x" },
    '"a Bcc: b" <m@x>',
  ],
];

describe("Address", () => {
  for (const [name, fields, text] of TEXTS) {
    it(name, () => assertEquals(`${new Address({ ...NONE, ...fields })}`, text));
  }

  it("O1 has its fields", () => {
    const fields = { name: "Mary Smith", route: null, mailbox: "mary", host: "foo.com" };
    const address = new Address(fields);
    assertEquals([address.name, address.route, address.mailbox, address.host, address.email], [
      ...["Mary Smith", null, "mary", "foo.com", "mary@foo.com"],
    ]);
    assertEquals(address.toJSON(), fields);
    assertEquals(JSON.parse(JSON.stringify(address)), fields);
  });

  it("shows itself", () => {
    const address = new Address({ ...NONE, mailbox: "mary", host: "foo.com" });
    assertEquals(inspect(address).includes("mary@foo.com"), true);
  });
});
