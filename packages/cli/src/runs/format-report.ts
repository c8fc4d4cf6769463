import type { Evaluation, KnowledgeTracingMetrics, RunReport } from '@gramkit/experiment';
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
    ...(report.ceilingAuc === null ? [] : [['ceiling', `AUC ${quality(report.ceilingAuc)} (of the true probabilities)`]]),
  ];
  return table(['', ''], facts).trimStart();
}

/** An evaluation, for people. */
export function formatEvaluation({ runDirectory, checkpoint, step, split, metrics }: Evaluation): string {
  return table(['', ''], [
    ['run', runDirectory],
    ['checkpoint', `${checkpoint} (step ${step})`],
    [split, describeMetrics(metrics)],
    ['predictions', `${metrics.predictions.toLocaleString('en')}, ${metrics.coldStartPredictions.toLocaleString('en')} of them on items never met in training`],
  ]).trimStart();
}

function describeStrategy({ use, interval }: RunReport['strategy']): string {
  return `${use}${typeof interval === 'string' || typeof interval === 'number' ? ` (interval ${interval})` : ''}`;
}

function describeMetrics({ auc, accuracy, loss, coldStartAuc }: KnowledgeTracingMetrics): string {
  return `AUC ${quality(auc)}, cold-start AUC ${quality(coldStartAuc)}, accuracy ${quality(accuracy)}, loss ${quality(loss)}`;
}

function quality(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function duration(seconds: number): string {
  return prettyMilliseconds(seconds * 1000);
}
