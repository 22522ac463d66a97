import { cutText } from "./terminal_text.ts";

/** What has passed over a connection, in bytes; as `Traffic` of the client has it. */
export interface Passed {
  readonly received: number;
  readonly sent: number;
  readonly toReceive: number;
  readonly toSend: number;
}

/** The part of a terminal that is needed here. */
export interface Screen {
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shorter calls show nothing, in milliseconds. */
const PATIENCE = 1000;
/** How often the line is drawn, in milliseconds. */
const EVERY = 250;
const CLEAR = "\r\x1b[K";

/**
 * A line at the bottom of the terminal that shows the progress of a long call: how many bytes have
 * passed, how fast and, if known, how much time is left.
 */
export class ProgressLine {
  readonly #screen: Screen;
  readonly #passed: () => Passed;
  readonly #begun: Passed;
  readonly #start: number = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #drawn = false;

  /** Begins; `passed` is called repeatedly. */
  constructor(screen: Screen, passed: () => Passed) {
    this.#screen = screen;
    this.#passed = passed;
    this.#begun = passed();
    this.#timer = setInterval(() => this.#draw(), EVERY);
  }

  /** Removes the line, so that something else can be written there. */
  clear(): void {
    if (this.#drawn) this.#screen.write(CLEAR);
    this.#drawn = false;
  }

  /** Removes the line for good. */
  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    const elapsed = performance.now() - this.#start;
    if (elapsed < PATIENCE) return;
    const line = progressText(this.#begun, this.#passed(), elapsed / 1000);
    this.#screen.write(CLEAR + cutText(line, (this.#screen.columns || 80) - 1));
    this.#drawn = true;
  }
}

/** The text of the line after this many seconds. */
export function progressText(begun: Passed, now: Passed, seconds: number): string {
  const received = now.received - begun.received;
  const sent = now.sent - begun.sent;
  const [way, done, left] = sent > received
    ? ["sent", sent, now.toSend]
    : ["received", received, now.toReceive];
  if (done < 4096) return `waiting, ${Math.floor(seconds)} s (Ctrl-C interrupts)`;
  const rate = done / seconds;
  const rest = left > 0 ? ` of ${bytesText(done + left)}` : "";
  const end = left > 0 ? `, ${timeText(left / rate)} left` : "";
  return `${way} ${bytesText(done)}${rest}, ${bytesText(rate)}/s${end}`;
}

/** A number of bytes for people: `12.3 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`;
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.95 && unit < 3; unit++) value /= 1000;
  return `${value.toFixed(1)} ${["kB", "MB", "GB", "TB"][unit]}`;
}

function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}
