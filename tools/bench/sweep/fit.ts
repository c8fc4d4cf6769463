import { Matrix, solve } from 'ml-matrix';
import { mean } from '../statistics.js';

/** What something of a size takes. */
export interface Point {
  readonly size: number;
  readonly value: number;
}

/** `value = sum_k coefficients[k] size^k`, by least squares. */
export interface PolynomialFit {
  readonly coefficients: readonly number[];
  /** Share of the variance that the fit explains. */
  readonly explained: number;
  /** The largest distance of a point from the fit, over the point's value. */
  readonly largestDeviation: number;
}

/** @throws RangeError for no more points than coefficients: the fit would say nothing. */
export function fitPolynomial(points: readonly Point[], degree: number): PolynomialFit {
  if (points.length < degree + 2) throw new RangeError(`${points.length} points do not decide a polynomial of degree ${degree}; ${degree + 2} do`);
  const powers = new Matrix(points.map(({ size }) => Array.from({ length: degree + 1 }, (_, power) => size ** power)));
  const coefficients = solve(powers, Matrix.columnVector(points.map(({ value }) => value))).to1DArray();
  const residuals = points.map(({ size, value }) => value - coefficients.reduce((sum, coefficient, power) => sum + coefficient * size ** power, 0));
  const centre = mean(points.map(({ value }) => value));
  const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  return {
    coefficients,
    explained: 1 - squares(residuals) / squares(points.map(({ value }) => value - centre)),
    largestDeviation: Math.max(...residuals.map((residual, index) => Math.abs(residual) / points[index]!.value)),
  };
}

/** The exponent of growth: the slope of the logarithm of the value over that of the size, by least squares. 0: constant; 1: linear. */
export function growthExponent(points: readonly Point[]): number {
  return fitPolynomial(points.map(({ size, value }) => ({ size: Math.log(size), value: Math.log(value) })), 1).coefficients[1]!;
}
