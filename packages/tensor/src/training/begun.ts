import type { ItemEncoder, StrategyContext } from '@gramkit/spec';
import { GramkitError } from '@gramkit/spec';
import { trainableWeights } from './gradients.js';

/**
 * The context a strategy was begun with.
 * @throws TypeError where `begin` has not been called: a mistake in the calling program.
 */
export function begun(context: StrategyContext | undefined): StrategyContext {
  if (context === undefined) throw new TypeError('A strategy must be begun (`begin`) before anything else is asked of it.');
  return context;
}

/**
 * Refuses what no strategy can work with.
 * @throws GramkitError DATA_EMPTY for an empty catalogue; CONFIGURATION_INVALID for counts that are no whole numbers from one.
 */
export function checkContext({ catalogue, stepsPerEpoch, epochs }: StrategyContext): void {
  if (catalogue.count === 0) throw new GramkitError('DATA_EMPTY', 'The catalogue holds no item', { fix: 'Check that the data set was imported with its items.' });
  for (const [field, value] of Object.entries({ stepsPerEpoch, epochs })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new GramkitError('CONFIGURATION_INVALID', `A run of ${value} ${field} cannot be trained`, { field, fix: 'Give it at least 1 (a smaller batch size makes more steps).' });
    }
  }
}

/** @throws GramkitError CONFIGURATION_INVALID where every weight of the encoder is frozen. */
export function checkTrainable(encoder: ItemEncoder, strategy: string): void {
  if (trainableWeights(encoder.weights).length > 0) return;
  throw new GramkitError('CONFIGURATION_INVALID', `The strategy '${strategy}' trains the encoder '${encoder.name}', whose weights are all frozen`, {
    field: 'strategy.use',
    fix: "Use the strategy 'frozen', or leave some of the encoder's layers trainable.",
  });
}
