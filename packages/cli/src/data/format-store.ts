import type { Ceiling, DatasetSummary, Distribution, ImpressionInspection, Inspection } from '@gramkit/data';
import { table } from '../terminal/table.js';

/** What was imported, for people. */
export function formatSummary(file: string, summary: DatasetSummary, ceiling: Ceiling | null): string {
  return table(['', ''], [...summaryFacts(file, summary), ...ceilingFacts(ceiling)]).trimStart();
}

/** What was measured in a store, for people. */
export function formatInspection(file: string, inspection: Inspection | ImpressionInspection): string {
  const measured = 'impressionsPerUser' in inspection ? impressionFacts(inspection) : interactionFacts(inspection);
  const facts = [...summaryFacts(file, inspection), ...measured, ...ceilingFacts(inspection.ceiling ?? null)];
  const examples = inspection.examples.map(({ id, fields }) => `  ${id}: ${JSON.stringify(fields)}`);
  return [table(['', ''], facts).trimStart(), '', 'Items, for example:', ...examples].join('\n');
}

function interactionFacts(inspection: Inspection): string[][] {
  const event = inspection.task === 'recommendation' ? 'clicks' : 'answers';
  return [
    [`${event} per item`, decimal(inspection.interactionsPerItem)],
    [`${event} per user`, describe(inspection.interactionsPerUser)],
    ...(inspection.task === 'recommendation' ? [] : [['positive responses', percent(inspection.positiveRate)]]),
    [`items without ${event}`, whole(inspection.itemsWithoutInteractions)],
    textFact(inspection),
    ['held out by the data set', inspection.heldOutUsers === undefined ? 'no split of its own' : `${whole(inspection.heldOutUsers)} users`],
    [`windows of ${inspection.windowLength}`, `${whole(inspection.windows)}; ${percent(inspection.paddingShare)} padding in batches of ${inspection.batchSize}`],
    ['R', `${decimal(inspection.interactionsPerUniqueItem)} interactions per unique item in a batch: what single-step GRAM saves at most`],
  ];
}

function impressionFacts(inspection: ImpressionInspection): string[][] {
  return [
    ['impressions per user', describe(inspection.impressionsPerUser)],
    ['history of an impression', `${describe(inspection.historyLength)} clicks; ${whole(inspection.differentHistories)} histories stored`],
    ['candidates of an impression', `${describe(inspection.candidatesPerImpression)}; ${percent(inspection.clickRate)} clicked`],
    ['impressions of one kind', `${whole(inspection.impressionsWithoutClick)} without a click, ${whole(inspection.impressionsAllClicked)} with nothing else`],
    ['items never met', whole(inspection.itemsNeverMet)],
    textFact(inspection),
    ['held out by the data set', inspection.heldOutImpressions === undefined ? 'no split of its own' : `${whole(inspection.heldOutImpressions)} impressions`],
    [`histories of ${inspection.windowLength}`, `${percent(inspection.paddingShare)} padding in batches of ${inspection.batchSize}`],
    ['R', `${decimal(inspection.interactionsPerUniqueItem)} items per unique item in a batch: what single-step GRAM saves at most`],
  ];
}

function textFact(inspection: Inspection | ImpressionInspection): string[] {
  return [`text ('${inspection.textField}')`, `${describe(inspection.textWords)} words; ${describe(inspection.textCharacters)} characters; ${whole(inspection.itemsWithoutText)} items without`];
}

function summaryFacts(file: string, { task, reader, users, items, interactions, impressions, candidates = 0, fingerprint, leftOut = {} }: DatasetSummary): string[][] {
  const events = impressions === undefined ? `${whole(interactions)} interactions` : `${whole(impressions)} impressions of ${whole(candidates)} candidates, ${whole(interactions)} clicked`;
  return [
    ['store', file],
    ['task', `${task} (read by '${reader}')`],
    ['size', `${whole(users)} users, ${whole(items)} items, ${events}`],
    ...Object.entries(leftOut).map(([reason, count]) => ['left out', `${whole(count)} ${reason}`]),
    ['fingerprint', fingerprint],
  ];
}

function ceilingFacts(ceiling: Ceiling | null): string[][] {
  if (ceiling === null) return [];
  const { auc, ranking, unseenAuc, unseenInteractions } = ceiling;
  const unseen = unseenInteractions === 0 ? '' : `; ${unseenAuc.toFixed(4)} on items never met in training`;
  if (ranking === undefined) return [['ceiling', `AUC ${auc.toFixed(4)} of the true probabilities on held-out users${unseen}`]];
  const { meanReciprocalRank, ndcgAt5, ndcgAt10 } = ranking;
  return [['ceiling', `AUC ${auc.toFixed(4)}, MRR ${meanReciprocalRank.toFixed(4)}, nDCG@5 ${ndcgAt5.toFixed(4)}, nDCG@10 ${ndcgAt10.toFixed(4)} of the true probabilities on held-out impressions${unseen}`]];
}

function describe({ minimum, median, mean, maximum }: Distribution): string {
  return `${whole(minimum)} to ${whole(maximum)}, median ${whole(median)}, mean ${decimal(mean)}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function decimal(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
