import { type ComponentKind, componentKinds } from '@gramkit/spec';
import { z } from 'zod';
import { explainIssues } from '../configuration/issues.js';

const exportPath = z
  .string()
  .regex(/^\.(\/.+)?$/, "expected '.' or a path of the package's exports such as './patches'")
  .default('.');

const declaredPluginSchema = z.object({
  kind: z.enum(componentKinds),
  name: z.string().min(1),
  specificationVersion: z.int(),
  description: z.string().default(''),
  export: exportPath,
});

const gramkitFieldSchema = z.object({ plugins: z.array(declaredPluginSchema).min(1) });

/** What the field `gramkit` of a package.json says about a plugin, known without running the package's code. */
export interface DeclaredPlugin {
  readonly kind: ComponentKind;
  readonly name: string;
  readonly specificationVersion: number;
  readonly description: string;
  /** The path of the package's `exports` that holds it: `.` is the package itself. */
  readonly export: string;
}

/** What a field `gramkit` declares. Keys that are not known here are left alone: a later version may have added them. */
export function declaredPlugins(field: unknown): { readonly plugins: readonly DeclaredPlugin[]; readonly problem?: string } {
  if (field === undefined) return { plugins: [] };
  const checked = gramkitFieldSchema.safeParse(field);
  if (checked.success) return { plugins: checked.data.plugins };
  const issues = explainIssues(checked.error.issues, () => []).map(({ path, message }) => `${['gramkit', ...path].join('.')}: ${message}`);
  return { plugins: [], problem: `the field 'gramkit' of its package.json cannot be read: ${issues.join('; ')}` };
}
