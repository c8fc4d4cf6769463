// Operations of Gramkit for TensorFlow, through its C interface: element-wise work that would otherwise take a dozen
// operations, each a pass over memory and a call from JavaScript. The equations stand in @gramkit/spec (kernels.ts) and,
// for the mask, in src/kernels/row-hash-mask.ts.
#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// One binary for every processor of its kind: the cache may move to another machine.
#if defined(__x86_64__)
#define PER_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PER_PROCESSOR
#endif

namespace {

// e^x by Cephes' expf: x = n ln 2 + r, a polynomial for e^r, and n added to the exponent. Written out so that it vectorises.
inline float Exp(float x) {
  x = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
  const float n = std::floor(x * 1.44269504088896341f + 0.5f);
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

inline float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }
// Exact to one unit of 2^-24 of the range: what cancels near 0 is far below the gates' own rounding.
inline float Tanh(float x) { return 2.0f / (1.0f + Exp(-2.0f * x)) - 1.0f; }

PER_PROCESSOR void LstmCellRow(int64_t width, const float* __restrict projected, const float* __restrict recurrent, const float* __restrict cell, float* const* out, int64_t offset) {
  float* __restrict hidden = out[0] + offset;
  float* __restrict next = out[1] + offset;
  float* __restrict input_gate = out[2] + offset;
  float* __restrict forget_gate = out[3] + offset;
  float* __restrict candidate = out[4] + offset;
  float* __restrict output_gate = out[5] + offset;
  float* __restrict activated = out[6] + offset;
#pragma GCC ivdep
  for (int64_t k = 0; k < width; ++k) {
    const float i = Sigmoid(projected[k] + recurrent[k]);
    const float f = Sigmoid(projected[width + k] + recurrent[width + k]);
    const float g = Tanh(projected[2 * width + k] + recurrent[2 * width + k]);
    const float o = Sigmoid(projected[3 * width + k] + recurrent[3 * width + k]);
    const float c = f * cell[k] + i * g;
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

PER_PROCESSOR void LstmCellGradientRow(int64_t width, const float* const* in, int64_t offset, float* __restrict gates, float* __restrict previous) {
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
    const float hidden = output_gradient[k] + recurrent_gradient[k];
    const float cell = cell_gradient[k] + hidden * o * (1.0f - t * t);
    gates[k] = cell * g * i * (1.0f - i);
    gates[width + k] = cell * previous_cell[k] * f * (1.0f - f);
    gates[2 * width + k] = cell * i * (1.0f - g * g);
    gates[3 * width + k] = hidden * t * o * (1.0f - o);
    previous[k] = cell * f;
  }
}

inline uint32_t Mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}

PER_PROCESSOR void MaskRow(int64_t count, uint32_t row_key, const uint32_t* element_keys, int32_t threshold, float kept, float* __restrict out) {
  for (int64_t k = 0; k < count; ++k) {
    const int32_t product = static_cast<int32_t>((row_key ^ element_keys[k]) * 0x7feb352du);
    const uint32_t folded = static_cast<uint32_t>(product ^ (product >> 15));
    out[k] = static_cast<int32_t>(folded * 0x846ca68bu) >= threshold ? kept : 0.0f;
  }
}

// A tensor that is freed with its scope.
struct Owned {
  TF_Tensor* tensor = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  ~Owned() {
    if (tensor != nullptr) TF_DeleteTensor(tensor);
  }
  template <typename Value>
  Value* data() const { return static_cast<Value*>(TF_TensorData(tensor)); }
  int rank() const { return TF_NumDims(tensor); }
  int64_t size(int dimension) const { return TF_Dim(tensor, dimension); }
};

struct Status {
  TF_Status* status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  bool ok() const { return TF_GetCode(status) == TF_OK; }
};

bool Input(TF_OpKernelContext* context, int index, Owned* input) {
  Status status;
  TF_GetInput(context, index, &input->tensor, status.status);
  if (!status.ok()) TF_OpKernelContext_Failure(context, status.status);
  return status.ok();
}

bool Output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, Owned* output) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  Status status;
  output->tensor = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), count * sizeof(float), status.status);
  if (!status.ok()) TF_OpKernelContext_Failure(context, status.status);
  return status.ok();
}

bool Refuse(TF_OpKernelContext* context, const char* message) {
  Status status;
  TF_SetStatus(status.status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context, status.status);
  return false;
}

bool IsMatrix(const Owned& tensor, int64_t rows, int64_t columns) {
  return tensor.rank() == 2 && tensor.size(0) == rows && tensor.size(1) == columns;
}

void LstmCellCompute(void*, TF_OpKernelContext* context) {
  Owned projected, recurrent, cell;
  if (!Input(context, 0, &projected) || !Input(context, 1, &recurrent) || !Input(context, 2, &cell)) return;
  if (cell.rank() != 2) return void(Refuse(context, "LstmCell: the cell is no matrix"));
  const int64_t rows = cell.size(0), width = cell.size(1);
  if (!IsMatrix(projected, rows, 4 * width) || !IsMatrix(recurrent, rows, 4 * width)) return void(Refuse(context, "LstmCell: the gates are not [batch, 4 hidden]"));
  Owned outputs[7];
  float* out[7];
  for (int index = 0; index < 7; ++index) {
    if (!Output(context, index, {rows, width}, &outputs[index])) return;
    out[index] = outputs[index].data<float>();
  }
  for (int64_t row = 0; row < rows; ++row) {
    LstmCellRow(width, projected.data<float>() + row * 4 * width, recurrent.data<float>() + row * 4 * width, cell.data<float>() + row * width, out, row * width);
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
  Owned gates, previous;
  if (!Output(context, 0, {rows, 4 * width}, &gates) || !Output(context, 1, {rows, width}, &previous)) return;
  for (int64_t row = 0; row < rows; ++row) {
    LstmCellGradientRow(width, in, row * width, gates.data<float>() + row * 4 * width, previous.data<float>() + row * width);
  }
}

struct MaskSettings {
  int32_t site = 0;
  int32_t threshold = 0;
  float kept = 1.0f;
  std::vector<int32_t> shape, strides;
};

std::vector<int32_t> ListAttribute(TF_OpKernelConstruction* construction, const char* name, TF_Status* status) {
  int32_t length = 0, total = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &length, &total, status);
  std::vector<int32_t> values(std::max(length, 0));
  if (!values.empty()) TF_OpKernelConstruction_GetAttrInt32List(construction, name, values.data(), length, status);
  return values;
}

void* MaskCreate(TF_OpKernelConstruction* construction) {
  auto* settings = new MaskSettings;
  Status status;
  TF_OpKernelConstruction_GetAttrInt32(construction, "site", &settings->site, status.status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "threshold", &settings->threshold, status.status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "kept", &settings->kept, status.status);
  settings->shape = ListAttribute(construction, "shape", status.status);
  settings->strides = ListAttribute(construction, "strides", status.status);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction, status.status);
  return settings;
}

void MaskDelete(void* kernel) { delete static_cast<MaskSettings*>(kernel); }

std::vector<uint32_t> ElementKeys(const MaskSettings& settings) {
  std::vector<uint32_t> indices{0};
  for (size_t dimension = 0; dimension < settings.shape.size(); ++dimension) {
    std::vector<uint32_t> longer;
    longer.reserve(indices.size() * settings.shape[dimension]);
    for (const uint32_t index : indices) {
      for (int32_t position = 0; position < settings.shape[dimension]; ++position) longer.push_back(index + static_cast<uint32_t>(position) * settings.strides[dimension]);
    }
    indices.swap(longer);
  }
  const uint32_t site_key = Mix(settings.site);
  for (uint32_t& index : indices) index = Mix(Mix(index) + site_key);
  return indices;
}

void MaskCompute(void* kernel, TF_OpKernelContext* context) {
  const auto& settings = *static_cast<MaskSettings*>(kernel);
  Owned rows, seed, output;
  if (!Input(context, 0, &rows) || !Input(context, 1, &seed)) return;
  if (rows.rank() != 1 || seed.rank() != 0 || settings.shape.size() != settings.strides.size()) return void(Refuse(context, "RowHashMask: mask rows are no vector, the seed is no scalar, or shape and strides differ in length"));
  std::vector<int64_t> shape{rows.size(0)};
  shape.insert(shape.end(), settings.shape.begin(), settings.shape.end());
  if (!Output(context, 0, shape, &output)) return;
  const std::vector<uint32_t> element_keys = ElementKeys(settings);
  const int64_t count = element_keys.size();
  const uint32_t seed_key = Mix(*seed.data<int32_t>());
  for (int64_t row = 0; row < rows.size(0); ++row) {
    MaskRow(count, Mix(Mix(rows.data<int32_t>()[row]) + seed_key), element_keys.data(), settings.threshold, settings.kept, output.data<float>() + row * count);
  }
}

void UnknownShapes(TF_ShapeInferenceContext* context, TF_Status* status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

using Names = std::initializer_list<const char*>;

void Register(TF_Status* status, const char* name, Names inputs, Names outputs, Names attributes, void* (*create)(TF_OpKernelConstruction*),
              void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*)) {
  if (TF_GetCode(status) != TF_OK) return;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, &UnknownShapes);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status);
}

}  // namespace

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  Status status;
  Register(status.status, "GramkitLstmCell", {"projected: float", "recurrent: float", "cell: float"},
           {"hidden: float", "next_cell: float", "input_gate: float", "forget_gate: float", "candidate: float", "output_gate: float", "activated_cell: float"}, {},
           nullptr, &LstmCellCompute, nullptr);
  Register(status.status, "GramkitLstmCellGradient",
           {"output_gradient: float", "recurrent_gradient: float", "cell_gradient: float", "input_gate: float", "forget_gate: float", "candidate: float",
            "output_gate: float", "activated_cell: float", "previous_cell: float"},
           {"gates_gradient: float", "previous_cell_gradient: float"}, {}, nullptr, &LstmCellGradientCompute, nullptr);
  Register(status.status, "GramkitRowHashMask", {"mask_rows: int32", "seed: int32"}, {"mask: float"},
           {"site: int", "threshold: int", "kept: float", "shape: list(int)", "strides: list(int)"}, &MaskCreate, &MaskCompute, &MaskDelete);
  if (!status.ok()) napi_throw_error(env, nullptr, TF_Message(status.status));
  return exports;
}
