import type { JsonSchema } from './schema-keys.js';

/** A key that a schema knows, in words. */
export interface DescribedOption {
  /** Keys that lead to it, joined by dots. */
  readonly key: string;
  /** `section` for a key that only holds others, which follow it. */
  readonly type: string;
  readonly required: boolean;
  /** Absent where there is none: of a section, of a required key, and of an optional one that may be left out. */
  readonly default?: unknown;
  /** Empty where its schema has none. */
  readonly description: string;
}

/** How literal values are marked within a type's words. */
type Mark = (literal: string) => string;
const unmarked: Mark = (literal) => literal;

/** Every key of a schema, a section before its keys. */
export function describeOptions(schema: JsonSchema, mark: Mark = unmarked, path: readonly string[] = []): DescribedOption[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const here = [...path, key];
    const named = { key: here.join('.'), description: property.description ?? '' };
    if (property.properties !== undefined) return [{ ...named, type: 'section', required: false }, ...describeOptions(property, mark, here)];
    const required = property.default === undefined && schema.required?.includes(key) === true;
    return [{ ...named, type: typeOf(property, mark), required, ...(property.default === undefined ? {} : { default: property.default }) }];
  });
}

/** Its default in words; that a key is required, or may be left out, where it has none. */
export function defaultInWords({ type, required, default: value }: DescribedOption, mark: Mark = unmarked): string {
  if (type === 'section') return '';
  if (value !== undefined) return mark(JSON.stringify(value));
  return required ? 'required' : 'optional';
}

function typeOf(schema: JsonSchema, mark: Mark): string {
  const inner = (part: JsonSchema): string => typeOf(part, mark);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(inner))].join(' or ');
  if (schema.const !== undefined) return mark(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => mark(JSON.stringify(value))).join(', ');
  if (schema.properties !== undefined) return `{ ${Object.entries(schema.properties).map(([key, property]) => (property.const === undefined ? key : `${key}: ${inner(property)}`)).join(', ')} }`;
  if (schema.prefixItems !== undefined) return `list of ${schema.prefixItems.map(inner).join(' and ')}`;
  if (schema.items !== undefined) return `list of ${inner(schema.items)}`;
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
