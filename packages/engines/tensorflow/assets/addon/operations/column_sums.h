// Sums over the rows of a matrix, one a column, whose bits do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "parallel.h"

namespace gramkit {

/**
 * Rows are cut into blocks by their number alone. `body(first, past, sums)` adds those rows' terms to `sums`, `width` floats that start at 0;
 * the blocks' sums are added in order. Short chains of additions, which keeps the rounding error small.
 */
inline void SumOverRows(int64_t rows, int64_t width, float* totals, const std::function<void(int64_t, int64_t, float*)>& body) {
  constexpr int64_t most_blocks = 32, fewest_rows = 8;
  const int64_t length = std::max(fewest_rows, (rows + most_blocks - 1) / most_blocks);
  const int64_t blocks = (rows + length - 1) / length;
  std::vector<float> sums(blocks * width, 0.0f);
  ParallelFor(blocks, [&](int64_t block) { body(block * length, std::min(rows, (block + 1) * length), sums.data() + block * width); });
  std::fill(totals, totals + width, 0.0f);
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t column = 0; column < width; ++column) totals[column] += sums[block * width + column];
  }
}

}  // namespace gramkit
