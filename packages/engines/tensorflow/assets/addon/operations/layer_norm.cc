#include <cmath>

#include "column_sums.h"
#include "kernel.h"
#include "parallel.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

struct NormSettings {
  float epsilon;
  NormSettings(TF_OpKernelConstruction* construction, TF_Status* status) : epsilon(RealAttribute(construction, "epsilon", status)) {}
};

/** `normalized` holds the row on entry; returns 1 / deviation. */
PER_PROCESSOR float NormalizeRow(int64_t width, float epsilon, const float* __restrict scale, const float* __restrict offset, float* __restrict normalized, float* __restrict value) {
  const float mean = SumOf(width, [&](int64_t k) { return normalized[k]; }) / width;
  for (int64_t k = 0; k < width; ++k) normalized[k] -= mean;
  const float inverse_deviation = 1.0f / std::sqrt(Dot(width, normalized, normalized) / width + epsilon);
  for (int64_t k = 0; k < width; ++k) {
    const float unit = normalized[k] * inverse_deviation;
    normalized[k] = unit;
    value[k] = unit * scale[k] + offset[k];
  }
  return inverse_deviation;
}

PER_PROCESSOR void Add(int64_t width, const float* __restrict left, const float* __restrict right, float* __restrict sum) {
  for (int64_t k = 0; k < width; ++k) sum[k] = left[k] + right[k];
}

/** With g the gradient times the scale and n the normalised row, that of the row is (g - mean(g) - n mean(g n)) / deviation. */
PER_PROCESSOR void NormalizeGradientRow(int64_t width, float inverse_deviation, const float* __restrict scale, const float* __restrict gradient, const float* __restrict normalized,
                                        float* __restrict out, float* __restrict scale_sums, float* __restrict offset_sums) {
  for (int64_t k = 0; k < width; ++k) {
    out[k] = gradient[k] * scale[k];
    scale_sums[k] += gradient[k] * normalized[k];
    offset_sums[k] += gradient[k];
  }
  const float mean = SumOf(width, [&](int64_t k) { return out[k]; }) / width;
  const float slope = Dot(width, out, normalized) / width;
  for (int64_t k = 0; k < width; ++k) out[k] = ((out[k] - mean) - normalized[k] * slope) * inverse_deviation;
}

/** `residual` may be null. */
void Normalize(TF_OpKernelContext* context, float epsilon, const Owned& input, const Owned* residual, const Owned& scale, const Owned& offset) {
  if (input.rank() != 2 || input.size(1) == 0) return void(Refuse(context, "LayerNorm: the input is no [rows, dimension]"));
  const int64_t rows = input.size(0), width = input.size(1);
  if (!IsVector(scale, width) || !IsVector(offset, width)) return void(Refuse(context, "LayerNorm: scale and offset are not [dimension]"));
  if (residual != nullptr && !IsMatrix(*residual, rows, width)) return void(Refuse(context, "ResidualLayerNorm: the residual has another shape than the input"));
  Owned value, normalized, inverse_deviation;
  if (!Output(context, 0, {rows, width}, &value) || !Output(context, 1, {rows, width}, &normalized) || !Output(context, 2, {rows}, &inverse_deviation)) return;
  ParallelRanges(rows, 1 + 8192 / width, [&](int64_t first, int64_t past) {
    for (int64_t row = first; row < past; ++row) {
      const int64_t start = row * width;
      const float* from = input.floats() + start;
      float* unit = normalized.floats() + start;
      if (residual == nullptr) std::copy(from, from + width, unit);
      else Add(width, from, residual->floats() + start, unit);
      inverse_deviation.floats()[row] = NormalizeRow(width, epsilon, scale.floats(), offset.floats(), unit, value.floats() + start);
    }
  });
}

void LayerNormCompute(void* kernel, TF_OpKernelContext* context) {
  Owned inputs[3];
  if (Inputs(context, inputs)) Normalize(context, static_cast<NormSettings*>(kernel)->epsilon, inputs[0], nullptr, inputs[1], inputs[2]);
}

void ResidualLayerNormCompute(void* kernel, TF_OpKernelContext* context) {
  Owned inputs[4];
  if (Inputs(context, inputs)) Normalize(context, static_cast<NormSettings*>(kernel)->epsilon, inputs[0], &inputs[1], inputs[2], inputs[3]);
}

void LayerNormGradientCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[4];
  if (!Inputs(context, inputs)) return;
  const Owned &gradient = inputs[0], &normalized = inputs[1], &inverse_deviation = inputs[2], &scale = inputs[3];
  if (normalized.rank() != 2 || normalized.size(1) == 0) return void(Refuse(context, "LayerNormGradient: the normalised rows are no [rows, dimension]"));
  const int64_t rows = normalized.size(0), width = normalized.size(1);
  if (!IsMatrix(gradient, rows, width) || !IsVector(inverse_deviation, rows) || !IsVector(scale, width)) {
    return void(Refuse(context, "LayerNormGradient: gradient, inverse deviations and scale are not [rows, dimension], [rows] and [dimension]"));
  }
  Owned input_gradient, scale_gradient, offset_gradient;
  if (!Output(context, 0, {rows, width}, &input_gradient) || !Output(context, 1, {width}, &scale_gradient) || !Output(context, 2, {width}, &offset_gradient)) return;
  // Both sums side by side.
  std::vector<float> totals(2 * width);
  SumOverRows(rows, 2 * width, totals.data(), [&](int64_t first, int64_t past, float* sums) {
    for (int64_t row = first; row < past; ++row) {
      const int64_t start = row * width;
      NormalizeGradientRow(width, inverse_deviation.floats()[row], scale.floats(), gradient.floats() + start, normalized.floats() + start, input_gradient.floats() + start,
                           sums, sums + width);
    }
  });
  std::copy(totals.begin(), totals.begin() + width, scale_gradient.floats());
  std::copy(totals.begin() + width, totals.end(), offset_gradient.floats());
}

}  // namespace

void RegisterLayerNorm(TF_Status* status) {
  const auto settings = SettingsOf<NormSettings>();
  const Names outputs = {"value: float", "normalized: float", "inverse_deviation: float"};
  Register(status, "GramkitLayerNorm", {"input: float", "scale: float", "offset: float"}, outputs, {"epsilon: float"}, &LayerNormCompute, settings);
  Register(status, "GramkitResidualLayerNorm", {"input: float", "residual: float", "scale: float", "offset: float"}, outputs, {"epsilon: float"},
           &ResidualLayerNormCompute, settings);
  Register(status, "GramkitLayerNormGradient", {"gradient: float", "normalized: float", "inverse_deviation: float", "scale: float"},
           {"input_gradient: float", "scale_gradient: float", "offset_gradient: float"}, {}, &LayerNormGradientCompute);
}

}  // namespace gramkit
