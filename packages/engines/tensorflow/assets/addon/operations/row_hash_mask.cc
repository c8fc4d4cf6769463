#include <algorithm>
#include <vector>

#include "hash.h"
#include "kernel.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

std::vector<int32_t> ListAttribute(TF_OpKernelConstruction* construction, const char* name, TF_Status* status) {
  int32_t length = 0, total = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &length, &total, status);
  std::vector<int32_t> values(std::max(length, 0));
  if (!values.empty()) TF_OpKernelConstruction_GetAttrInt32List(construction, name, values.data(), length, status);
  return values;
}

struct RowMaskSettings : MaskSettings {
  std::vector<int32_t> shape, strides;

  RowMaskSettings(TF_OpKernelConstruction* construction, TF_Status* status)
      : MaskSettings(construction, status), shape(ListAttribute(construction, "shape", status)), strides(ListAttribute(construction, "strides", status)) {}
};

PER_PROCESSOR void MaskRow(const MaskSettings& settings, int64_t count, uint32_t row_key, const uint32_t* __restrict element_keys, float* __restrict out) {
  const MaskSettings mask = settings;
  for (int64_t k = 0; k < count; ++k) out[k] = mask.Element(row_key, element_keys[k]);
}

std::vector<uint32_t> ElementKeys(const RowMaskSettings& settings) {
  std::vector<uint32_t> indices{0};
  for (size_t dimension = 0; dimension < settings.shape.size(); ++dimension) {
    std::vector<uint32_t> longer;
    longer.reserve(indices.size() * settings.shape[dimension]);
    for (const uint32_t index : indices) {
      for (int32_t position = 0; position < settings.shape[dimension]; ++position) longer.push_back(index + static_cast<uint32_t>(position) * settings.strides[dimension]);
    }
    indices.swap(longer);
  }
  for (uint32_t& index : indices) index = settings.ElementKey(index);
  return indices;
}

void RowHashMaskCompute(void* kernel, TF_OpKernelContext* context) {
  const auto& settings = *static_cast<RowMaskSettings*>(kernel);
  Owned inputs[2], output;
  if (!Inputs(context, inputs)) return;
  const Owned &rows = inputs[0], &seed = inputs[1];
  if (rows.rank() != 1 || seed.rank() != 0 || settings.shape.size() != settings.strides.size()) return void(Refuse(context, "RowHashMask: mask rows are no vector, the seed is no scalar, or shape and strides differ in length"));
  std::vector<int64_t> shape{rows.size(0)};
  shape.insert(shape.end(), settings.shape.begin(), settings.shape.end());
  if (!Output(context, 0, shape, &output)) return;
  const std::vector<uint32_t> element_keys = ElementKeys(settings);
  const int64_t count = element_keys.size();
  for (int64_t row = 0; row < rows.size(0); ++row) {
    MaskRow(settings, count, RowKey(rows.data<int32_t>()[row], *seed.data<int32_t>()), element_keys.data(), output.floats() + row * count);
  }
}

}  // namespace

void RegisterRowHashMask(TF_Status* status) {
  Register(status, "GramkitRowHashMask", {"mask_rows: int32", "seed: int32"}, {"mask: float"},
           {"site: int", "threshold: int", "kept: float", "shape: list(int)", "strides: list(int)"}, &RowHashMaskCompute, SettingsOf<RowMaskSettings>());
}

}  // namespace gramkit
