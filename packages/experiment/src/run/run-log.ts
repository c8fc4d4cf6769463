import type { Json, RunLogger } from '@gramkit/spec';
import type { MetricsFile } from './metrics-file.js';
import type { TensorBoardEvents } from './tensorboard-events.js';
import type { JsonRecord } from './write-file.js';

/** Writes a run's records into its folder and passes everything on to whoever watches. */
export class RunLog implements RunLogger {
  constructor(
    private readonly watcher: RunLogger,
    private readonly file: MetricsFile,
    private readonly events: TensorBoardEvents,
  ) {}

  metrics(record: JsonRecord): void {
    this.file.append(record);
    const { step, kind } = record;
    if (typeof step === 'number') this.events.scalars(step, curvesOf(record, typeof kind === 'string' ? kind : 'run'));
    this.watcher.metrics(record);
  }

  message(level: 'info' | 'warning', text: string): void {
    this.watcher.message(level, text);
  }

  progress(part: string, done: number, total: number, unit: string): void {
    this.watcher.progress(part, done, total, unit);
  }

  close(): void {
    this.file.close();
    this.events.close();
  }
}

/** A logger that says nothing. */
export const silentLogger: RunLogger = { metrics: () => undefined, message: () => undefined, progress: () => undefined };

function curvesOf(record: JsonRecord, kind: string): Record<string, number> {
  const numbers = Object.entries(record).filter((entry): entry is [string, Json & number] => typeof entry[1] === 'number' && entry[0] !== 'step');
  return Object.fromEntries(numbers.map(([name, value]) => [`${kind}/${name}`, value]));
}
