/** One thing that every component of a kind must do. */
export interface ConformanceCheck {
  /** Stable: it is the name of the test, and what the documentation explains. */
  readonly name: string;
  /** Resolves where the component does it. @throws ConformanceFailure, or whatever the component throws. */
  readonly run: () => Promise<void>;
}

/** What a failed check says: what is wrong with the component, and how its author mends it. */
export class ConformanceFailure extends Error {
  constructor(found: string, mend: string) {
    super(`${found}\nTo mend: ${mend}`);
    this.name = 'ConformanceFailure';
  }
}

/** @throws ConformanceFailure where `condition` does not hold. */
export function demand(condition: boolean, found: string, mend: string): asserts condition {
  if (!condition) throw new ConformanceFailure(found, mend);
}
