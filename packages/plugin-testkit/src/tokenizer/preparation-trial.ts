import type { HostTensor, HostTensors, ItemContent, PreparedItems, Preprocessor } from '@gramkit/spec';

/** A preprocessor under test, and items for it. */
export interface PreparationTrial {
  readonly preprocessor: Preprocessor;
  readonly items: readonly ItemContent[];
  /** The items, prepared. */
  readonly prepared: PreparedItems;
}

export function preparationOf(preprocessor: Preprocessor, items: readonly ItemContent[]): PreparationTrial {
  return { preprocessor, items, prepared: preprocessor.prepare(items) };
}

/** Token ids of each row without padding, where rows hold token ids. */
export function tokenRows({ tokenIds, lengths }: HostTensors): readonly (readonly number[])[] | undefined {
  if (tokenIds?.shape.length !== 2 || lengths === undefined) return undefined;
  const width = tokenIds.shape[1]!;
  return Array.from(lengths.data, (length, row) => Array.from(tokenIds.data.slice(row * width, row * width + length)));
}

/** What a preprocessor makes of some items, all alone and all together, as one text to compare. */
export function contentOf(prepared: PreparedItems): string {
  const rows = Array.from({ length: prepared.count }, (_, row) => row);
  return JSON.stringify([rows.map((row) => plain(prepared.collate([row]))), plain(prepared.collate(rows)), rows.map((row) => prepared.lengthOf(row))]);
}

function plain(tensors: HostTensors): unknown {
  return Object.entries(tensors).map(([name, { dtype, shape, data }]: [string, HostTensor]) => [name, dtype, shape, Array.from(data)]);
}
