#include "kernel.h"
#include "processor.h"
#include "registration.h"

namespace gramkit {
namespace {

PER_PROCESSOR void LstmCellRow(int64_t width, const float* __restrict projected, const float* __restrict recurrent, const float* __restrict cell, float keep, float* const* out, int64_t offset) {
  float* __restrict hidden = out[0] + offset;
  float* __restrict next = out[1] + offset;
  float* __restrict input_gate = out[2] + offset;
  float* __restrict forget_gate = out[3] + offset;
  float* __restrict candidate = out[4] + offset;
  float* __restrict output_gate = out[5] + offset;
  float* __restrict activated = out[6] + offset;
#pragma GCC ivdep
  for (int64_t k = 0; k < width; ++k) {
    const float i = Sigmoid(projected[k] + keep * recurrent[k]);
    const float f = Sigmoid(projected[width + k] + keep * recurrent[width + k]);
    const float g = Tanh(projected[2 * width + k] + keep * recurrent[2 * width + k]);
    const float o = Sigmoid(projected[3 * width + k] + keep * recurrent[3 * width + k]);
    const float c = f * (keep * cell[k]) + i * g;
    const float t = Tanh(c);
    input_gate[k] = i;
    forget_gate[k] = f;
    candidate[k] = g;
    output_gate[k] = o;
    next[k] = c;
    activated[k] = t;
    hidden[k] = o * t;
  }
}

PER_PROCESSOR void LstmCellGradientRow(int64_t width, const float* const* in, int64_t offset, float keep, float keep_next, float* __restrict gates, float* __restrict previous) {
  const float* output_gradient = in[0] + offset;
  const float* recurrent_gradient = in[1] + offset;
  const float* cell_gradient = in[2] + offset;
  const float* input_gate = in[3] + offset;
  const float* forget_gate = in[4] + offset;
  const float* candidate = in[5] + offset;
  const float* output_gate = in[6] + offset;
  const float* activated = in[7] + offset;
  const float* previous_cell = in[8] + offset;
  for (int64_t k = 0; k < width; ++k) {
    const float i = input_gate[k], f = forget_gate[k], g = candidate[k], o = output_gate[k], t = activated[k];
    const float hidden = output_gradient[k] + keep_next * recurrent_gradient[k];
    const float cell = cell_gradient[k] + hidden * o * (1.0f - t * t);
    gates[k] = cell * g * i * (1.0f - i);
    gates[width + k] = cell * (keep * previous_cell[k]) * f * (1.0f - f);
    gates[2 * width + k] = cell * i * (1.0f - g * g);
    gates[3 * width + k] = hidden * t * o * (1.0f - o);
    previous[k] = keep * (cell * f);
  }
}

void LstmCellCompute(void*, TF_OpKernelContext* context) {
  Owned projected, recurrent, cell, keep;
  if (!Input(context, 0, &projected) || !Input(context, 1, &recurrent) || !Input(context, 2, &cell) || !Input(context, 3, &keep)) return;
  if (cell.rank() != 2) return void(Refuse(context, "LstmCell: the cell is no matrix"));
  const int64_t rows = cell.size(0), width = cell.size(1);
  if (!IsMatrix(projected, rows, 4 * width) || !IsMatrix(recurrent, rows, 4 * width)) return void(Refuse(context, "LstmCell: the gates are not [batch, 4 hidden]"));
  if (keep.rank() != 1 || keep.size(0) != rows) return void(Refuse(context, "LstmCell: 'keep' is not [batch]"));
  Owned outputs[7];
  float* out[7];
  for (int index = 0; index < 7; ++index) {
    if (!Output(context, index, {rows, width}, &outputs[index])) return;
    out[index] = outputs[index].data<float>();
  }
  for (int64_t row = 0; row < rows; ++row) {
    LstmCellRow(width, projected.data<float>() + row * 4 * width, recurrent.data<float>() + row * 4 * width, cell.data<float>() + row * width, keep.data<float>()[row], out, row * width);
  }
}

void LstmCellGradientCompute(void*, TF_OpKernelContext* context) {
  Owned inputs[9];
  const float* in[9];
  for (int index = 0; index < 9; ++index) {
    if (!Input(context, index, &inputs[index])) return;
    if (inputs[0].rank() != 2 || !IsMatrix(inputs[index], inputs[0].size(0), inputs[0].size(1))) return void(Refuse(context, "LstmCellGradient: the inputs are not all [batch, hidden]"));
    in[index] = inputs[index].data<float>();
  }
  const int64_t rows = inputs[0].size(0), width = inputs[0].size(1);
  Owned keep, keep_next;
  if (!Input(context, 9, &keep) || !Input(context, 10, &keep_next)) return;
  if (keep.rank() != 1 || keep_next.rank() != 1 || keep.size(0) != rows || keep_next.size(0) != rows) return void(Refuse(context, "LstmCellGradient: 'keep' and 'keep_next' are not [batch]"));
  Owned gates, previous;
  if (!Output(context, 0, {rows, 4 * width}, &gates) || !Output(context, 1, {rows, width}, &previous)) return;
  for (int64_t row = 0; row < rows; ++row) {
    LstmCellGradientRow(width, in, row * width, keep.data<float>()[row], keep_next.data<float>()[row], gates.data<float>() + row * 4 * width, previous.data<float>() + row * width);
  }
}

}  // namespace

void RegisterLstmCell(TF_Status* status) {
  Register(status, "GramkitLstmCell", {"projected: float", "recurrent: float", "cell: float", "keep: float"},
           {"hidden: float", "next_cell: float", "input_gate: float", "forget_gate: float", "candidate: float", "output_gate: float", "activated_cell: float"}, {},
           &LstmCellCompute);
  Register(status, "GramkitLstmCellGradient",
           {"output_gradient: float", "recurrent_gradient: float", "cell_gradient: float", "input_gate: float", "forget_gate: float", "candidate: float",
            "output_gate: float", "activated_cell: float", "previous_cell: float", "keep: float", "keep_next: float"},
           {"gates_gradient: float", "previous_cell_gradient: float"}, {}, &LstmCellGradientCompute);
}

}  // namespace gramkit
