import type { FolderListing } from "../../commands/folders/list.ts";
import { decodeFolderName } from "../../mime/utf7.ts";
import type { FolderName } from "../../model/folder_name.ts";
import { decodeAscii } from "../../util/bytes.ts";
import type { FolderNode } from "./folder_tree.ts";

/** The most levels of a tree. A name of more levels has the rest in its last label. */
const MAX_LEVELS = 100;

/** A node while the tree grows. */
interface Growing<Listing extends FolderListing> {
  name: FolderName;
  label: string;
  delimiter: string | null;
  flags: readonly string[];
  selectable: boolean;
  listing: Listing | null;
  children: Growing<Listing>[];
}

/** Where nodes are found by the last level of their names. */
type Level<Listing extends FolderListing> = Map<string, Place<Listing>>;

interface Place<Listing extends FolderListing> {
  readonly node: Growing<Listing>;
  /** What is below it; made when it is first needed. */
  below: Level<Listing> | null;
}

/** The folders of a list as a tree: INBOX first, then by label. */
export function treeOf<Listing extends FolderListing>(
  folders: Iterable<Listing>,
): readonly FolderNode<Listing>[] {
  const roots: Growing<Listing>[] = [];
  const top: Level<Listing> = new Map();
  for (const listing of folders) {
    const { name, delimiter, flags } = listing;
    let level = top;
    let siblings = roots;
    let place: Place<Listing> | undefined;
    let label = "";
    for (const { start, end, text } of levelsOf(name, delimiter)) {
      const key = level === top && /^inbox$/i.test(text) ? "INBOX" : text;
      label = labelOf(name.slice(start, end));
      place = level.get(key);
      if (place === undefined) {
        const node = { ...MISSING, name: name.slice(0, end), label, delimiter, children: [] };
        place = { node, below: null };
        level.set(key, place);
        siblings.push(node);
      }
      siblings = place.node.children;
      level = place.below ??= new Map();
    }
    if (place === undefined || place.node.listing !== null) continue;
    const selectable = isSelectable(flags);
    Object.assign(place.node, { name, label, delimiter, flags, selectable, listing });
  }
  sortAll(roots);
  return roots;
}

const MISSING = { flags: [], selectable: false, listing: null };

/** The levels of a name, and where they are in it. */
function levelsOf(
  name: FolderName,
  delimiter: string | null,
): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
  // One character for each byte, so that a place in the text is a place in the bytes.
  const text = typeof name === "string" ? name : decodeAscii(name);
  const levels: { start: number; end: number; text: string }[] = [];
  const add = (start: number, end: number) => {
    levels.push({ start, end, text: text.slice(start, end) });
  };
  if (!delimiter) {
    add(0, text.length);
    return levels;
  }
  // Some servers put a delimiter at the end of a name.
  const isLonger = text.length > delimiter.length && text.endsWith(delimiter);
  const last = isLonger ? text.length - delimiter.length : text.length;
  let start = 0;
  // A delimiter that a name begins with belongs to the first level.
  let end = text.indexOf(delimiter, 1);
  while (end > 0 && end < last && levels.length < MAX_LEVELS - 1) {
    add(start, end);
    start = end + delimiter.length;
    end = text.indexOf(delimiter, start);
  }
  add(start, last);
  return levels;
}

function labelOf(label: FolderName): string {
  return typeof label === "string" ? label : decodeFolderName(label);
}

function isSelectable(flags: readonly string[]): boolean {
  return !flags.some((flag) => /^\\(?:Noselect|NonExistent)$/i.test(flag));
}

const collator = new Intl.Collator("en", { numeric: true });

function sortAll<Listing extends FolderListing>(roots: Growing<Listing>[]): void {
  roots.sort((one, other) => rank(one) - rank(other) || compare(one, other));
  const levels = roots.map(({ children }) => children);
  for (const nodes of levels) {
    nodes.sort(compare);
    for (const { children } of nodes) if (children.length > 0) levels.push(children);
  }
}

function compare({ label: one }: FolderNode, { label: other }: FolderNode): number {
  return collator.compare(one, other) || (one < other ? -1 : 1);
}

function rank({ label }: FolderNode): number {
  return /^inbox$/i.test(label) ? 0 : 1;
}
