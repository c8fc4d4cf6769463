import type { Evaluation, EvaluationMetrics, MetricIntervals, RunReport } from '@gramkit/experiment';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { table } from '../terminal/table.js';

/** What a run cost and gave, for people. */
export function formatReport(report: RunReport): string {
  const { secondsPerEpoch, test, validation } = report;
  const facts: string[][] = [
    ['run', report.runDirectory],
    ['strategy', describeStrategy(report.strategy)],
    ['trained', `${report.epochsTrained} of ${report.epochsPlanned} epochs, ${report.steps} steps in ${duration(report.trainingSeconds)}${report.complete ? '' : ` (cut short by ${report.stoppedBy})`}`],
    ['an epoch', `${duration(secondsPerEpoch.seconds)} (${secondsPerEpoch.basis})`],
    ['encoder', `${report.encoderItemsForward.toLocaleString('en')} items forward, ${report.encoderItemsBackward.toLocaleString('en')} back`],
    ['peak memory', prettyBytes(report.peakMemoryBytes)],
    ...validation.slice(-1).map(({ epoch, metrics }) => [`validation (epoch ${epoch})`, describeMetrics(metrics)]),
    ...(test === null ? [] : [['test', describeMetrics(test)]]),
    ...(report.testIntervals === null ? [] : [describeIntervals(report.testIntervals)]),
    ...(report.ceilingAuc === null ? [] : [['ceiling', `AUC ${quality(report.ceilingAuc)} (of the true probabilities)`]]),
  ];
  return table(['', ''], facts).trimStart();
}

/** An evaluation, for people. */
export function formatEvaluation({ runDirectory, checkpoint, step, split, metrics, intervals }: Evaluation): string {
  return table(['', ''], [
    ['run', runDirectory],
    ['checkpoint', `${checkpoint} (step ${step})`],
    [split, describeMetrics(metrics)],
    describeIntervals(intervals),
    describeCounts(metrics),
  ]).trimStart();
}

function describeStrategy({ use, interval }: RunReport['strategy']): string {
  return `${use}${typeof interval === 'string' || typeof interval === 'number' ? ` (interval ${interval})` : ''}`;
}

function describeMetrics(metrics: EvaluationMetrics): string {
  const common = `AUC ${quality(metrics.auc)}, cold-start AUC ${quality(metrics.coldStartAuc)}`;
  if (metrics.task === 'knowledge-tracing') return `${common}, accuracy ${quality(metrics.accuracy)}, loss ${quality(metrics.loss)}`;
  return `${common}, MRR ${quality(metrics.meanReciprocalRank)}, nDCG@5 ${quality(metrics.ndcgAt5)}, nDCG@10 ${quality(metrics.ndcgAt10)}, loss ${quality(metrics.loss)}`;
}

/** The interval of each metric that has one. */
function describeIntervals({ level, of }: MetricIntervals): [string, string] {
  const known = Object.entries(of).flatMap(([name, interval]) => (interval === null ? [] : [{ name, ...interval }]));
  const texts = known.map(({ name, low, high }) => `${name} ${quality(low)} to ${quality(high)}`);
  return [`${level * 100}% intervals`, texts.length === 0 ? '–' : texts.join(', ')];
}

/** What the metrics are over. */
function describeCounts(metrics: EvaluationMetrics): [string, string] {
  const count = (number: number): string => number.toLocaleString('en');
  if (metrics.task === 'knowledge-tracing') return ['predictions', `${count(metrics.predictions)}, ${count(metrics.coldStartPredictions)} of them on items never met in training`];
  return ['impressions', `${count(metrics.impressions)}, of ${count(metrics.coldStartImpressions)} a cold-start AUC; ${count(metrics.oneClassImpressions)} of one class left out`];
}

function quality(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function duration(seconds: number): string {
  return prettyMilliseconds(seconds * 1000);
}
