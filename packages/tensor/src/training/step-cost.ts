import type { PreparedItems, StepReport } from '@gramkit/spec';

/** What went through the encoder; padding tokens never count. */
export type EncoderCost = Pick<StepReport, 'encoderItemsForward' | 'encoderItemsBackward' | 'encoderTokensForward' | 'encoderTokensBackward'>;

export const noCost: EncoderCost = { encoderItemsForward: 0, encoderItemsBackward: 0, encoderTokensForward: 0, encoderTokensBackward: 0 };

/** The cost of `items` items of `tokens` tokens together, encoded `forward` times and back-propagated `backward` times. */
export function encoderCost(items: number, tokens: number, forward: number, backward: number): EncoderCost {
  return {
    encoderItemsForward: items * forward,
    encoderItemsBackward: items * backward,
    encoderTokensForward: tokens * forward,
    encoderTokensBackward: tokens * backward,
  };
}

/** The cost of encoding the rows `rows` once, without a gradient. */
export function forwardCost(catalogue: PreparedItems, rows: ArrayLike<number>): EncoderCost {
  let tokens = 0;
  for (let index = 0; index < rows.length; index++) tokens += catalogue.lengthOf(rows[index]!);
  return encoderCost(rows.length, tokens, 1, 0);
}

/** The cost of encoding the whole catalogue once, without a gradient. */
export function catalogueCost(catalogue: PreparedItems): EncoderCost {
  return forwardCost(catalogue, Int32Array.from({ length: catalogue.count }, (_, row) => row));
}

export function addCosts(...costs: readonly EncoderCost[]): EncoderCost {
  return costs.reduce(
    (sum, cost) => ({
      encoderItemsForward: sum.encoderItemsForward + cost.encoderItemsForward,
      encoderItemsBackward: sum.encoderItemsBackward + cost.encoderItemsBackward,
      encoderTokensForward: sum.encoderTokensForward + cost.encoderTokensForward,
      encoderTokensBackward: sum.encoderTokensBackward + cost.encoderTokensBackward,
    }),
    noCost,
  );
}
