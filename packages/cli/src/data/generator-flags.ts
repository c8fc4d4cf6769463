import { Option, type Command } from 'commander';
import { GramkitError } from '@gramkit/spec';

/** What the JSON schema of the generator's options says of one of them. */
interface OptionSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** Adds a flag for every option of the generator: `interactionsPerUser` is `--interactions-per-user <number>`. */
export async function addGeneratorFlags(command: Command): Promise<void> {
  for (const [name, { type, default: standard, description = '' }] of Object.entries(await generatorSchema())) {
    const value = type === 'array' ? '<number,number>' : '<number>';
    const shown = standard === undefined ? '' : ` (default: ${Array.isArray(standard) ? standard.join(',') : String(standard)})`;
    command.addOption(new Option(`--${flagOf(name)} ${value}`, `${description}${shown}`));
  }
}

async function generatorSchema(): Promise<Readonly<Record<string, OptionSchema>>> {
  const [{ readers }, { z }] = await Promise.all([import('@gramkit/data'), import('zod')]);
  const { properties = {} } = z.toJSONSchema(readers.generated.options, { io: 'input' });
  return properties as Record<string, OptionSchema>;
}

/**
 * The generator's options out of what the command line gave.
 * @throws GramkitError USAGE for what is no number, and for what the generator refuses.
 */
export async function generatorOptionsOf(given: Readonly<Record<string, unknown>>) {
  const schema = await generatorSchema();
  const { readers } = await import('@gramkit/data');
  const values: Record<string, number | number[]> = {};
  for (const name of Object.keys(schema)) {
    const text = given[name];
    if (typeof text === 'string') values[name] = parseNumbers(name, text, schema[name]!.type === 'array');
  }
  const checked = readers.generated.options.safeParse(values);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `--${flagOf(String(issue.path[0] ?? ''))}: ${issue.message}`);
  throw new GramkitError('USAGE', `the generator refuses its options: ${problems.join('; ')}`, { fix: 'npx gram data generate --help' });
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
