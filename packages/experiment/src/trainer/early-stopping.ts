import type { Json } from '@gramkit/spec';

/** The best evaluation so far. */
export interface BestEvaluation {
  /** Validation AUC. */
  readonly auc: number;
  readonly step: number;
  /** Epochs trained by then. */
  readonly epoch: number;
}

/** Watches the validation AUC (never the test set's) and says when it has stopped rising. */
export class EarlyStopping {
  #best: BestEvaluation | undefined;
  #evaluationsSinceBest = 0;

  /** `patience`: evaluations in a row without a better AUC; without it training never stops early. */
  constructor(private readonly patience: number | undefined) {}

  get best(): BestEvaluation | undefined {
    return this.#best;
  }

  get shouldStop(): boolean {
    return this.patience !== undefined && this.#evaluationsSinceBest >= this.patience;
  }

  /** Takes note of an evaluation and says whether it is the best so far. An AUC that is not defined counts as no better. */
  observe(evaluation: { readonly auc: number | null; readonly step: number; readonly epoch: number }): boolean {
    const { auc, step, epoch } = evaluation;
    if (auc !== null && (this.#best === undefined || auc > this.#best.auc)) {
      this.#best = { auc, step, epoch };
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
}
