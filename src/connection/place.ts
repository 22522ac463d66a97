import type { Call } from "./call.ts";
import { Fifo, type FifoItem } from "./fifo.ts";

/** The place in the queue of a call that takes several commands. */
export class Place implements FifoItem {
  /** Its commands that wait to be sent. */
  readonly calls: Fifo<Call> = new Fifo();
  /** Whether no more commands will come. */
  isLeft = false;
  isOut = true;
}
