// A plain bar chart of the wall times, as SVG.

const COLORS = {
  ours: "#2563a8",
  imapflow: "#c2702c",
  "node-imap": "#9a9331",
  floor: "#9a9a9a",
  bare: "#6a6a6a",
};
const [LEFT, WIDTH, BAR, GAP] = [190, 560, 14, 26];

/** A group of bars for each workload, relative to the longest of the group. */
export function renderChart(results) {
  const parts = [];
  let y = 20;
  for (const [workload, costs] of Object.entries(results)) {
    const bars = Object.entries(costs).filter(([, { ms }]) => ms !== undefined);
    const longest = Math.max(...bars.map(([, { ms }]) => ms));
    parts.push(text(10, y, workload, "bold"));
    y += 8;
    for (const [name, { ms, wrong }] of bars) {
      const width = Math.max(1, ms / longest * WIDTH).toFixed(1);
      const color = COLORS[name.split("@")[0]];
      parts.push(
        text(LEFT - 8, y + BAR - 3, name.replace("@", ", "), "normal", "end"),
      );
      const box = `x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}"`;
      parts.push(`<rect ${box} fill="${color}"/>`);
      const label = `${ms.toFixed(ms < 10 ? 1 : 0)} ms${wrong ? " (wrong)" : ""}`;
      parts.push(text(LEFT + Number(width) + 6, y + BAR - 3, label));
      y += BAR;
    }
    y += GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 110}" height="${y}" ` +
    `font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>\n` +
    `${parts.join("\n")}\n</svg>\n`;
}

function text(x, y, content, weight = "normal", anchor = "start") {
  const style = `font-weight="${weight}" text-anchor="${anchor}"`;
  return `<text x="${x}" y="${y}" ${style}>${content}</text>`;
}
