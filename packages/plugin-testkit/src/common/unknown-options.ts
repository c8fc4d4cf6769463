import type { ComponentKind } from '@gramkit/spec';
import { demand } from '../check.js';
import type { PluginSubject } from '../subject.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import { optionSchema, type OptionSchema } from './option-schemas.js';

/** A key that no plugin has. */
const unknownKey = 'gramkitConformanceUnknownOption';
const mend = 'make every object of the schema a z.strictObject: a misspelt option must not pass unseen.';

/** The schema takes the subject's options, and no others beside them or in objects inside them. */
export async function refusesUnknownOptions(plugin: Pick<PluginOf<ComponentKind>, 'options'>, { options = {} }: PluginSubject): Promise<void> {
  const known = await plugin.options.safeParseAsync(options);
  demand(known.success, `the schema refuses the options of the subject: ${known.error?.issues.map(({ message }) => message).join('; ')}`, 'give `options` as they would stand in a configuration.');
  const unknown = await plugin.options.safeParseAsync({ ...options, [unknownKey]: true });
  demand(!unknown.success, `the option '${unknownKey}', which nobody knows, is taken`, mend);
  const open = openObjects(optionSchema(plugin.options), 'options');
  demand(open.length === 0, `keys that nobody knows are taken in ${open.join(', ')}`, mend);
}

/** Where objects with keys of their own take others too. Records, which have none, are no such objects. */
function openObjects(schema: OptionSchema, place: string): readonly string[] {
  const { properties, additionalProperties, items, prefixItems = [], anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...(properties !== undefined && additionalProperties === undefined ? [place] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => openObjects(inner, `${place}.${name}`)),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((branch) => openObjects(branch, place)),
    ...[...(items === undefined ? [] : [items]), ...prefixItems].flatMap((inner) => openObjects(inner, `${place}[]`)),
  ];
}
