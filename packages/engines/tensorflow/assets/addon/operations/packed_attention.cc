// Self-attention inside each item of packed rows, a head of an item and 16 of its queries at a time: those lie transposed, each in a lane
// of its own, and so do their scores [keys, 16], so that the softmax needs no sum across lanes. Probabilities are never kept: the gradient
// computes them again from the logarithm of their sum (Dao et al., 2022).
#include <cmath>
#include <vector>

#include "hash.h"
#include "packed.h"
#include "processor.h"
#include "product.h"
#include "registration.h"

namespace gramkit {
namespace {

struct AttentionSettings : MaskSettings {
  int32_t heads, positions;
  AttentionSettings(TF_OpKernelConstruction* construction, TF_Status* status)
      : MaskSettings(construction, status), heads(IntegerAttribute(construction, "heads", status)), positions(IntegerAttribute(construction, "positions", status)) {}
};

/**
 * Fetches what the next head has in the row of `width` at `row`. A head's columns lie too far apart, row by row, for the processor to see
 * by itself what comes next, and most time would go in waiting.
 */
template <bool kToWrite>
ALWAYS_INLINE void FetchNextHead(const float* row, int64_t width) {
  for (int64_t k = 0; k < width; k += kLanes) __builtin_prefetch(row + width + k, kToWrite, 2);
}

/** Rows of `width`, `stride` apart, into rows of `padded_width` that end with zeros. */
PER_PROCESSOR void CopyRows(int64_t rows, int64_t width, const float* __restrict from, int64_t stride, float* __restrict to, int64_t padded_width) {
  for (int64_t row = 0; row < rows; ++row) {
    FetchNextHead<false>(from + row * stride, width);
    for (int64_t k = 0; k < width; ++k) to[row * padded_width + k] = from[row * stride + k];
    for (int64_t k = width; k < padded_width; ++k) to[row * padded_width + k] = 0.0f;
  }
}

/** The way back, times a factor. */
PER_PROCESSOR void WriteRows(int64_t rows, int64_t width, float factor, const float* __restrict from, int64_t padded_width, float* __restrict to, int64_t stride) {
  for (int64_t row = 0; row < rows; ++row) {
    FetchNextHead<true>(to + row * stride, width);
    for (int64_t k = 0; k < width; ++k) to[row * stride + k] = from[row * padded_width + k] * factor;
  }
}

typedef float Quarter __attribute__((vector_size(16)));
#if defined(__clang__) || __GNUC__ >= 12
#define PICK(left, right, a, b, c, d) __builtin_shufflevector(left, right, a, b, c, d)
#else
typedef int32_t Places __attribute__((vector_size(16)));
#define PICK(left, right, a, b, c, d) __builtin_shuffle(left, right, Places{a, b, c, d})
#endif

/** `factor` times the transpose of four rows of four. */
ALWAYS_INLINE void TransposeFour(const float* from, int64_t stride, float factor, float* to) {
  Quarter rows[4];
  for (int row = 0; row < 4; ++row) {
    std::memcpy(&rows[row], from + row * stride, sizeof(Quarter));
    rows[row] *= factor;
  }
  const Quarter left01 = PICK(rows[0], rows[1], 0, 4, 1, 5), right01 = PICK(rows[0], rows[1], 2, 6, 3, 7);
  const Quarter left23 = PICK(rows[2], rows[3], 0, 4, 1, 5), right23 = PICK(rows[2], rows[3], 2, 6, 3, 7);
  const Quarter columns[4] = {PICK(left01, left23, 0, 1, 4, 5), PICK(left01, left23, 2, 3, 6, 7), PICK(right01, right23, 0, 1, 4, 5), PICK(right01, right23, 2, 3, 6, 7)};
  for (int column = 0; column < 4; ++column) std::memcpy(to + column * kLanes, &columns[column], sizeof(Quarter));
}

/** `factor` times the transpose [width, 16] of 16 rows or fewer; lanes of absent rows hold 0. */
PER_PROCESSOR void TransposeRows(int64_t rows, int64_t width, const float* __restrict from, int64_t stride, float factor, float* __restrict to) {
  for (int64_t row = 0; row < rows; ++row) FetchNextHead<false>(from + row * stride, width);
  if (rows < kLanes) std::fill(to, to + width * kLanes, 0.0f);
  const int64_t whole_rows = rows / 4 * 4, whole_width = width / 4 * 4;
  for (int64_t row = 0; row < whole_rows; row += 4) {
    for (int64_t k = 0; k < whole_width; k += 4) TransposeFour(from + row * stride + k, stride, factor, to + k * kLanes + row);
    for (int64_t k = whole_width; k < width; ++k) {
      for (int64_t lane = row; lane < row + 4; ++lane) to[k * kLanes + lane] = factor * from[lane * stride + k];
    }
  }
  for (int64_t row = whole_rows; row < rows; ++row) {
    for (int64_t k = 0; k < width; ++k) to[k * kLanes + row] = factor * from[row * stride + k];
  }
}

/** A number of each of 16 queries. */
using Lanes = float[kLanes];

/** The softmax over the keys of scores [length, 16] before its division by the sums. */
PER_PROCESSOR void ExponentialColumns(int64_t length, float* __restrict scores, Lanes& maxima, Lanes& sums) {
  float greatest[kLanes], total[kLanes] = {};
  for (int64_t lane = 0; lane < kLanes; ++lane) greatest[lane] = scores[lane];
  for (int64_t key = 1; key < length; ++key) {
    for (int64_t lane = 0; lane < kLanes; ++lane) greatest[lane] = scores[key * kLanes + lane] > greatest[lane] ? scores[key * kLanes + lane] : greatest[lane];
  }
  for (int64_t key = 0; key < length; ++key) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float value = Exp(scores[key * kLanes + lane] - greatest[lane]);
      scores[key * kLanes + lane] = value;
      total[lane] += value;
    }
  }
  std::memcpy(maxima, greatest, sizeof greatest);
  std::memcpy(sums, total, sizeof total);
}

PER_PROCESSOR void ScaleColumns(int64_t length, const Lanes& factors, float* __restrict scores) {
  for (int64_t key = 0; key < length; ++key) {
    for (int64_t lane = 0; lane < kLanes; ++lane) scores[key * kLanes + lane] *= factors[lane];
  }
}

/** Which elements of its item's mask 16 queries of a head see. */
struct MaskColumns {
  MaskSettings settings;
  uint32_t row_key, first_index, positions;

  ALWAYS_INLINE float Element(int64_t key, int64_t lane) const {
    return settings.Element(row_key, settings.ElementKey(first_index + static_cast<uint32_t>(lane) * positions + static_cast<uint32_t>(key)));
  }
};

PER_PROCESSOR void ScaleAndDropColumns(const MaskColumns& columns, int64_t length, const Lanes& factors, float* __restrict scores) {
  const MaskColumns mask = columns;
  for (int64_t key = 0; key < length; ++key) {
    for (int64_t lane = 0; lane < kLanes; ++lane) scores[key * kLanes + lane] *= factors[lane] * mask.Element(key, lane);
  }
}

/** Scores become the probabilities after dropout, the gradients of those become the gradients of the scores, P (m dP - delta). */
template <typename MaskElement>
ALWAYS_INLINE void ScoreGradients(int64_t length, const Lanes& log_sums, const Lanes& deltas, float* __restrict scores, float* __restrict gradients, const MaskElement& mask) {
  for (int64_t key = 0; key < length; ++key) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const int64_t at = key * kLanes + lane;
      const float kept = mask(key, lane);
      const float probability = Exp(scores[at] - log_sums[lane]);
      scores[at] = probability * kept;
      gradients[at] = probability * (kept * gradients[at] - deltas[lane]);
    }
  }
}

PER_PROCESSOR void GradientColumns(int64_t length, const Lanes& log_sums, const Lanes& deltas, float* scores, float* gradients) {
  ScoreGradients(length, log_sums, deltas, scores, gradients, [](int64_t, int64_t) { return 1.0f; });
}

PER_PROCESSOR void DroppedGradientColumns(const MaskColumns& columns, int64_t length, const Lanes& log_sums, const Lanes& deltas, float* scores, float* gradients) {
  const MaskColumns mask = columns;
  ScoreGradients(length, log_sums, deltas, scores, gradients, [&mask](int64_t key, int64_t lane) { return mask.Element(key, lane); });
}

PER_PROCESSOR void RowDots(int64_t rows, int64_t width, const float* left, const float* right, int64_t stride, Lanes& dots) {
  for (int64_t row = 0; row < rows; ++row) FetchNextHead<false>(right + row * stride, width);
  for (int64_t row = 0; row < rows; ++row) dots[row] = Dot(width, left + row * stride, right + row * stride);
}

/** Memory of this thread that the next call uses again. */
class Scratch {
 public:
  explicit Scratch(int64_t count) {
    thread_local std::vector<float> memory;
    if (static_cast<int64_t>(memory.size()) < count + kLanes) memory.resize(count + kLanes);
    const auto address = reinterpret_cast<uintptr_t>(memory.data());
    next_ = memory.data() + (64 - address % 64) % 64 / sizeof(float);
  }
  float* Take(int64_t count) {
    float* taken = next_;
    next_ += count;
    return taken;
  }

 private:
  float* next_;
};

/** What all heads of a call have in common. */
struct Layout {
  const AttentionSettings& settings;
  Items items;
  int64_t tokens, dimension, width;
  const int32_t* mask_rows;
  int32_t seed;

  int64_t padded_width() const { return WholeVectors(width); }
  float scale() const { return 1.0f / std::sqrt(static_cast<float>(width)); }
};

/** One head of one item. */
struct Head {
  const Layout& layout;
  int64_t index, first, length;
  /** Of the head's first element in a tensor [tokens, dimension]. */
  int64_t place;
  uint32_t row_key;

  Head(const Layout& layout, int64_t item, int64_t head)
      : layout(layout), index(head), first(layout.items.first(item)), length(layout.items.length(item)), place(first * layout.dimension + head * layout.width),
        row_key(RowKey(layout.mask_rows[item], layout.seed)) {}

  MaskColumns MaskOf(int64_t query) const {
    const auto positions = static_cast<uint32_t>(layout.settings.positions);
    return {layout.settings, row_key, static_cast<uint32_t>(index) * positions * positions + static_cast<uint32_t>(query) * positions, positions};
  }
};

struct ForwardTensors {
  const float *query, *key, *value;
  float *context, *log_sum_exp;
};

void Attend(const Head& head, const ForwardTensors& tensors) {
  const Layout& layout = head.layout;
  const int64_t length = head.length, width = layout.width, padded = layout.padded_width(), dimension = layout.dimension;
  Scratch scratch(2 * length * padded + (width + length + padded) * kLanes);
  float *keys = scratch.Take(length * padded), *values = scratch.Take(length * padded);
  float *queries = scratch.Take(width * kLanes), *scores = scratch.Take(length * kLanes), *contexts = scratch.Take(padded * kLanes);
  CopyRows(length, width, tensors.key + head.place, dimension, keys, padded);
  CopyRows(length, width, tensors.value + head.place, dimension, values, padded);
  for (int64_t begin = 0; begin < length; begin += kLanes) {
    const int64_t rows = std::min(kLanes, length - begin), start = head.place + begin * dimension;
    Lanes maxima, sums;
    TransposeRows(rows, width, tensors.query + start, dimension, layout.scale(), queries);
    Multiply(length, kLanes, width, {keys, padded, 1}, {queries, kLanes}, scores, kLanes);
    ExponentialColumns(length, scores, maxima, sums);
    for (int64_t row = 0; row < rows; ++row) tensors.log_sum_exp[(head.first + begin + row) * layout.settings.heads + head.index] = maxima[row] + std::log(sums[row]);
    for (float& sum : sums) sum = 1.0f / sum;
    if (layout.settings.keeps_all()) ScaleColumns(length, sums, scores);
    else ScaleAndDropColumns(head.MaskOf(begin), length, sums, scores);
    Multiply(rows, padded, length, {scores, 1, kLanes}, {values, padded}, contexts, padded);
    WriteRows(rows, width, 1.0f, contexts, padded, tensors.context + start, dimension);
  }
}

struct BackwardTensors {
  const float *gradient, *query, *key, *value, *context, *log_sum_exp;
  float *query_gradient, *key_gradient, *value_gradient;
};

void AttendBackwards(const Head& head, const BackwardTensors& tensors) {
  const Layout& layout = head.layout;
  const int64_t length = head.length, width = layout.width, padded = layout.padded_width(), dimension = layout.dimension;
  const int64_t matrix = length * padded, block = padded * kLanes;
  Scratch scratch(4 * matrix + 5 * block + 2 * length * kLanes);
  float *keys = scratch.Take(matrix), *values = scratch.Take(matrix), *key_sums = scratch.Take(matrix), *value_sums = scratch.Take(matrix);
  float *queries = scratch.Take(block), *gradients = scratch.Take(block), *query_rows = scratch.Take(block), *gradient_rows = scratch.Take(block), *query_sums = scratch.Take(block);
  float *scores = scratch.Take(length * kLanes), *score_gradients = scratch.Take(length * kLanes);
  CopyRows(length, width, tensors.key + head.place, dimension, keys, padded);
  CopyRows(length, width, tensors.value + head.place, dimension, values, padded);
  std::fill(key_sums, key_sums + matrix, 0.0f);
  std::fill(value_sums, value_sums + matrix, 0.0f);
  for (int64_t begin = 0; begin < length; begin += kLanes) {
    const int64_t rows = std::min(kLanes, length - begin), start = head.place + begin * dimension;
    TransposeRows(rows, width, tensors.query + start, dimension, layout.scale(), queries);
    TransposeRows(rows, width, tensors.gradient + start, dimension, 1.0f, gradients);
    CopyRows(rows, width, tensors.query + start, dimension, query_rows, padded);
    CopyRows(rows, width, tensors.gradient + start, dimension, gradient_rows, padded);
    Multiply(length, kLanes, width, {keys, padded, 1}, {queries, kLanes}, scores, kLanes);
    Multiply(length, kLanes, width, {values, padded, 1}, {gradients, kLanes}, score_gradients, kLanes);
    // The sum over keys of P m dP is the product of the context with its gradient.
    Lanes log_sums = {}, deltas = {};
    RowDots(rows, width, tensors.gradient + start, tensors.context + start, dimension, deltas);
    for (int64_t row = 0; row < rows; ++row) log_sums[row] = tensors.log_sum_exp[(head.first + begin + row) * layout.settings.heads + head.index];
    if (layout.settings.keeps_all()) GradientColumns(length, log_sums, deltas, scores, score_gradients);
    else DroppedGradientColumns(head.MaskOf(begin), length, log_sums, deltas, scores, score_gradients);
    MultiplyAdd(length, padded, rows, {scores, kLanes, 1}, {gradient_rows, padded}, value_sums, padded);
    MultiplyAdd(length, padded, rows, {score_gradients, kLanes, 1}, {query_rows, padded}, key_sums, padded);
    Multiply(rows, padded, length, {score_gradients, 1, kLanes}, {keys, padded}, query_sums, padded);
    WriteRows(rows, width, layout.scale(), query_sums, padded, tensors.query_gradient + start, dimension);
  }
  WriteRows(length, width, layout.scale(), key_sums, padded, tensors.key_gradient + head.place, dimension);
  WriteRows(length, width, 1.0f, value_sums, padded, tensors.value_gradient + head.place, dimension);
}

/** `body` for every head of every item, in tasks of about equal work. */
template <typename Body>
void ForHeads(const Layout& layout, const Body& body) {
  constexpr int64_t work_of_task = 1 << 18;
  const int64_t heads = layout.settings.heads, units = layout.items.count * heads;
  std::vector<int64_t> starts{0};
  int64_t work = 0;
  for (int64_t unit = 0; unit < units; ++unit) {
    const int64_t length = layout.items.length(unit / heads);
    work += length * (WholeVectors(length) + kLanes) * layout.width;
    if (work < work_of_task && unit + 1 < units) continue;
    starts.push_back(unit + 1);
    work = 0;
  }
  ParallelFor(static_cast<int64_t>(starts.size()) - 1, [&](int64_t task) {
    for (int64_t unit = starts[task]; unit < starts[task + 1]; ++unit) body(Head(layout, unit / heads, unit % heads));
  });
}

/** Refuses what does not fit together. `offsets`, mask rows and seed are `inputs[from]` and the two after it. */
bool ReadLayout(TF_OpKernelContext* context, const std::string& name, const AttentionSettings& settings, const Owned& query, const Owned* masks, Items* items) {
  if (query.rank() != 2) return Refuse(context, name + ": the queries are no [tokens, dimension]");
  if (settings.heads <= 0 || query.size(1) == 0 || query.size(1) % settings.heads != 0) return Refuse(context, name + ": the heads do not share out the dimension");
  return ReadItems(context, name, masks[0], query.size(0), items) && CheckMaskInputs(context, name, *items, masks[1], masks[2]);
}

Layout LayoutOf(const AttentionSettings& settings, const Items& items, const Owned& query, const Owned* masks) {
  return {settings, items, query.size(0), query.size(1), query.size(1) / settings.heads, masks[1].data<int32_t>(), *masks[2].data<int32_t>()};
}

bool AllLike(const Owned& first, const Owned* others, int count) {
  for (int index = 0; index < count; ++index) {
    if (!IsMatrix(others[index], first.size(0), first.size(1))) return false;
  }
  return true;
}

void PackedAttentionCompute(void* kernel, TF_OpKernelContext* context) {
  const auto& settings = *static_cast<AttentionSettings*>(kernel);
  Owned inputs[6], output, log_sum_exp;
  if (!Inputs(context, inputs)) return;
  const Owned& query = inputs[0];
  Items items;
  if (!ReadLayout(context, "PackedAttention", settings, query, inputs + 3, &items)) return;
  if (!AllLike(query, inputs + 1, 2)) return void(Refuse(context, "PackedAttention: keys and values are not of the queries' shape"));
  const Layout layout = LayoutOf(settings, items, query, inputs + 3);
  if (!Output(context, 0, {layout.tokens, layout.dimension}, &output) || !Output(context, 1, {layout.tokens, settings.heads}, &log_sum_exp)) return;
  const ForwardTensors tensors{query.floats(), inputs[1].floats(), inputs[2].floats(), output.floats(), log_sum_exp.floats()};
  ForHeads(layout, [&](const Head& head) { Attend(head, tensors); });
  ClearPadding(items, layout.tokens, layout.dimension, tensors.context);
  ClearPadding(items, layout.tokens, settings.heads, tensors.log_sum_exp);
}

void PackedAttentionGradientCompute(void* kernel, TF_OpKernelContext* context) {
  const auto& settings = *static_cast<AttentionSettings*>(kernel);
  Owned inputs[9], outputs[3];
  if (!Inputs(context, inputs)) return;
  const Owned &query = inputs[1], &log_sum_exp = inputs[5];
  Items items;
  if (!ReadLayout(context, "PackedAttentionGradient", settings, query, inputs + 6, &items)) return;
  if (!AllLike(query, inputs, 5)) return void(Refuse(context, "PackedAttentionGradient: gradient, keys, values and context are not of the queries' shape"));
  const Layout layout = LayoutOf(settings, items, query, inputs + 6);
  if (!IsMatrix(log_sum_exp, layout.tokens, settings.heads)) return void(Refuse(context, "PackedAttentionGradient: the logarithms of the sums are not [tokens, heads]"));
  for (int index = 0; index < 3; ++index) {
    if (!Output(context, index, {layout.tokens, layout.dimension}, &outputs[index])) return;
  }
  const BackwardTensors tensors{inputs[0].floats(), query.floats(), inputs[2].floats(), inputs[3].floats(), inputs[4].floats(), log_sum_exp.floats(),
                                outputs[0].floats(), outputs[1].floats(), outputs[2].floats()};
  ForHeads(layout, [&](const Head& head) { AttendBackwards(head, tensors); });
  for (const Owned& output : outputs) ClearPadding(items, layout.tokens, layout.dimension, output.floats());
}

}  // namespace

void RegisterPackedAttention(TF_Status* status) {
  const Names attributes = {"heads: int", "positions: int", "site: int", "threshold: int", "kept: float"};
  const auto settings = SettingsOf<AttentionSettings>();
  Register(status, "GramkitPackedAttention", {"query: float", "key: float", "value: float", "offsets: int32", "mask_rows: int32", "seed: int32"},
           {"context: float", "log_sum_exp: float"}, attributes, &PackedAttentionCompute, settings);
  Register(status, "GramkitPackedAttentionGradient",
           {"gradient: float", "query: float", "key: float", "value: float", "context: float", "log_sum_exp: float", "offsets: int32", "mask_rows: int32", "seed: int32"},
           {"query_gradient: float", "key_gradient: float", "value_gradient: float"}, attributes, &PackedAttentionGradientCompute, settings);
}

}  // namespace gramkit
