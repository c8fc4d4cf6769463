// Rows of many items one after another: item i owns rows offsets[i] to offsets[i + 1] - 1; rows past the last item's are padding.
#pragma once

#include <algorithm>
#include <string>

#include "kernel.h"
#include "parallel.h"

namespace gramkit {

struct Items {
  const int32_t* offsets;
  int64_t count;

  int64_t first(int64_t item) const { return offsets[item]; }
  int64_t length(int64_t item) const { return offsets[item + 1] - offsets[item]; }
  int64_t rows() const { return offsets[count]; }
};

/** Refuses offsets that do not ascend from 0 to `tokens` or less. */
inline bool ReadItems(TF_OpKernelContext* context, const std::string& operation, const Owned& offsets, int64_t tokens, Items* items) {
  if (offsets.rank() != 1 || offsets.size(0) < 1) return Refuse(context, operation + ": the offsets are not [items + 1]");
  *items = {offsets.data<int32_t>(), offsets.size(0) - 1};
  bool ascending = items->offsets[0] == 0;
  for (int64_t item = 0; item < items->count; ++item) ascending = ascending && items->length(item) >= 0;
  if (!ascending) return Refuse(context, operation + ": the offsets do not ascend from 0");
  if (items->rows() > tokens) return Refuse(context, operation + ": the offsets reach row " + std::to_string(items->rows()) + " of " + std::to_string(tokens));
  return true;
}

/** Refuses mask rows or a seed of another form. */
inline bool CheckMaskInputs(TF_OpKernelContext* context, const std::string& operation, const Items& items, const Owned& mask_rows, const Owned& seed) {
  if (!IsVector(mask_rows, items.count)) return Refuse(context, operation + ": the mask rows are not [items]");
  if (seed.rank() != 0) return Refuse(context, operation + ": the seed is no scalar");
  return true;
}

/** Rows that no item owns hold 0. */
inline void ClearPadding(const Items& items, int64_t tokens, int64_t width, float* rows) {
  std::fill(rows + items.rows() * width, rows + tokens * width, 0.0f);
}

}  // namespace gramkit
