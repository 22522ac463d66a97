import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { GrantCache } from "../../../src/config/grant_cache.ts";

describe("the grants for which tokens were asked", () => {
  it("an expired token → forgotten when the next one is asked for [fault E3]", () => {
    const cache = new GrantCache();
    const entry = cache.take("a", "refresh-a", 0);
    Object.assign(entry, { accessToken: "token-a", until: 1000 });
    assertStrictEquals(cache.take("a", "refresh-a", 999), entry);
    assertEquals(cache.take("b", "refresh-b", 999).accessToken, null);
    assertEquals(cache.size, 2);
    cache.take("c", "refresh-c", 1000);
    assertEquals([cache.size, entry.accessToken], [1, null]);
    assertEquals(cache.take("a", "refresh-a", 1001).accessToken, null);
  });

  it("a grant that never gave a token → forgotten [fault E3]", () => {
    const cache = new GrantCache();
    for (let i = 0; i < 100; i++) cache.take(`${i}`, "refresh", 0);
    assertEquals(cache.size, 1);
  });

  it("a request in progress → shared by all callers that wait for it [fault E3]", () => {
    const cache = new GrantCache();
    const entry = cache.take("a", "refresh-a", 0);
    entry.pending = Promise.resolve("token");
    for (let i = 0; i < 2000; i++) cache.take(`${i}`, "refresh", 5);
    assertStrictEquals(cache.take("a", "refresh-a", 10), entry);
  });

  it("a new refresh token in place of the caller's → kept, its old token is not [fault E3]", () => {
    const cache = new GrantCache();
    const entry = cache.take("a", "old", 0);
    Object.assign(entry, { refreshToken: "new", replaced: true, accessToken: "t", until: 1000 });
    cache.take("b", "refresh-b", 2000);
    const { refreshToken, accessToken } = cache.take("a", "old", 2001);
    assertEquals([refreshToken, accessToken], ["new", null]);
  });

  it("ten thousand grants that never expire → the last thousand [fault E3]", () => {
    const cache = new GrantCache();
    for (let i = 0; i < 10_000; i++) {
      Object.assign(cache.take(`${i}`, "r", 0), { accessToken: `t${i}`, until: Infinity });
    }
    assertEquals(cache.size, 1000);
    assertEquals(cache.take("9500", "r", 0).accessToken, "t9500");
    assertEquals(cache.take("5", "r", 0).accessToken, null);
  });
});
