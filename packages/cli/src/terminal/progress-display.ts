import { Presets, SingleBar } from 'cli-progress';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { TimeLeft } from './time-left.js';

const millisecondsBetweenLines = 4_000;

/** What a progress display writes to: `process.stderr`, or a test's stand-in. */
export type DisplayStream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** What the display cannot work out from the units alone. */
export interface KnownTime {
  /** Milliseconds until the part ends, where whoever reports it knows better. */
  readonly left?: number;
  /** Milliseconds after which the part is cut, done or not. */
  readonly atMost?: number;
}

interface Part {
  readonly name: string;
  readonly unit: string;
  readonly timeLeft: TimeLeft;
  done: number;
  total: number;
}

/**
 * Shows on standard error how far the long parts of a command are: a bar on a terminal, elsewhere a line every few seconds.
 * Parts may interleave (a step of training, the encoding of a catalogue within it); the one reported last shows.
 */
export class ProgressDisplay {
  private readonly parts = new Map<string, Part>();
  private bar: SingleBar | undefined;
  private lineWrittenAt: number;

  constructor(
    private readonly stream: DisplayStream = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lineWrittenAt = now();
  }

  /** `done` of `total` units (`total` 0 where it is not known); `done === total` ends the part. */
  progress(name: string, done: number, total: number, unit: string, { left: known, atMost }: KnownTime = {}): void {
    const part = this.update(name, done, total, unit);
    const finished = total > 0 && done >= total;
    const estimate = known ?? part.timeLeft.milliseconds(done, total);
    const left = atMost === undefined ? estimate : Math.max(0, Math.min(atMost, estimate ?? atMost));
    if (this.stream.isTTY) this.drawBar(part, left);
    else this.writeLine(part, left, finished);
    if (finished) this.parts.delete(name);
  }

  /** A line for people that stays. */
  message(level: 'info' | 'warning', text: string): void {
    this.clear();
    this.stream.write(`${level === 'warning' ? 'warning: ' : ''}${text}\n`);
    this.lineWrittenAt = this.now();
  }

  /** Takes the bar off the terminal. The display can be used again. */
  clear(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private update(name: string, done: number, total: number, unit: string): Part {
    const known = this.parts.get(name);
    if (known !== undefined && done >= known.done && unit === known.unit) return Object.assign(known, { done, total });
    const part: Part = { name, unit, done, total, timeLeft: new TimeLeft(done, this.now) };
    this.parts.set(name, part);
    return part;
  }

  private drawBar(part: Part, left: number | undefined): void {
    const payload = { name: part.name, amount: amountOf(part), left: describeLeft(left) };
    const total = Math.max(part.total, 1);
    if (this.bar === undefined) {
      const options = { format: '{name} {bar} {amount}{left}', hideCursor: true, clearOnComplete: true, barsize: 24, stream: this.stream as NodeJS.WriteStream };
      this.bar = new SingleBar(options, Presets.shades_classic);
      this.bar.start(total, part.done, payload);
      return;
    }
    this.bar.setTotal(total);
    this.bar.update(part.done, payload);
  }

  private writeLine(part: Part, left: number | undefined, finished: boolean): void {
    const now = this.now();
    if (now - this.lineWrittenAt < millisecondsBetweenLines) return;
    this.lineWrittenAt = now;
    this.stream.write(`${part.name}: ${amountOf(part)}${finished ? '' : describeLeft(left)}\n`);
  }
}

function amountOf({ done, total, unit }: Part): string {
  const amounts = unit === 'bytes' ? [prettyBytes(done), prettyBytes(total)] : [done.toLocaleString('en'), total.toLocaleString('en')];
  if (total <= 0) return unit === 'bytes' ? amounts[0]! : `${amounts[0]} ${unit}`;
  return `${amounts.join(' of ')}${unit === 'bytes' ? '' : ` ${unit}`} (${Math.floor((100 * done) / total)}%)`;
}

function describeLeft(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  return `, about ${prettyMilliseconds(Math.ceil(milliseconds / 1000) * 1000)} left`;
}
