import { Matrix, solve } from 'ml-matrix';

/** Rows of features beside the value that they are to explain. */
export interface Samples {
  readonly features: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

/**
 * Share of the variance of `test.targets` that a ridge regression fitted on `train` explains (R squared).
 * Features and targets are centred by the means of `train`; the fit is in its dual form, one unknown a training row.
 */
export function explainedVariance(train: Samples, test: Samples, penalty: number): number {
  const featureMeans = columnMeans(train.features);
  const targetMean = mean(train.targets);
  const centred = centre(train.features, featureMeans);
  const kernel = centred.mmul(centred.transpose()).add(Matrix.eye(centred.rows).mul(penalty));
  const dual = solve(kernel, Matrix.columnVector(train.targets.map((target) => target - targetMean)));
  const predicted = centre(test.features, featureMeans).mmul(centred.transpose().mmul(dual)).to1DArray();
  const testMean = mean(test.targets);
  const residual = sum(test.targets.map((target, row) => (target - targetMean - predicted[row]!) ** 2));
  return 1 - residual / sum(test.targets.map((target) => (target - testMean) ** 2));
}

function centre(rows: readonly (readonly number[])[], means: readonly number[]): Matrix {
  return new Matrix(rows.map((row) => row.map((value, column) => value - means[column]!)));
}

function columnMeans(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, column) => mean(rows.map((row) => row[column]!)));
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
