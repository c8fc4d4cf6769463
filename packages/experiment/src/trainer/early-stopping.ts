import type { Json } from '@gramkit/spec';
import { isBetterLower, metricOf, type EvaluationMetrics, type MetricName } from '../metrics/evaluation-metrics.js';

/** The best evaluation so far. */
export interface BestEvaluation {
  /** What the watched metric was on the validation users. */
  readonly value: number;
  readonly step: number;
  /** Epochs trained by then. */
  readonly epoch: number;
}

/** Watches a metric on the validation users (never the test set's) and says when it has stopped getting better. */
export class EarlyStopping {
  #best: BestEvaluation | undefined;
  #evaluationsSinceBest = 0;

  /** `patience`: evaluations in a row without a better value; without it training never stops early. */
  constructor(
    private readonly watched: MetricName,
    private readonly patience: number | undefined,
  ) {}

  get best(): BestEvaluation | undefined {
    return this.#best;
  }

  get shouldStop(): boolean {
    return this.patience !== undefined && this.#evaluationsSinceBest >= this.patience;
  }

  /** Takes note of an evaluation and says whether it is the best so far. A value that is not defined counts as no better. */
  observe(evaluation: { readonly metrics: EvaluationMetrics; readonly step: number; readonly epoch: number }): boolean {
    const { metrics, step, epoch } = evaluation;
    const value = metricOf(metrics, this.watched);
    if (value !== null && (this.#best === undefined || this.#isBetter(value, this.#best.value))) {
      this.#best = { value, step, epoch };
      this.#evaluationsSinceBest = 0;
      return true;
    }
    this.#evaluationsSinceBest++;
    return false;
  }

  state(): Json {
    return { best: this.#best === undefined ? null : { ...this.#best }, evaluationsSinceBest: this.#evaluationsSinceBest };
  }

  restore(state: Json): void {
    const saved = state as unknown as { readonly best: BestEvaluation | null; readonly evaluationsSinceBest: number };
    this.#best = saved.best ?? undefined;
    this.#evaluationsSinceBest = saved.evaluationsSinceBest;
  }

  #isBetter(value: number, than: number): boolean {
    return isBetterLower(this.watched) ? value < than : value > than;
  }
}
