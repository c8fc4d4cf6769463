import { isDeepStrictEqual } from 'node:util';
import { GramkitError, type Json } from '@gramkit/spec';
import type { JsonRecord } from '../run/write-file.js';

/** Keys that may differ between a run and its resumption: none of them changes what the next step computes. */
const changeable = new Set(['output', 'baseDirectory', 'training.maximumSteps', 'training.maximumSeconds', 'training.checkpointEvery', 'training.keepCheckpoints']);

/**
 * Compares the configuration of a checkpoint with the one that is to go on from it.
 * @throws GramkitError CHECKPOINT_MISMATCH naming every key that differs, with both values.
 */
export function checkConfiguration(saved: JsonRecord, wanted: JsonRecord, file: string): void {
  const before = flatten(saved);
  const now = flatten(wanted);
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter((key) => !changeable.has(key) && !isDeepStrictEqual(before.get(key), now.get(key)));
  const [first] = keys;
  if (first === undefined) return;
  const differences = keys.map((key) => `${key} was ${show(before.get(key))} and is ${show(now.get(key))}`);
  throw new GramkitError('CHECKPOINT_MISMATCH', `the checkpoint was made with another configuration: ${differences.join('; ')}`, {
    file,
    field: first,
    fix: 'Resume with the configuration of the run, or train anew into another output folder.',
  });
}

function flatten(value: JsonRecord, prefix = ''): Map<string, Json> {
  const flat = new Map<string, Json>();
  for (const [key, entry] of Object.entries(value)) {
    const path = `${prefix}${key}`;
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) for (const [inner, leaf] of flatten(entry as JsonRecord, `${path}.`)) flat.set(inner, leaf);
    else flat.set(path, entry);
  }
  return flat;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
