import { Option, type Command } from 'commander';
import { GramkitError } from '@gramkit/spec';
import { z } from 'zod';
import { generatorOptionsSchema, type GeneratorKind } from './generators.js';

/** What the JSON schema of the generator's options says of one of them. */
interface OptionSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** Adds a flag for every option of a generator: `interactionsPerUser` is `--interactions-per-user <number>`. */
export async function addGeneratorFlags(command: Command, kind: GeneratorKind): Promise<void> {
  for (const [name, { type, default: standard, description = '' }] of Object.entries(await generatorSchema(kind))) {
    const value = type === 'array' ? '<number,number>' : '<number>';
    const shown = standard === undefined ? '' : ` (default: ${Array.isArray(standard) ? standard.join(',') : String(standard)})`;
    command.addOption(new Option(`--${flagOf(name)} ${value}`, `${description}${shown}`));
  }
}

async function generatorSchema(kind: GeneratorKind): Promise<Readonly<Record<string, OptionSchema>>> {
  const { properties = {} } = z.toJSONSchema(await generatorOptionsSchema(kind), { io: 'input' });
  return properties as Record<string, OptionSchema>;
}

/**
 * The options of a generator out of what the command line gave, checked.
 * @throws GramkitError USAGE for what is no number, and for what the generator refuses.
 */
export async function generatorOptionsOf(kind: GeneratorKind, given: Readonly<Record<string, unknown>>): Promise<unknown> {
  const values: Record<string, number | number[]> = {};
  for (const [name, { type }] of Object.entries(await generatorSchema(kind))) {
    const text = given[name];
    if (typeof text === 'string') values[name] = parseNumbers(name, text, type === 'array');
  }
  const checked = (await generatorOptionsSchema(kind)).safeParse(values);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `--${flagOf(String(issue.path[0] ?? ''))}: ${issue.message}`);
  throw new GramkitError('USAGE', `the generator refuses its options: ${problems.join('; ')}`, { fix: `npx gram data generate --kind ${kind} --help` });
}

function parseNumbers(name: string, text: string, several: boolean): number | number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.some(Number.isNaN) || (!several && numbers.length > 1)) {
    throw new GramkitError('USAGE', `--${flagOf(name)} takes ${several ? 'numbers with commas between them' : 'a number'}, not '${text}'`, { fix: 'npx gram data generate --help' });
  }
  return several ? numbers : numbers[0]!;
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
