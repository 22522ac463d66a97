// Compares this client with its peers, and prints that as a table.
import { LIMITS, WORKLOADS } from "./workloads.mjs";

const UNITS = {
  ms: "ms",
  peak: "MiB",
  kib: "KiB each",
  trips: "round trips",
  size: "KiB",
};

/** Turns medians into rows: `results` has a workload's costs by `driver@runtime`. */
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

/** The rows of what is measured of the built client. */
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
  // Numbers to the right, names to the left.
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
