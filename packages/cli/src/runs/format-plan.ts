import type { DataShape, Plan, StrategyEstimate } from '@gramkit/experiment';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { table } from '../terminal/table.js';

/** A plan, for people. */
export function formatPlan(plan: Plan): string {
  const { shape, strategies, recommendation, epochs, batchSize, device, precision } = plan;
  const heads = ['strategy', 'an epoch', `${epochs} epochs`, 'once', 'items forward', 'items back', 'peak memory'];
  return [
    table(['', ''], [...shapeFacts(shape, batchSize), ['machine', `${device}, ${precision}`]]).trimStart(),
    '',
    table(heads, strategies.map(estimateCells)),
    '',
    'Items are those through the encoder in an epoch. From:',
    ...strategies.map(({ strategy, basis }) => `  ${strategy}: ${basis.join('; ')}`),
    '',
    recommendation.strategy === undefined ? 'No strategy can be recommended:' : `Recommended: ${recommendation.strategy}`,
    ...recommendation.reasons.map((reason) => `  ${reason}`),
    '',
  ].join('\n');
}

function shapeFacts(shape: DataShape, batchSize: number): string[][] {
  const { users, items, interactions, interactionsPerItem, stepsPerEpoch, batches, interactionsPerBatch, uniqueItemsPerBatch, interactionsPerUniqueItem, catalogueTokens } = shape;
  return [
    ['data', `${whole(users)} users, ${whole(items)} items of ${decimal(catalogueTokens / items)} tokens, ${whole(interactions)} interactions`],
    ['batches', `${whole(stepsPerEpoch)} of ${whole(batchSize)} an epoch; of ${whole(interactionsPerBatch)} interactions with ${whole(uniqueItemsPerBatch)} unique items (the first ${whole(batches)})`],
    ['R of a batch', decimal(interactionsPerUniqueItem)],
    ['R of the data', decimal(interactionsPerItem)],
  ];
}

function estimateCells({ strategy, secondsPerEpoch, trainingSeconds, onceSeconds, perEpoch, peakMemoryBytes }: StrategyEstimate): string[] {
  return [strategy, duration(secondsPerEpoch), duration(trainingSeconds), duration(onceSeconds), whole(perEpoch.itemsForward), whole(perEpoch.itemsBackward), prettyBytes(peakMemoryBytes)];
}

function duration(seconds: number): string {
  return prettyMilliseconds(seconds * 1000);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function decimal(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}
