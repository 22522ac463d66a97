// Compares this client with the others, and prints a table.
import { LIMITS, WORKLOADS } from "./workloads.mjs";

const UNITS = {
  ms: "ms",
  peak: "MiB",
  kib: "KiB each",
  trips: "round trips",
  size: "KiB",
};

/** Turns medians into rows; `results` has a workload's costs by `driver@runtime`. */
export function compare(results) {
  const rows = [];
  for (const [workload, costs] of Object.entries(results)) {
    for (const comparison of WORKLOADS[workload]) {
      for (const runtime of comparison.runtimes) {
        const ours = costs[`ours@${runtime}`];
        const peer = costs[`${comparison.peer}@${runtime}`];
        if (ours && peer) {
          rows.push(row(workload, runtime, comparison, ours, peer));
        }
      }
    }
  }
  return rows;
}

function row(workload, runtime, { peer, kind, field, target }, ours, theirs) {
  const wrong = [ours, theirs].find(({ wrong }) => wrong)?.wrong;
  const [mine, other] = [ours[field], theirs[field]];
  const ratio = kind === "faster" ? other / mine : kind === "above" ? mine - other : mine / other;
  const cpuRatio = kind === "faster" ? theirs.cpu / ours.cpu : ours.cpu / theirs.cpu;
  const isMet = kind === "faster"
    ? ratio >= target
    : kind === "fewer"
    ? ratio < target
    : ratio <= target;
  return {
    ...{ workload, runtime, peer, kind, field, target, wrong, ratio },
    ours: mine,
    theirs: other,
    cpuRatio: field === "ms" ? cpuRatio : null,
    met: wrong ? "wrong" : target === null ? "" : isMet ? "met" : "MISSED",
  };
}

/** The rows for the built client. */
export function builtRows({ importMs, gzipKib }) {
  const one = (workload, field, costs, target) => ({
    ...{
      workload,
      field,
      target,
      kind: "most",
      runtime: "node",
      peer: "imapflow",
    },
    ...{
      ours: costs.ours,
      theirs: costs.imapflow,
      ratio: costs.ours,
      cpuRatio: null,
    },
    met: costs.ours <= target ? "met" : "MISSED",
  });
  return [
    one("import", "ms", importMs, LIMITS.importMs),
    one("size (min+gzip)", "size", gzipKib, LIMITS.gzipKib),
  ];
}

const HEAD = [
  "workload",
  "runtime",
  "ours",
  "peer",
  "",
  "ratio",
  "(CPU)",
  "target",
  "",
];

/** The table as text. */
export function renderTable(rows) {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  // Numbers are aligned right, names left.
  const isNumber = [false, false, true, false, true, true, true, true, false];
  const pad = (text, column) => {
    return isNumber[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  };
  const rule = widths.map((width) => "-".repeat(width));
  return [cells[0], rule, ...cells.slice(1)].map((line) => line.map(pad).join("  ").trimEnd())
    .join("\n");
}

function cellsOf({ workload, runtime, ours, peer, theirs, ...more }) {
  const { field, kind, ratio, cpuRatio, target, met, wrong } = more;
  return [
    ...[workload, runtime, amount(ours, field), peer, amount(theirs, field)],
    ...(wrong ? ["", "", ""] : [
      judged(kind, ratio, field),
      cpuRatio === null ? "" : `(${round(cpuRatio)})`,
      target === null ? "" : (SIGNS[kind] + judged(kind, target, field)),
    ]),
    wrong ? `wrong: ${wrong}` : met,
  ];
}

/** What each workload is, for readers who do not know its name. */
const TITLES = {
  envelopes: "20,000 messages: flags, dates, sizes, envelopes",
  structures: "the same with body structures",
  flags: "20,000 x flags",
  search: "50 searches that find 20,000",
  bodies: "200 bodies of 1 MiB in memory",
  stream: "a body of 100 MiB to a sink",
  many: "1,000 fetches at once",
  cold: "connect, login, select",
  appends: "1,000 appends of 10 KiB",
  upload: "an append of 50 MiB",
  idle: "2,000 connections in IDLE",
  import: "import on Node, as one file",
  "size (min+gzip)": "bundle, minified and gzipped",
};

/** The targets in Markdown: a line for each target, a column for each runtime. */
export function renderMarkdown(rows) {
  const lines = new Map();
  for (const row of rows.filter(({ target }) => target !== null)) {
    const { workload, peer, kind, field, runtime, target } = row;
    // A runtime may have its own target.
    const key = [workload, peer, kind, field].join();
    const line = lines.get(key) ??
      { row, targets: new Map(), cells: new Map() };
    lines.set(key, line);
    line.targets.set(runtime, target);
    line.cells.set(runtime, row);
  }
  const table = [...lines.values()].map(({ row, targets, cells }) => {
    const cell = (runtime) => {
      const found = cells.get(runtime);
      if (found === undefined) return "";
      const text = found.wrong ? "wrong" : reached(found);
      return found.met === "met" ? `**${text}**` : text;
    };
    return [TITLES[row.workload], wanted(row, targets), ...["deno", "bun", "node"].map(cell)];
  });
  const head = ["workload", "target", "Deno", "Bun", "Node"];
  const all = [head, head.map(() => "---"), ...table];
  return all.map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n";
}

function reached({ kind, ratio, field, ours, theirs }) {
  return kind === "fewer" ? `${ours} to ${theirs}` : judged(kind, ratio, field);
}

/** The target in words, including a runtime's own. */
function wanted({ kind, peer, field, target }, targets) {
  const amount = judged(kind, target, field).replace("+", "");
  const others = [...targets].filter(([, it]) => it !== target);
  const more = others.map(([runtime, it]) => `; ${runtime} ${judged(kind, it, field)}`).join("");
  switch (kind) {
    case "faster":
      return `at least ${amount} as fast as ${peer}${more}`;
    case "within":
      return `at most ${amount} of the floor's time${more}`;
    case "above":
      return `at most ${amount} more than the floor`;
    case "fewer":
      return `fewer round trips than ${peer}`;
    default:
      return `at most ${amount}`;
  }
}

const SIGNS = {
  faster: ">= ",
  within: "<= ",
  above: "<= ",
  fewer: "< ",
  most: "<= ",
};

function judged(kind, value, field) {
  if (kind === "above") {
    return `${value < 0 ? "" : "+"}${round(value)} ${UNITS[field]}`;
  }
  return kind === "most" ? `${round(value)} ${UNITS[field]}` : `${round(value)} x`;
}

function amount(value, field) {
  return value === undefined ? "-" : `${round(value)} ${UNITS[field]}`;
}

function round(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
