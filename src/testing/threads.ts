import { messageIds } from "./conversations.ts";
import type { Picked } from "./picked.ts";
import { collated, sentTime, subjectOf } from "./sort_keys.ts";

/** A message in a thread, or a placeholder for one that was not found. */
export interface ThreadNode {
  /** The message; `null` for a dummy. */
  readonly picked: Picked | null;
  /** The replies to it. */
  children: ThreadNode[];
}

/** A node while threads are built. */
interface Link extends ThreadNode {
  picked: Picked | null;
  children: Link[];
  parent: Link | null;
}

/** Threads by base subject, each with at most two levels (RFC 5256 section 3). */
export function orderedSubject(found: readonly Picked[]): ThreadNode[] {
  const bySubject = new Map<string, Link[]>();
  const links = sorted(found.map((picked) => link(picked)));
  for (const one of links) {
    const subject = collated(subjectOf(one.picked!.message).text);
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
export function references(found: readonly Picked[]): ThreadNode[] {
  const roots = linked(found).filter(({ parent }) => parent === null);
  const threads = merged(byDate(pruned(roots)));
  for (const one of deepestFirst(threads)) one.children = sorted(one.children);
  return sorted(threads);
}

/** A thread in parentheses, as in the THREAD response (RFC 5256 section 4). */
export function threadText(thread: ThreadNode, numberOf: (picked: Picked) => number): string {
  const members: string[] = [];
  let node = thread;
  for (;;) {
    if (node.picked !== null) members.push(String(numberOf(node.picked)));
    if (node.children.length !== 1) break;
    [node] = node.children;
  }
  const branches = node.children.map((child) => threadText(child, numberOf)).join("");
  if (branches !== "") members.push(branches);
  return `(${members.join(" ")})`;
}

function link(picked: Picked | null = null): Link {
  return { picked, children: [], parent: null };
}

/** Step 1: links every message and every dummy by what the messages say they reply to. */
function linked(found: readonly Picked[]): Link[] {
  const byId = new Map<string, Link>();
  const all = new Set<Link>();
  const at = (id: string) => {
    const known = byId.get(id) ?? link();
    byId.set(id, known);
    all.add(known);
    return known;
  };
  for (const picked of found) {
    const [id] = messageIds(picked.message.entity, "MESSAGE-ID");
    let own = id === undefined ? link() : at(id);
    // An id that another message already has counts as missing.
    if (own.picked !== null) own = link();
    own.picked = picked;
    all.add(own);
    let before: Link | null = null;
    for (const answered of answeredIds(picked).map(at)) {
      if (before !== null && answered.parent === null) adopt(before, answered);
      before = answered;
    }
    if (own.parent !== null) leaveParent(own);
    if (before !== null) adopt(before, own);
  }
  return [...all];
}

/** The ids that a message replies to, the oldest first. */
function answeredIds({ message }: Picked): string[] {
  const ids = messageIds(message.entity, "REFERENCES");
  return ids.length > 0 ? ids : messageIds(message.entity, "IN-REPLY-TO").slice(0, 1);
}

/** Makes one the parent of the other, unless that would create a loop. */
function adopt(parent: Link, child: Link): void {
  for (let above: Link | null = parent; above !== null; above = above.parent) {
    if (above === child) return;
  }
  child.parent = parent;
  parent.children.push(child);
}

function leaveParent(child: Link): void {
  const { parent } = child;
  if (parent !== null) parent.children = parent.children.filter((one) => one !== child);
  child.parent = null;
}

/** Step 3: removes the dummies, except those that join several threads. */
function pruned(roots: readonly Link[]): Link[] {
  const kept = (link: Link) => link.picked === null ? link.children : [link];
  for (const one of deepestFirst(roots)) one.children = one.children.flatMap(kept);
  return roots.flatMap((one) => one.children.length > 1 ? [one] : kept(one));
}

/**
 * All nodes of the threads, children before their parents. Not recursive, since threads can be
 * deep.
 */
function deepestFirst(roots: readonly Link[]): Link[] {
  const all = [...roots];
  // The array grows during this loop.
  for (const { children } of all) all.push(...children);
  return all.reverse();
}

/** Steps 2 and 4: sorts the roots by date; a dummy counts as its first child. */
function byDate(roots: Link[]): Link[] {
  for (const one of roots) if (one.picked === null) one.children = sorted(one.children);
  return sorted(roots);
}

/** Step 5: merges threads of the same subject. */
function merged(roots: readonly Link[]): Link[] {
  const bySubject = subjectTable(roots);
  const threads = new Set(roots);
  for (const one of roots) {
    const subject = threadSubject(one);
    const first = bySubject.get(subject);
    if (first === undefined || first === one) continue;
    threads.delete(one);
    if (first.picked === null) first.children.push(...(one.picked === null ? one.children : [one]));
    else if (isReply(one) && !isReply(first)) first.children.push(one);
    else {
      const dummy = link();
      dummy.children = [first, one];
      threads.delete(first);
      threads.add(dummy);
      bySubject.set(subject, dummy);
    }
  }
  return [...threads];
}

/** Step 5.B: the thread that the other threads of its subject are merged into. */
function subjectTable(roots: readonly Link[]): Map<string, Link> {
  const table = new Map<string, Link>();
  for (const one of roots) {
    const subject = threadSubject(one);
    const known = table.get(subject);
    if (subject === "") continue;
    const better = known === undefined ||
      known.picked !== null && (one.picked === null || isReply(known) && !isReply(one));
    if (better) table.set(subject, one);
  }
  return table;
}

/** Step 6: sorts siblings by the date of sending, then by number. */
function sorted(links: readonly Link[]): Link[] {
  const keyed = links.map((one) => {
    const { message, sequence } = firstOf(one);
    return { one, time: sentTime(message), sequence };
  });
  keyed.sort((a, b) => a.time - b.time || a.sequence - b.sequence);
  return keyed.map(({ one }) => one);
}

function threadSubject(root: Link): string {
  return collated(subjectOf(firstOf(root).message).text);
}

function isReply(one: Link): boolean {
  return one.picked !== null && subjectOf(one.picked.message).isReply;
}

/** The message of a node, or of a dummy's first child. */
function firstOf(node: Link): Picked {
  return node.picked ?? firstOf(node.children[0]);
}
