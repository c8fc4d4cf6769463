import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readers } from '@gramkit/data';

/**
 * Writes the sample that a reader starts with, out of Gramkit's own generator:
 * `node --conditions=@gramkit/source --import tsx tools/create-plugin/sample-data.ts`
 */
const folder = new URL('../../packages/create-plugin/templates/reader/data/', import.meta.url);
const { options, create } = readers.generated;
const reader = await create({ options: options.parse({ users: 60, items: 24, interactionsPerUser: 16, seed: 1 }) });

async function write(name: string, lines: readonly string[]): Promise<void> {
  await writeFile(fileURLToPath(new URL(name, folder)), lines.map((line) => `${line}\n`).join(''));
}

const items: string[] = [];
for await (const stretch of reader.items()) items.push(...stretch.map(({ id, fields }) => `${id}\t${fields['text']!}`));
await write('items.tsv', items);

const answers: string[] = [];
for await (const { userIds, itemIds, responses } of reader.interactions()) answers.push(...userIds.map((user, row) => `${user}\t${itemIds[row]!}\t${responses[row]!}`));
await write('answers.tsv', answers);
