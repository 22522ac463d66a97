/**
 * The part of the `imapflow` package that the tests use. Its own types are installed for Node only.
 */
export interface ImapFlowModule {
  readonly ImapFlow: new (options: object) => ImapFlow;
}

/** Options of a call on messages; with `uid`, it names them by UID. */
interface ByUid {
  readonly uid?: boolean;
}

interface Fetched {
  readonly uid: number;
  readonly envelope: { readonly subject: string };
  readonly source: Uint8Array;
  readonly bodyStructure: { readonly type: string };
  readonly flags: ReadonlySet<string>;
  readonly bodyParts: ReadonlyMap<string, Uint8Array>;
}

interface Copied {
  readonly uidMap: ReadonlyMap<number, number>;
}

interface News {
  readonly count: number;
  readonly seq: number;
  readonly flags?: ReadonlySet<string>;
}

/** A client of the package. */
export interface ImapFlow {
  readonly usable: boolean;
  readonly idling: boolean;
  readonly secureConnection: boolean;
  on(event: string, listener: (news: News) => void): this;
  connect(): Promise<void>;
  logout(): Promise<void>;
  idle(): Promise<boolean>;
  list(): Promise<{ readonly path: string; readonly specialUse?: string }[]>;
  status(
    path: string,
    items: object,
  ): Promise<{ readonly messages: number; readonly unseen: number; readonly uidNext: number }>;
  mailboxCreate(path: string): Promise<{ readonly created: boolean }>;
  mailboxRename(path: string, to: string): Promise<unknown>;
  mailboxDelete(path: string): Promise<unknown>;
  mailboxOpen(path: string): Promise<{ readonly exists: number; readonly highestModseq: bigint }>;
  mailboxClose(): Promise<unknown>;
  append(
    path: string,
    content: string | Uint8Array,
    flags?: readonly string[],
    date?: Date,
  ): Promise<{ readonly uid: number }>;
  fetch(range: string, items: object): AsyncIterable<Fetched>;
  fetchOne(
    range: string,
    items: object,
    options?: { readonly binary?: boolean },
  ): Promise<Fetched>;
  search(criteria: object, options: ByUid): Promise<number[]>;
  messageFlagsAdd(range: string, flags: readonly string[], options: ByUid): Promise<boolean>;
  messageFlagsRemove(range: string, flags: readonly string[], options: ByUid): Promise<boolean>;
  messageCopy(range: string, path: string, options: ByUid): Promise<Copied>;
  messageMove(range: string, path: string, options: ByUid): Promise<Copied>;
  messageDelete(range: string, options: ByUid): Promise<boolean>;
}
