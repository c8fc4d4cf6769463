// Rows of a table changed in place: what a step costs depends on the rows it touches, not on the table.
#include "tensors.h"

namespace gramkit {
namespace {

// (table, rows, values): adds values to the rows of the table.
napi_value AddToRows(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info);
  Borrowed table(env, Integer(env, arguments[0]));
  if (!table.ok()) return nullptr;
  const Read rows(env, Integer(env, arguments[1]));
  if (!rows.ok()) return nullptr;
  const Read values(env, Integer(env, arguments[2]));
  if (!values.ok()) return nullptr;
  const int64_t width = table.rows() == 0 ? 0 : table.size() / table.rows();
  bool fits = values.size() == rows.size() * width;
  for (int64_t index = 0; fits && index < rows.size(); ++index) {
    const int32_t row = rows.data<int32_t>()[index];
    fits = row >= 0 && row < table.rows();
  }
  if (!fits) {
    napi_throw_error(env, nullptr, "the rows to be changed do not fit the table");
    return nullptr;
  }
  for (int64_t index = 0; index < rows.size(); ++index) {
    float* row = table.data() + rows.data<int32_t>()[index] * width;
    const float* value = values.data<float>() + index * width;
    for (int64_t column = 0; column < width; ++column) row[column] += value[column];
  }
  return nullptr;
}

}  // namespace

void AddRowUpdate(napi_env env, napi_value exports) { AddFunction(env, exports, "addToRows", AddToRows); }

}  // namespace gramkit
