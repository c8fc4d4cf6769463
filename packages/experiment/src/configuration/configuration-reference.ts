import { componentKinds, type ComponentKind } from '@gramkit/spec';
import { builtInsOf } from '../plugins/built-in.js';
import { resolvePlugin } from '../plugins/resolve-plugin.js';
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
  const rows = rowsOf(schema, []);
  const table = rows.length === 0 ? ['No options.'] : ['| key | type | default | meaning |', '|---|---|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)];
  return ['', `## ${title}`, '', ...(description === undefined ? [] : [description, '']), ...table];
}

/** A row a key, and one for each section before its keys. */
function rowsOf(schema: JsonSchema, path: readonly string[]): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = [...path, key];
    if (property.properties !== undefined) return [[`\`${here.join('.')}\``, 'section', '', property.description ?? ''], ...rowsOf(property, here)];
    const needed = schema.required?.includes(key) === true;
    const value = property.default === undefined ? (needed ? 'required' : 'optional') : `\`${JSON.stringify(property.default)}\``;
    return [[`\`${here.join('.')}\``, typeOf(property), value, property.description ?? '']];
  });
}

function typeOf(schema: JsonSchema): string {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.properties !== undefined) return `{ ${Object.entries(schema.properties).map(([key, property]) => (property.const === undefined ? key : `${key}: ${typeOf(property)}`)).join(', ')} }`;
  if (schema.prefixItems !== undefined) return `list of ${schema.prefixItems.map(typeOf).join(' and ')}`;
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const type = typeof schema.type === 'string' ? schema.type : (schema.type?.join(' or ') ?? 'any');
  return `${type}${rangeOf(schema)}`;
}

/** Bounds that mean something to a person; those of JavaScript's integers do not. */
function rangeOf(schema: JsonSchema): string {
  const bounds = [
    schema.exclusiveMinimum === undefined ? undefined : `> ${schema.exclusiveMinimum}`,
    schema.minimum === undefined || schema.minimum === Number.MIN_SAFE_INTEGER ? undefined : `>= ${schema.minimum}`,
    schema.exclusiveMaximum === undefined ? undefined : `< ${schema.exclusiveMaximum}`,
    schema.maximum === undefined || schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : `<= ${schema.maximum}`,
  ].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
