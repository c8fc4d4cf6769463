import { resolve } from 'node:path';
import { definePlugin, GramkitError, specificationVersion, tokens, type DatasetReader, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { z } from 'zod';
import { fingerprintFiles } from './fingerprint-files.js';
import { numberedLines, type NumberedLine } from './numbered-lines.js';

export const assistmentsOptions = z.strictObject({
  path: z.string().min(1).describe('The folder of the data set; a relative path starts from the folder of the configuration.'),
  interactions: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).default('train.csv')
    .describe('File or files with three lines a student: number of responses, skill ids, 0 or 1 for each. Within the folder.'),
  skills: z.string().min(1).default('skills.tsv').describe('File with a skill id and its name a line, separated by a tab. Within the folder.'),
});

export type AssistmentsOptions = z.output<typeof assistmentsOptions>;

const formatHelp = 'a student takes three lines: the number of responses, that many skill ids, that many times 0 or 1, separated by commas';

/**
 * ASSISTments skill-builder sequences as the DKVMN authors publish them. An item is a skill, its `text` the skill's name;
 * the catalogue is every skill of `skills.tsv` by ascending number. A user's id is the student's number over all files, from 1.
 */
export function createAssistmentsReader(options: AssistmentsOptions, baseDirectory: string): DatasetReader {
  const inFolder = (file: string) => resolve(baseDirectory, options.path, file);
  const skillsFile = inFolder(options.skills);
  const files = [options.interactions].flat().map(inFolder);
  return {
    specificationVersion, kind: 'reader', name: 'assistments', task: 'knowledge-tracing',
    fingerprint: () => fingerprintFiles([skillsFile, ...files], 'assistments 1'),
    async *items(): AsyncGenerator<ItemContent[]> {
      yield await readSkills(skillsFile);
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {
      const known = new Set((await readSkills(skillsFile)).map(({ id }) => id));
      let student = 0;
      for (const file of files) {
        const before = student;
        for await (const { skills, responses } of readStudents(file, known)) {
          student++;
          yield { userIds: new Array<string>(skills.length).fill(String(student)), itemIds: skills, responses };
        }
        if (student === before) throw new GramkitError('DATA_EMPTY', 'there are no students', { file, fix: formatHelp });
      }
    },
    dispose: () => {},
  };
}

/** Skills by ascending number; names trimmed and without quotes around them. */
async function readSkills(file: string): Promise<ItemContent[]> {
  const names = new Map<number, string>();
  for await (const { number: line, text } of numberedLines(file)) {
    if (text.trim() === '') continue;
    const tab = text.indexOf('\t');
    if (tab < 0) throw new GramkitError('DATA_MALFORMED', `found '${shortened(text)}', expected a skill id, a tab and a name`, { file, line, field: 'skill', fix: 'separate id and name by a tab' });
    const id = wholeNumber(text.slice(0, tab), { file, line, what: 'skill id' });
    if (names.has(id)) throw new GramkitError('DATA_MALFORMED', `skill ${id} is there twice`, { file, line, field: 'skill id', fix: 'keep one of the two lines' });
    const name = text.slice(tab + 1).trim().replace(/^"+|"+$/g, '');
    if (name === '') throw new GramkitError('DATA_MALFORMED', `skill ${id} has no name`, { file, line, field: 'name', fix: 'name the skill: its name is what the encoder reads' });
    names.set(id, name);
  }
  if (names.size === 0) throw new GramkitError('DATA_EMPTY', 'there are no skills', { file, fix: 'give a line with id, tab and name for every skill' });
  return [...names.keys()].sort((a, b) => a - b).map((id) => ({ id: String(id), fields: { text: names.get(id)! } }));
}

interface Student {
  readonly skills: string[];
  readonly responses: Uint8Array;
}

/** The students of a file. Empty lines may only stand at its end. */
async function* readStudents(file: string, known: ReadonlySet<string>): AsyncGenerator<Student> {
  let lines: NumberedLine[] = [];
  let empty: number | undefined;
  for await (const line of numberedLines(file)) {
    if (line.text.trim() === '') {
      empty ??= line.number;
      continue;
    }
    if (empty !== undefined) throw new GramkitError('DATA_MALFORMED', 'the line is empty', { file, line: empty, fix: `remove it; ${formatHelp}` });
    lines.push(line);
    if (lines.length < 3) continue;
    yield parseStudent(file, lines as [NumberedLine, NumberedLine, NumberedLine], known);
    lines = [];
  }
  if (lines.length > 0) {
    const part = lines.length === 1 ? 'number of responses' : 'skill ids';
    throw new GramkitError('DATA_MALFORMED', `the file ends after the ${part} of a student`, { file, line: lines.at(-1)!.number, field: 'student', fix: `complete the file; ${formatHelp}` });
  }
}

function parseStudent(file: string, [countLine, skillLine, responseLine]: readonly [NumberedLine, NumberedLine, NumberedLine], known: ReadonlySet<string>): Student {
  const count = wholeNumber(countLine.text, { file, line: countLine.number, what: 'number of responses' });
  const skills = fieldsOf(file, skillLine, count, 'skill ids').map((field) => {
    const id = String(wholeNumber(field, { file, line: skillLine.number, what: 'skill id' }));
    if (!known.has(id)) throw new GramkitError('DATA_MALFORMED', `skill ${id} is not in the file of skills`, { file, line: skillLine.number, field: 'skill ids', fix: 'add the skill to the file of skills, or correct the id' });
    return id;
  });
  const responses = Uint8Array.from(fieldsOf(file, responseLine, count, 'responses'), (field) => {
    if (field === '0' || field === '1') return Number(field);
    throw new GramkitError('DATA_MALFORMED', `a response is '${shortened(field)}', expected 0 or 1`, { file, line: responseLine.number, field: 'responses', fix: 'write 1 for correct and 0 for incorrect' });
  });
  return { skills, responses };
}

/** The values of a line; a comma at its end is let pass. */
function fieldsOf(file: string, { number: line, text }: NumberedLine, count: number, what: string): string[] {
  const fields = text.trim().replace(/,$/, '').split(',').map((field) => field.trim());
  if (fields.length === count) return fields;
  throw new GramkitError('DATA_MALFORMED', `there are ${fields.length} ${what}, expected ${count} as the student's first line says`, { file, line, field: what, fix: formatHelp });
}

function wholeNumber(text: string, { file, line, what }: { file: string; line: number; what: string }): number {
  const trimmed = text.trim().replace(/,$/, '');
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  throw new GramkitError('DATA_MALFORMED', `the ${what} is '${shortened(trimmed)}', expected a whole number`, { file, line, field: what, fix: formatHelp });
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'assistments',
  description: 'Reads ASSISTments skill-builder sequences: three lines a student, and the names of the skills.',
  task: 'knowledge-tracing',
  options: assistmentsOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createAssistmentsReader(options, baseDirectory),
});
