#include "add_rows.h"

#include "processor.h"

namespace gramkit {
namespace {

PER_PROCESSOR void Add(int64_t rows, int64_t columns, const float* __restrict from, float* __restrict sums) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) sums[column] += from[row * columns + column];
  }
}

}  // namespace

void AddRows(int64_t rows, int64_t columns, const float* from, float* sums) { Add(rows, columns, from, sums); }

}  // namespace gramkit
