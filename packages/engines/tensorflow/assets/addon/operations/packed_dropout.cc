#include "hash.h"
#include "packed.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

PER_PROCESSOR void DropRow(const MaskSettings& settings, int64_t width, uint32_t row_key, uint32_t first_index, const float* __restrict row, float* __restrict out) {
  const MaskSettings mask = settings;
  for (int64_t k = 0; k < width; ++k) out[k] = row[k] * mask.Element(row_key, mask.ElementKey(first_index + static_cast<uint32_t>(k)));
}

void PackedDropoutCompute(void* kernel, TF_OpKernelContext* context) {
  const auto& settings = *static_cast<MaskSettings*>(kernel);
  Owned inputs[4], dropped;
  if (!Inputs(context, inputs)) return;
  const Owned &rows = inputs[0], &offsets = inputs[1], &mask_rows = inputs[2], &seed = inputs[3];
  if (rows.rank() != 2) return void(Refuse(context, "PackedDropout: the rows are no matrix"));
  const int64_t tokens = rows.size(0), width = rows.size(1);
  Items items;
  if (!ReadItems(context, "PackedDropout", offsets, tokens, &items) || !CheckMaskInputs(context, "PackedDropout", items, mask_rows, seed)) return;
  if (!Output(context, 0, {tokens, width}, &dropped)) return;
  const float* from = rows.floats();
  float* to = dropped.floats();
  ParallelFor(items.count, [&](int64_t item) {
    const uint32_t row_key = RowKey(mask_rows.data<int32_t>()[item], *seed.data<int32_t>());
    for (int64_t position = 0; position < items.length(item); ++position) {
      const int64_t start = (items.first(item) + position) * width;
      DropRow(settings, width, row_key, static_cast<uint32_t>(position * width), from + start, to + start);
    }
  });
  ClearPadding(items, tokens, width, to);
}

}  // namespace

void RegisterPackedDropout(TF_Status* status) {
  Register(status, "GramkitPackedDropout", {"rows: float", "offsets: int32", "mask_rows: int32", "seed: int32"}, {"dropped: float"},
           {"site: int", "threshold: int", "kept: float"}, &PackedDropoutCompute, SettingsOf<MaskSettings>());
}

}  // namespace gramkit
