import { alike, encodingsOf, type Encodings, type Mode } from './encodings.js';
import type { EncoderTrial } from './encoder-trial.js';

/** Another pass over the same items, which are padded to the same length: the one with the most tokens is always among them. */
interface OtherPass {
  /** How it differs, for messages: `in the reverse order`. */
  readonly how: string;
  /** Rows, and the place of each in the first pass. */
  readonly rows: readonly number[];
}

function otherPasses({ rows, longest }: EncoderTrial): readonly OtherPass[] {
  return [
    { how: 'once more, as before', rows },
    { how: 'in the reverse order', rows: rows.toReversed() },
    { how: 'beside fewer items', rows: rows.filter((row) => row === longest || row % 2 === 0) },
    { how: 'beside items that stand there twice', rows: [...rows, ...rows] },
  ];
}

/** The ways to encode the items again that do not give what the first pass gave. */
export function passesUnlike(trial: EncoderTrial, mode: Mode): readonly string[] {
  const { encoder, catalogue, rows } = trial;
  const first = encodingsOf(encoder, catalogue, rows, mode);
  return otherPasses(trial).filter((other) => !alike(encodingsOf(encoder, catalogue, other.rows, mode), pick(first, other.rows))).map(({ how }) => how);
}

function pick(encodings: Encodings, rows: readonly number[]): Encodings {
  return rows.map((row) => encodings[row]!);
}

/**
 * The modes in which passes repeat, training before evaluation. Where one does not, `is pure` or `gives the same masks in a second pass` says so,
 * and the other checks, which compare passes, have nothing to add.
 */
export function repeatableModes(trial: EncoderTrial): readonly Mode[] {
  return [{ training: true }, { training: false }].filter((mode) => passesUnlike(trial, mode).length === 0);
}

/** Evaluation where its passes repeat, else training where those do. */
export function quietMode(trial: EncoderTrial): Mode | undefined {
  return repeatableModes(trial).at(-1);
}
