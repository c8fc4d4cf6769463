import type { Batch, HostTensor } from '@gramkit/spec';

/**
 * The batch as E2E sees it: a row for every reference that is no padding, row-major, array by array, so that an item which occurs
 * five times is encoded five times. The rows carry catalogue numbers: repeated occurrences share their item's dropout masks.
 */
export function everyOccurrence({ itemIds, references, fields }: Batch): { readonly rows: Int32Array; readonly batch: Pick<Batch, 'references' | 'fields'> } {
  const rows: number[] = [];
  const repoint = ({ data, shape }: HostTensor): HostTensor => ({
    dtype: 'int32',
    shape,
    data: Int32Array.from(data, (reference) => (reference < 0 ? -1 : rows.push(itemIds[reference]!) - 1)),
  });
  const repointed = Object.fromEntries(Object.entries(references).map(([name, array]) => [name, repoint(array)]));
  return { rows: Int32Array.from(rows), batch: { references: repointed, fields } };
}
