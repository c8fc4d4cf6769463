#include <cmath>

#include "add_rows.h"
#include "packed.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

void PackedSumCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[2], output;
  if (!Inputs(context, inputs)) return;
  const Owned &rows = inputs[0], &offsets = inputs[1];
  if (rows.rank() != 2) return void(Refuse(context, "PackedSum: the rows are no matrix"));
  const int64_t width = rows.size(1);
  Items items;
  if (!ReadItems(context, "PackedSum", offsets, rows.size(0), &items) || !Output(context, 0, {items.count, width}, &output)) return;
  const float* from = rows.floats();
  float* sums = output.floats();
  ParallelFor(items.count, [&](int64_t item) {
    std::fill(sums + item * width, sums + (item + 1) * width, 0.0f);
    AddRows(items.length(item), width, from + items.first(item) * width, sums + item * width);
  });
}

struct TokenCount {
  int32_t tokens;
  TokenCount(TF_OpKernelConstruction* construction, TF_Status* status) : tokens(IntegerAttribute(construction, "tokens", status)) {}
};

void PackedSumGradientCompute(void* kernel, TF_OpKernelContext* context) {
  const int64_t tokens = static_cast<TokenCount*>(kernel)->tokens;
  Owned inputs[2], output;
  if (!Inputs(context, inputs)) return;
  const Owned &gradient = inputs[0], &offsets = inputs[1];
  Items items;
  if (!ReadItems(context, "PackedSumGradient", offsets, tokens, &items)) return;
  if (gradient.rank() != 2 || gradient.size(0) != items.count) return void(Refuse(context, "PackedSumGradient: the gradient is not [items, dimension]"));
  const int64_t width = gradient.size(1);
  if (!Output(context, 0, {tokens, width}, &output)) return;
  const float* from = gradient.floats();
  float* to = output.floats();
  ParallelFor(items.count, [&](int64_t item) {
    for (int64_t row = items.first(item); row < items.first(item + 1); ++row) std::copy(from + item * width, from + (item + 1) * width, to + row * width);
  });
  ClearPadding(items, tokens, width, to);
}

void Softmax(int64_t count, const float* scores, float* out) {
  if (count == 0) return;
  const float maximum = *std::max_element(scores, scores + count);
  float sum = 0.0f;
  for (int64_t k = 0; k < count; ++k) sum += out[k] = std::exp(scores[k] - maximum);
  for (int64_t k = 0; k < count; ++k) out[k] /= sum;
}

void PackedSoftmaxCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[2], probabilities;
  if (!Inputs(context, inputs)) return;
  const Owned &scores = inputs[0], &offsets = inputs[1];
  if (scores.rank() != 1) return void(Refuse(context, "PackedSoftmax: the scores are no vector"));
  const int64_t tokens = scores.size(0);
  Items items;
  if (!ReadItems(context, "PackedSoftmax", offsets, tokens, &items) || !Output(context, 0, {tokens}, &probabilities)) return;
  for (int64_t item = 0; item < items.count; ++item) Softmax(items.length(item), scores.floats() + items.first(item), probabilities.floats() + items.first(item));
  ClearPadding(items, tokens, 1, probabilities.floats());
}

void PackedSoftmaxGradientCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[3], scores_gradient;
  if (!Inputs(context, inputs)) return;
  const Owned &gradient = inputs[0], &probabilities = inputs[1], &offsets = inputs[2];
  if (probabilities.rank() != 1 || !IsVector(gradient, probabilities.size(0))) return void(Refuse(context, "PackedSoftmaxGradient: gradient and probabilities are not both [tokens]"));
  const int64_t tokens = probabilities.size(0);
  Items items;
  if (!ReadItems(context, "PackedSoftmaxGradient", offsets, tokens, &items) || !Output(context, 0, {tokens}, &scores_gradient)) return;
  for (int64_t item = 0; item < items.count; ++item) {
    const int64_t first = items.first(item), past = items.first(item + 1);
    const float mean = Dot(past - first, gradient.floats() + first, probabilities.floats() + first);
    for (int64_t k = first; k < past; ++k) scores_gradient.floats()[k] = probabilities.floats()[k] * (gradient.floats()[k] - mean);
  }
  ClearPadding(items, tokens, 1, scores_gradient.floats());
}

}  // namespace

void RegisterPackedPooling(TF_Status* status) {
  Register(status, "GramkitPackedSum", {"rows: float", "offsets: int32"}, {"sums: float"}, {}, &PackedSumCompute);
  Register(status, "GramkitPackedSumGradient", {"gradient: float", "offsets: int32"}, {"rows_gradient: float"}, {"tokens: int"}, &PackedSumGradientCompute,
           SettingsOf<TokenCount>());
  Register(status, "GramkitPackedSoftmax", {"scores: float", "offsets: int32"}, {"probabilities: float"}, {}, &PackedSoftmaxCompute);
  Register(status, "GramkitPackedSoftmaxGradient", {"gradient: float", "probabilities: float", "offsets: int32"}, {"scores_gradient: float"}, {},
           &PackedSoftmaxGradientCompute);
}

}  // namespace gramkit
