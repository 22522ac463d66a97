import type { View } from "../folder.ts";
import { bad } from "../refusal.ts";
import type { Session } from "./server_session.ts";

/** What a session is told of mod-sequences, now and in later folders (RFC 7162). */
export class ModseqMode {
  readonly #session: Session;
  #condstore = false;
  #qresync = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the client is told mod-sequences. */
  get areTold(): boolean {
    return this.#condstore;
  }

  /** The client has used CONDSTORE, so it is told mod-sequences (section 3.1). */
  useCondstore(): void {
    if (!this.#session.has("CONDSTORE")) throw bad("there is no CONDSTORE");
    this.#condstore = true;
    this.#update();
  }

  /** The client compares mod-sequences in the open folder, which must have some. */
  compare(): void {
    this.useCondstore();
    if (!this.#session.view.folder.keepsModseqs) throw bad("this folder has no mod-sequences");
  }

  /** The client has enabled QRESYNC (section 3.2.3). */
  useQresync(): void {
    this.#condstore = this.#qresync = true;
    this.#update();
  }

  /** Throws unless the client has enabled QRESYNC. */
  checkQresync(): void {
    if (!this.#qresync) throw bad("enable QRESYNC first");
  }

  /** A folder is opened. */
  apply(view: View): void {
    const { keepsModseqs } = view.folder;
    view.tellsModseq = this.#condstore && keepsModseqs;
    view.tellsVanished = this.#qresync && keepsModseqs;
  }

  #update(): void {
    const { openView } = this.#session;
    if (openView !== null) this.apply(openView);
  }
}
