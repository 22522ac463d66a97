// Random programs of concurrent calls on one client. Their results must be those of some order of
// the calls, each carried out as a whole. A failure names its seed. Environment variables:
//
//   IMAPCLIENT_PROGRAMS=20000                    runs this many programs, not 1,000; on Dovecot 6 %
//   IMAPCLIENT_SEED=7                            runs only the program of that seed
//   IMAPCLIENT_SEED=7 IMAPCLIENT_PROGRAMS=100    runs those from that seed on
import { after, before, describe, it } from "node:test";
import { type Dovecot, dovecotMissing, startDovecot } from "../../support/servers/dovecot.ts";
import { dovecotStage } from "./dovecot_stage.ts";
import { amount, runMany } from "./many.ts";
import { memoryStage } from "./memory_stage.ts";
import { IN_MEMORY, LIVE } from "./profiles.ts";
import type { Stage } from "./scene.ts";

/** For any number of programs on any machine. */
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
