import { componentKinds, type ComponentKind } from '@gramkit/spec';
import { builtInsOf } from '../plugins/built-in.js';
import { resolvePlugin } from '../plugins/resolve-plugin.js';
import { defaultInWords, describeOptions } from './describe-options.js';
import { configurationSchema } from './schema.js';
import { jsonSchemaOf, type JsonSchema } from './schema-keys.js';

/** The configuration reference as Markdown, made from the schemas: the configuration's own keys, then the options of every built-in plugin. */
export async function configurationReference(): Promise<string> {
  const parts = ['# Configuration reference', '', 'Made from the schemas. A key without a default must be given unless it is marked optional.', '', ...section('The configuration', undefined, jsonSchemaOf(configurationSchema))];
  for (const kind of componentKinds) parts.push(...(await pluginSections(kind)));
  return `${parts.join('\n').replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}

async function pluginSections(kind: ComponentKind): Promise<string[]> {
  const parts: string[] = [];
  for (const { name, packageName } of builtInsOf(kind)) {
    const plugin = await resolvePlugin(kind, name, { projectDirectory: '.' });
    parts.push(...section(`${kind} \`${name}\``, `${plugin.description} (\`${packageName}\`)`, jsonSchemaOf(plugin.options)));
  }
  return parts;
}

function section(title: string, description: string | undefined, schema: JsonSchema): string[] {
  const rows = describeOptions(schema, code).map((option) => [code(option.key), option.type, defaultInWords(option, code), option.description]);
  const table = rows.length === 0 ? ['No options.'] : ['| key | type | default | meaning |', '|---|---|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)];
  return ['', `## ${title}`, '', ...(description === undefined ? [] : [description, '']), ...table];
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
