import { baseSubject } from "./base_subject.ts";
import { collated, type SortableMessage } from "./sort_messages.ts";

/** A message in a thread, or a placeholder for one that was not found. */
export interface ThreadNode<Message extends SortableMessage = SortableMessage> {
  /** The message; `null` for a dummy. */
  readonly message: Message | null;
  /** The replies to it. */
  children: ThreadNode<Message>[];
}

/** A node while threads are built. */
interface Link<Message extends SortableMessage> extends ThreadNode<Message> {
  message: Message | null;
  children: Link<Message>[];
  parent: Link<Message> | null;
}

/** An algorithm of THREAD. */
export type ThreadAlgorithm = "ORDEREDSUBJECT" | "REFERENCES";

/** Whether there is an algorithm of this name. */
export function isThreadAlgorithm(name: string): name is ThreadAlgorithm {
  return name === "ORDEREDSUBJECT" || name === "REFERENCES";
}

/** The messages by discussions (RFC 5256 section 3). */
export function threadMessages<Message extends SortableMessage>(
  algorithm: ThreadAlgorithm,
  messages: readonly Message[],
): ThreadNode<Message>[] {
  return algorithm === "REFERENCES" ? references(messages) : orderedSubject(messages);
}

/** Threads by base subject, each with at most two levels (RFC 5256 section 3). */
function orderedSubject<Message extends SortableMessage>(
  found: readonly Message[],
): ThreadNode<Message>[] {
  const bySubject = new Map<string, Link<Message>[]>();
  const links = sorted(found.map((message) => link(message)));
  for (const one of links) {
    const subject = collated(baseSubject(one.message!.subject).text);
    if (!bySubject.has(subject)) bySubject.set(subject, []);
    bySubject.get(subject)!.push(one);
  }
  const threads = [...bySubject.values()].map(([first, ...others]) => {
    first.children = others;
    return first;
  });
  return sorted(threads);
}

/** Threads by what messages reply to, then by subject: the algorithm REFERENCES (section 3). */
function references<Message extends SortableMessage>(
  found: readonly Message[],
): ThreadNode<Message>[] {
  const roots = linked(found).filter(({ parent }) => parent === null);
  const threads = merged(byDate(pruned(roots)));
  for (const one of deepestFirst(threads)) one.children = sorted(one.children);
  return sorted(threads);
}

/** A thread in parentheses, as in the THREAD response (RFC 5256 section 4). */
export function threadText<Message extends SortableMessage>(
  thread: ThreadNode<Message>,
  numberOf: (message: Message) => number,
): string {
  const members: string[] = [];
  let node = thread;
  for (;;) {
    if (node.message !== null) members.push(String(numberOf(node.message)));
    if (node.children.length !== 1) break;
    [node] = node.children;
  }
  const branches = node.children.map((child) => threadText(child, numberOf)).join("");
  if (branches !== "") members.push(branches);
  return `(${members.join(" ")})`;
}

function link<Message extends SortableMessage>(message: Message | null = null): Link<Message> {
  return { message, children: [], parent: null };
}

/** Step 1: links every message and every dummy by what the messages say they reply to. */
function linked<Message extends SortableMessage>(found: readonly Message[]): Link<Message>[] {
  const byId = new Map<string, Link<Message>>();
  const all = new Set<Link<Message>>();
  const at = (id: string) => {
    const known = byId.get(id) ?? link<Message>();
    byId.set(id, known);
    all.add(known);
    return known;
  };
  for (const message of found) {
    const [id] = message.messageIds;
    let own = id === undefined ? link<Message>() : at(id);
    // An id that another message already has counts as missing.
    if (own.message !== null) own = link<Message>();
    own.message = message;
    all.add(own);
    let before: Link<Message> | null = null;
    for (const answered of message.answeredIds.map(at)) {
      if (before !== null && answered.parent === null) adopt(before, answered);
      before = answered;
    }
    if (own.parent !== null) leaveParent(own);
    if (before !== null) adopt(before, own);
  }
  return [...all];
}

/** Makes one the parent of the other, unless that would create a loop. */
function adopt<Message extends SortableMessage>(parent: Link<Message>, child: Link<Message>): void {
  for (let above: Link<Message> | null = parent; above !== null; above = above.parent) {
    if (above === child) return;
  }
  child.parent = parent;
  parent.children.push(child);
}

function leaveParent<Message extends SortableMessage>(child: Link<Message>): void {
  const { parent } = child;
  if (parent !== null) parent.children = parent.children.filter((one) => one !== child);
  child.parent = null;
}

/** Step 3: removes the dummies, except those that join several threads. */
function pruned<Message extends SortableMessage>(roots: readonly Link<Message>[]): Link<Message>[] {
  const kept = (link: Link<Message>) => link.message === null ? link.children : [link];
  for (const one of deepestFirst(roots)) one.children = one.children.flatMap(kept);
  return roots.flatMap((one) => one.children.length > 1 ? [one] : kept(one));
}

/**
 * All nodes of the threads, children before their parents. Not recursive, since threads can be
 * deep.
 */
function deepestFirst<Message extends SortableMessage>(
  roots: readonly Link<Message>[],
): Link<Message>[] {
  const all = [...roots];
  // The array grows during this loop.
  for (const { children } of all) for (const child of children) all.push(child);
  return all.reverse();
}

/** Steps 2 and 4: sorts the roots by date; a dummy counts as its first child. */
function byDate<Message extends SortableMessage>(roots: Link<Message>[]): Link<Message>[] {
  for (const one of roots) if (one.message === null) one.children = sorted(one.children);
  return sorted(roots);
}

/** Step 5: merges threads of the same subject. */
function merged<Message extends SortableMessage>(roots: readonly Link<Message>[]): Link<Message>[] {
  const bySubject = subjectTable(roots);
  const threads = new Set(roots);
  for (const one of roots) {
    const subject = threadSubject(one);
    const first = bySubject.get(subject);
    if (first === undefined || first === one) continue;
    threads.delete(one);
    if (first.message === null) {
      first.children = first.children.concat(one.message === null ? one.children : [one]);
    } else if (isReply(one) && !isReply(first)) first.children.push(one);
    else {
      const dummy = link<Message>();
      dummy.children = [first, one];
      threads.delete(first);
      threads.add(dummy);
      bySubject.set(subject, dummy);
    }
  }
  return [...threads];
}

/** Step 5.B: the thread that the other threads of its subject are merged into. */
function subjectTable<Message extends SortableMessage>(
  roots: readonly Link<Message>[],
): Map<string, Link<Message>> {
  const table = new Map<string, Link<Message>>();
  for (const one of roots) {
    const subject = threadSubject(one);
    const known = table.get(subject);
    if (subject === "") continue;
    const better = known === undefined ||
      known.message !== null && (one.message === null || isReply(known) && !isReply(one));
    if (better) table.set(subject, one);
  }
  return table;
}

/** Step 6: sorts siblings by the date of sending, then by number. */
function sorted<Message extends SortableMessage>(links: readonly Link<Message>[]): Link<Message>[] {
  const keyed = links.map((one) => {
    const { sent, number } = firstOf(one);
    return { one, sent, number };
  });
  keyed.sort((a, b) => a.sent - b.sent || a.number - b.number);
  return keyed.map(({ one }) => one);
}

function threadSubject<Message extends SortableMessage>(root: Link<Message>): string {
  return collated(baseSubject(firstOf(root).subject).text);
}

function isReply<Message extends SortableMessage>(one: Link<Message>): boolean {
  return one.message !== null && baseSubject(one.message.subject).isReply;
}

/** The message of a node, or of a dummy's first child. */
function firstOf<Message extends SortableMessage>(node: Link<Message>): Message {
  return node.message ?? firstOf(node.children[0]);
}
