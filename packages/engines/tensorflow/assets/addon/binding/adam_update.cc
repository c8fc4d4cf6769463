// One step of Adam in place, in one pass over memory; equations at AdamUpdateInputs in @gramkit/spec (kernels.ts).
#include <algorithm>
#include <cmath>
#include <thread>

#include "tensors.h"

#if defined(__x86_64__)
#define PER_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PER_PROCESSOR
#endif

namespace gramkit {
namespace {

struct Rates {
  float rate, epsilon, one_minus_beta1, one_minus_beta2;
};

PER_PROCESSOR void Update(int64_t count, float* __restrict weight, float* __restrict first, float* __restrict second, const float* __restrict gradient, Rates rates) {
  for (int64_t index = 0; index < count; ++index) {
    const float g = gradient[index];
    const float m = first[index] + (g - first[index]) * rates.one_minus_beta1;
    const float v = second[index] + (g * g - second[index]) * rates.one_minus_beta2;
    first[index] = m;
    second[index] = v;
    weight[index] -= rates.rate * m / (std::sqrt(v) + rates.epsilon);
  }
}

// Calls work(begin, end) over [0, count) on several threads where that pays.
template <typename Work>
void Share(int64_t count, int64_t width, int threads, const Work& work) {
  constexpr int64_t kElementsWorthAThread = 1 << 17;
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(threads, count * width / kElementsWorthAThread));
  std::vector<std::thread> helpers;
  for (int64_t part = 1; part < parts; ++part) helpers.emplace_back([&, part] { work(count * part / parts, count * (part + 1) / parts); });
  work(0, count / parts);
  for (auto& helper : helpers) helper.join();
}

// Gradients of some rows of a table, those of a row that occurs several times added up in their order.
struct RowGradients {
  // The place of each row of the table in `sums`, -1 where it has no gradient.
  std::vector<int32_t> place;
  std::vector<float> sums;
};

bool SumRows(const Read& rows, const Read& values, int64_t table_rows, int64_t width, RowGradients* result) {
  result->place.assign(table_rows, -1);
  int32_t unique = 0;
  for (int64_t index = 0; index < rows.size(); ++index) {
    const int32_t row = rows.data<int32_t>()[index];
    // A negative row is no row: TensorFlow's own segment sums leave those out, too.
    if (row < 0) continue;
    if (row >= table_rows) return false;
    if (result->place[row] < 0) result->place[row] = unique++;
  }
  result->sums.assign(unique * width, 0.0f);
  for (int64_t index = 0; index < rows.size(); ++index) {
    const int32_t row = rows.data<int32_t>()[index];
    if (row < 0) continue;
    float* sum = result->sums.data() + result->place[row] * width;
    const float* value = values.data<float>() + index * width;
    for (int64_t column = 0; column < width; ++column) sum[column] += value[column];
  }
  return true;
}

// (weight, first moment, second moment, gradient, rows | -1, active rows uint8 | undefined, only touched rows, rate, epsilon, beta1, beta2, threads)
napi_value AdamUpdate(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Borrowed weight(env, Integer(env, arguments[0])), first(env, Integer(env, arguments[1])), second(env, Integer(env, arguments[2]));
  if (!weight.ok() || !first.ok() || !second.ok()) return nullptr;
  const Read gradient(env, Integer(env, arguments[3]));
  if (!gradient.ok()) return nullptr;
  const int threads = Integer(env, arguments[11]);
  // In float32 as TensorFlow computes them: 1 - beta2 is small, and rounding beta2 shows in it.
  const Rates rates{static_cast<float>(Real(env, arguments[7])), static_cast<float>(Real(env, arguments[8])),
                    1.0f - static_cast<float>(Real(env, arguments[9])), 1.0f - static_cast<float>(Real(env, arguments[10]))};
  const int64_t rows_id = Integer(env, arguments[4]);
  const int64_t table_rows = weight.rows(), width = table_rows == 0 ? 0 : weight.size() / table_rows;
  if (rows_id < 0) {
    Share(weight.size(), 1, threads, [&](int64_t begin, int64_t end) {
      Update(end - begin, weight.data() + begin, first.data() + begin, second.data() + begin, gradient.data<float>() + begin, rates);
    });
    return nullptr;
  }
  const Read rows(env, rows_id);
  if (!rows.ok()) return nullptr;
  const Bytes active = TypedArrayBytes(env, arguments[5]);
  RowGradients gradients;
  if (static_cast<int64_t>(active.size) != table_rows || gradient.size() != rows.size() * width || !SumRows(rows, gradient, table_rows, width, &gradients)) {
    napi_throw_error(env, nullptr, "Adam: the gradients of rows do not fit the table");
    return nullptr;
  }
  const bool only_touched = Boolean(env, arguments[6]);
  const std::vector<float> none(width, 0.0f);
  // Rows that never had a gradient have moments of zero: Adam leaves them where they are.
  Share(table_rows, width, threads, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int32_t place = gradients.place[row];
      if (place >= 0) active.data[row] = 1;
      if (place < 0 && (only_touched || active.data[row] == 0)) continue;
      const float* values = place < 0 ? none.data() : gradients.sums.data() + place * width;
      Update(width, weight.data() + row * width, first.data() + row * width, second.data() + row * width, values, rates);
    }
  });
  return nullptr;
}

}  // namespace

void AddAdamUpdate(napi_env env, napi_value exports) { AddFunction(env, exports, "adamUpdate", AdamUpdate); }

}  // namespace gramkit
