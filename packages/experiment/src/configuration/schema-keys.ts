import { z } from 'zod';

/** JSON Schema as far as the reference and the suggestions read it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  /** Of a tuple. */
  readonly prefixItems?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
}

/** JSON Schema of what a user may write. Parts that have no JSON form (a transform, a custom check) are left open. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/** Keys that a schema knows at a path, over all branches of a union. */
export function keysOf(schema: JsonSchema, path: readonly PropertyKey[] = []): string[] {
  const branches = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const [key, ...rest] = path;
  if (key === undefined) return [...new Set(branches.flatMap((branch) => Object.keys(branch.properties ?? {})))];
  return [...new Set(branches.flatMap((branch) => {
    const next = branch.properties?.[String(key)] ?? branch.items;
    return next === undefined ? [] : keysOf(next, rest);
  }))];
}
