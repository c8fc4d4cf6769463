#pragma once
#include <cstdint>

namespace gramkit {

// Adds the rows `from` [rows, columns] to `sums` [columns], in their order.
void AddRows(int64_t rows, int64_t columns, const float* from, float* sums);

}  // namespace gramkit
