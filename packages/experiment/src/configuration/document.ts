import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { type Document, isMap, isNode, isScalar, LineCounter, parse, parseDocument } from 'yaml';
import type { SourcePosition } from './problem.js';

/** A configuration as it was written: its values, and where each of them stands. */
export interface ConfigurationDocument {
  /** What a message calls it: the path of the file. */
  readonly source: string;
  /** Absolute folder that relative paths start from, unless the configuration says `baseDirectory`. */
  readonly baseDirectory: string;
  /** File name without its ending: names the run folder by default. */
  readonly name: string;
  /** Plain values. */
  readonly value: unknown;
  /** Where a key stands; of a missing key, its nearest parent. */
  placeOf(path: readonly PropertyKey[]): SourcePosition;
  /** How to give what is missing, where it is no line of a file. */
  fixOfMissing?(path: readonly PropertyKey[]): string;
}

/** What to read. */
export interface DocumentOptions {
  /** `key.path=value` each; the value is read as YAML. */
  readonly overrides?: readonly string[];
}

/**
 * Reads a YAML configuration and applies overrides.
 * @throws GramkitError CONFIGURATION_UNREADABLE where the file cannot be read or is no YAML (with file and line);
 * USAGE for an override that is no `key.path=value`.
 */
export async function readConfiguration(file: string, options: DocumentOptions = {}): Promise<ConfigurationDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new GramkitError('CONFIGURATION_UNREADABLE', 'the configuration cannot be read', { file, fix: 'Give the path of a YAML file.', cause });
  }
  return parseConfiguration(text, { ...options, source: file, baseDirectory: dirname(resolve(file)) });
}

/** The same from a text. `source` is what messages call it. */
export function parseConfiguration(text: string, options: DocumentOptions & { readonly source: string; readonly baseDirectory: string }): ConfigurationDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [failure] = document.errors;
  if (failure !== undefined) {
    throw new GramkitError('CONFIGURATION_UNREADABLE', `this is no YAML: ${failure.message}`, { file: options.source, line: lines.linePos(failure.pos[0]).line, cause: failure });
  }
  const overrides = (options.overrides ?? []).map(parseOverride);
  for (const override of overrides) apply(document, override);
  return {
    source: options.source,
    baseDirectory: options.baseDirectory,
    name: basename(options.source).replace(/\.[^.]*$/, ''),
    value: document.toJS() as unknown,
    placeOf: (path) => overriddenPlace(path, overrides) ?? writtenPlace(document, lines, options.source, path),
  };
}

interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly text: string;
}

function parseOverride(text: string): Override {
  const [, path, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined || path.split('.').includes('')) {
    throw new GramkitError('USAGE', `'--set ${text}' is no override`, { fix: "Write '--set key.path=value', for instance '--set training.epochs=3'." });
  }
  try {
    return { path: path.split('.'), value: parse(value) as unknown, text };
  } catch (cause) {
    throw new GramkitError('USAGE', `the value of '--set ${text}' is no YAML`, { field: path, fix: 'Quote it.', cause });
  }
}

/** Sets a value; whatever stood in the way of its path (a scalar, nothing) becomes a map. */
function apply(document: Document, override: Override): void {
  for (let depth = 0; depth < override.path.length; depth++) {
    const parent = override.path.slice(0, depth);
    if (!isMap(document.getIn(parent, true))) document.setIn(parent, document.createNode({}));
  }
  document.setIn(override.path, document.createNode(override.value));
}

function overriddenPlace(path: readonly PropertyKey[], overrides: readonly Override[]): SourcePosition | undefined {
  const found = overrides.findLast((override) => override.path.every((key, index) => String(path[index]) === key));
  return found === undefined ? undefined : { source: `--set ${found.text}` };
}

function writtenPlace(document: Document, lines: LineCounter, source: string, path: readonly PropertyKey[]): SourcePosition {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsetOf(document, path.slice(0, depth));
    if (offset !== undefined) return { source, line: lines.linePos(offset).line };
  }
  return { source, line: 1 };
}

/** Offset of the key of a map's entry, or of the entry itself where the parent is a list. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const key = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  const node = document.getIn(path, true);
  return isNode(node) && node.range ? node.range[0] : undefined;
}
