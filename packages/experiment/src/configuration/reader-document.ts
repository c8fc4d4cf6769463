import { parseConfiguration, type ConfigurationDocument } from './document.js';

/**
 * The data section of a configuration for a reader that the command line names: what is wrong with it stands in no line of a file.
 * @param options `option=value` each; the value is read as YAML
 * @throws GramkitError USAGE for an option that is not written so.
 */
export function readerDocument(reader: string, options: readonly string[], baseDirectory: string): ConfigurationDocument {
  const section = 'data';
  const document = parseConfiguration(`${section}: { use: ${JSON.stringify(reader)} }`, { source: '(command line)', baseDirectory, overrides: options.map((text) => `${section}.${text}`) });
  return {
    ...document,
    placeOf: (path) => ({ source: document.placeOf(path).source.replace(`--set ${section}.`, '--set ') }),
    fixOfMissing: ([, ...option]) => `Give it: --set ${option.map(String).join('.')}=…`,
  };
}
