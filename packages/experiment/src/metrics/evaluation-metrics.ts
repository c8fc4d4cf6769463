import type { Json, Quality, Task } from '@gramkit/spec';
import { intervalConventions } from '../bootstrap/interval-conventions.js';
import { knowledgeTracingConventions, type KnowledgeTracingMetrics } from './knowledge-tracing-metrics.js';
import { recommendationConventions, type RecommendationMetrics } from './recommendation-metrics.js';

/** Quality of an evaluation; `task` tells which numbers there are. */
export type EvaluationMetrics = KnowledgeTracingMetrics | RecommendationMetrics;

/** The metrics that are quality, by task: what early stopping can watch, and what intervals are given for. */
export const metricNames = {
  'knowledge-tracing': ['auc', 'accuracy', 'loss', 'coldStartAuc'],
  recommendation: ['auc', 'meanReciprocalRank', 'ndcgAt5', 'ndcgAt10', 'loss', 'coldStartAuc'],
} as const satisfies Record<Task, readonly string[]>;

export type MetricName = (typeof metricNames)[Task][number];

/** Every name there is, of either task. */
export const allMetricNames = [...new Set(Object.values(metricNames).flat())] as readonly MetricName[];

/** Whether a lower value is the better one. */
export function isBetterLower(name: MetricName): boolean {
  return name === 'loss';
}

/** A metric by name; null where it is not defined, or not of this task. */
export function metricOf(metrics: EvaluationMetrics, name: MetricName): number | null {
  return (metrics as Partial<Record<MetricName, number | null>>)[name] ?? null;
}

/** How the metrics of a task are counted; written into every run and result. */
export function metricConventions(task: Task): Readonly<Record<string, Json>> {
  return { ...(task === 'recommendation' ? recommendationConventions : knowledgeTracingConventions), ...intervalConventions };
}

/** The numbers that are defined, as strategies and tables of progress read them. */
export function qualityOf(metrics: EvaluationMetrics): Quality {
  return Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
