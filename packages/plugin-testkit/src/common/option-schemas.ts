import { z } from 'zod';

/** JSON Schema as far as it is read here. */
export interface OptionSchema {
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly additionalProperties?: boolean | OptionSchema;
  readonly anyOf?: readonly OptionSchema[];
  readonly oneOf?: readonly OptionSchema[];
  readonly allOf?: readonly OptionSchema[];
  readonly items?: OptionSchema;
  readonly prefixItems?: readonly OptionSchema[];
}

/** What a user may write; parts that have no JSON form are left open. */
export function optionSchema(options: z.ZodType): OptionSchema {
  return z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as OptionSchema;
}

/** The options by name. */
export function propertiesOf(options: z.ZodType): readonly (readonly [string, OptionSchema])[] {
  return Object.entries(optionSchema(options).properties ?? {});
}
