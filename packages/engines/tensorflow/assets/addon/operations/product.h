// Products of small matrices, for work that is too small to be worth a library's preparations.
#pragma once

#include <cstdint>

namespace gramkit {

/** Left factor of a product: element (row, k) at data[row * row_stride + k * step]. */
struct Left {
  const float* data;
  int64_t row_stride, step;
};

/** Right factor: its lines k are `step` apart. */
struct Right {
  const float* data;
  int64_t step;
};

/** out = left right, `rows` by `columns` by a sum over `depth`; columns are a multiple of 16, rows of `out` `out_stride` apart. */
void Multiply(int64_t rows, int64_t columns, int64_t depth, Left left, Right right, float* out, int64_t out_stride);

/** The same, added to what `out` holds. */
void MultiplyAdd(int64_t rows, int64_t columns, int64_t depth, Left left, Right right, float* out, int64_t out_stride);

}  // namespace gramkit
