#include "add_rows.h"
#include "column_sums.h"
#include "kernel.h"
#include "registration.h"

namespace gramkit {
namespace {

void ColumnSumCompute(void*, TF_OpKernelContext* context) {
  Owned rows, sums;
  if (!Input(context, 0, &rows)) return;
  if (rows.rank() != 2) return void(Refuse(context, "ColumnSum: the rows are no matrix"));
  const int64_t columns = rows.size(1);
  if (!Output(context, 0, {columns}, &sums)) return;
  SumOverRows(rows.size(0), columns, sums.floats(), [&](int64_t first, int64_t past, float* partial) {
    AddRows(past - first, columns, rows.floats() + first * columns, partial);
  });
}

}  // namespace

void RegisterColumnSum(TF_Status* status) { Register(status, "GramkitColumnSum", {"rows: float"}, {"sums: float"}, {}, &ColumnSumCompute); }

}  // namespace gramkit
