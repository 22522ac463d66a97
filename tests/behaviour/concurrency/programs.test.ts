// Random programs of concurrent calls on one client. What they leave behind must be what some order
// of the calls, each as a whole, would leave. A failure names its seed. In the environment:
//
//   IMAPCLIENT_PROGRAMS=20000                    so many programs, in place of 1,000; on Dovecot 6 %
//   IMAPCLIENT_SEED=7                            the program of that seed alone
//   IMAPCLIENT_SEED=7 IMAPCLIENT_PROGRAMS=100    those from that seed on
import { after, before, describe, it } from "node:test";
import { type Dovecot, dovecotMissing, startDovecot } from "../../support/servers/dovecot.ts";
import { dovecotStage } from "./dovecot_stage.ts";
import { amount, runMany } from "./many.ts";
import { memoryStage } from "./memory_stage.ts";
import { IN_MEMORY, LIVE } from "./profiles.ts";
import type { Stage } from "./scene.ts";

/** However slow the machine, and however many the programs. */
const timeout = 3_600_000;

describe("concurrent calls on one client", () => {
  it("the in-memory server: as if made in some order [fault A1, A2, A3]", { timeout }, async () => {
    await runMany(memoryStage, IN_MEMORY, amount());
  });
});

describe("concurrent calls on one client of Dovecot", { skip: dovecotMissing }, () => {
  let dovecot: Dovecot;
  let stage: Stage;
  let close = () => {};

  before(async () => {
    dovecot = await startDovecot();
    ({ stage, close } = await dovecotStage(dovecot));
  });
  after(async () => {
    close();
    await dovecot?.stop();
  });

  it("as if made in some order [fault A1, A2, A3]", { timeout }, async () => {
    await runMany(stage, LIVE, amount(0.06));
  });
});
