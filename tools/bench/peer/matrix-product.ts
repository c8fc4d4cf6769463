/** `[rows, inner] x [inner, columns]`, so many times a step. */
export interface MatrixProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly times: number;
}

/** Floating-point operations of a step: a multiplication and an addition for each term. */
export function operationsOf(products: readonly MatrixProduct[]): number {
  return products.reduce((sum, { rows, inner, columns, times }) => sum + 2 * rows * inner * columns * times, 0);
}

export function product(rows: number, inner: number, columns: number, times = 1): MatrixProduct {
  return { rows, inner, columns, times };
}

/** The two products that a product's gradient takes: `dX = dY W^T` and `dW = X^T dY`. */
export function gradientProducts({ rows, inner, columns, times }: MatrixProduct): readonly MatrixProduct[] {
  return [product(rows, columns, inner, times), product(inner, rows, columns, times)];
}
