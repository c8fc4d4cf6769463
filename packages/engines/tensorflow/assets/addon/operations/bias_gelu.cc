#include "column_sums.h"
#include "kernel.h"
#include "parallel.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

constexpr float kInverseRootTwo = 0.70710678118654752f, kInverseRootTwoPi = 0.39894228040143268f;

/** The standard normal distribution function. */
ALWAYS_INLINE float Distribution(float x) { return 0.5f * Erf(x * kInverseRootTwo) + 0.5f; }

PER_PROCESSOR void GeluRow(int64_t width, const float* __restrict product, const float* __restrict bias, float* __restrict out) {
  for (int64_t k = 0; k < width; ++k) {
    const float x = product[k] + bias[k];
    out[k] = x * Distribution(x);
  }
}

/** The slope is Phi(x) + x phi(x), with the density phi. */
PER_PROCESSOR void GeluGradientRow(int64_t width, const float* __restrict gradient, const float* __restrict product, const float* __restrict bias,
                                   float* __restrict out, float* __restrict sums) {
  for (int64_t k = 0; k < width; ++k) {
    const float x = product[k] + bias[k];
    const float value = gradient[k] * (Distribution(x) + x * Exp(-0.5f * x * x) * kInverseRootTwoPi);
    out[k] = value;
    sums[k] += value;
  }
}

void BiasGeluCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[2], value;
  if (!Inputs(context, inputs)) return;
  const Owned &product = inputs[0], &bias = inputs[1];
  if (product.rank() != 2 || !IsVector(bias, product.size(1))) return void(Refuse(context, "BiasGelu: the inputs are not [rows, columns] and [columns]"));
  const int64_t rows = product.size(0), width = product.size(1);
  if (!Output(context, 0, {rows, width}, &value)) return;
  ParallelRanges(rows, 1 + 8192 / (width + 1), [&](int64_t first, int64_t past) {
    for (int64_t row = first; row < past; ++row) GeluRow(width, product.floats() + row * width, bias.floats(), value.floats() + row * width);
  });
}

void BiasGeluGradientCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[3], product_gradient, bias_gradient;
  if (!Inputs(context, inputs)) return;
  const Owned &gradient = inputs[0], &product = inputs[1], &bias = inputs[2];
  if (product.rank() != 2 || !IsVector(bias, product.size(1)) || !IsMatrix(gradient, product.size(0), product.size(1))) {
    return void(Refuse(context, "BiasGeluGradient: the inputs are not [rows, columns] twice and [columns]"));
  }
  const int64_t rows = product.size(0), width = product.size(1);
  if (!Output(context, 0, {rows, width}, &product_gradient) || !Output(context, 1, {width}, &bias_gradient)) return;
  SumOverRows(rows, width, bias_gradient.floats(), [&](int64_t first, int64_t past, float* sums) {
    for (int64_t start = first * width; start < past * width; start += width) {
      GeluGradientRow(width, gradient.floats() + start, product.floats() + start, bias.floats(), product_gradient.floats() + start, sums);
    }
  });
}

}  // namespace

void RegisterBiasGelu(TF_Status* status) {
  Register(status, "GramkitBiasGelu", {"product: float", "bias: float"}, {"value: float"}, {}, &BiasGeluCompute);
  Register(status, "GramkitBiasGeluGradient", {"gradient: float", "product: float", "bias: float"}, {"product_gradient: float", "bias_gradient: float"}, {},
           &BiasGeluGradientCompute);
}

}  // namespace gramkit
