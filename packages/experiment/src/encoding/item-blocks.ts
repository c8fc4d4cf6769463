import type { ItemContent } from '@gramkit/spec';

/** Items that are encoded together: enough for chunks of like length. */
const itemsInBlock = 4_096;

/** Stretches of items cut anew, so that neither many small nor one large one decides how much is in memory. */
export async function* itemBlocks(stretches: AsyncIterable<readonly ItemContent[]>): AsyncGenerator<readonly ItemContent[]> {
  let block: ItemContent[] = [];
  for await (const stretch of stretches) {
    for (const item of stretch) {
      block.push(item);
      if (block.length < itemsInBlock) continue;
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}
