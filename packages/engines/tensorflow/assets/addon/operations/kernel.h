// TensorFlow's C interface for kernels, as the operations here use it: inputs and outputs that free themselves, refusals, registration.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace gramkit {

/** A tensor that is freed with its scope. */
struct Owned {
  TF_Tensor* tensor = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  ~Owned() {
    if (tensor != nullptr) TF_DeleteTensor(tensor);
  }
  template <typename Value>
  Value* data() const { return static_cast<Value*>(TF_TensorData(tensor)); }
  float* floats() const { return data<float>(); }
  int rank() const { return TF_NumDims(tensor); }
  int64_t size(int dimension) const { return TF_Dim(tensor, dimension); }
};

struct Status {
  TF_Status* status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  bool ok() const { return TF_GetCode(status) == TF_OK; }
};

inline bool Input(TF_OpKernelContext* context, int index, Owned* input) {
  Status status;
  TF_GetInput(context, index, &input->tensor, status.status);
  if (!status.ok()) TF_OpKernelContext_Failure(context, status.status);
  return status.ok();
}

/** Inputs 0, 1, 2, … */
template <size_t count>
bool Inputs(TF_OpKernelContext* context, Owned (&inputs)[count]) {
  for (size_t index = 0; index < count; ++index) {
    if (!Input(context, static_cast<int>(index), &inputs[index])) return false;
  }
  return true;
}

inline bool Output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, Owned* output) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  Status status;
  output->tensor = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), count * sizeof(float), status.status);
  if (!status.ok()) TF_OpKernelContext_Failure(context, status.status);
  return status.ok();
}

inline bool Refuse(TF_OpKernelContext* context, const std::string& message) {
  Status status;
  TF_SetStatus(status.status, TF_INVALID_ARGUMENT, message.c_str());
  TF_OpKernelContext_Failure(context, status.status);
  return false;
}

inline bool IsVector(const Owned& tensor, int64_t length) { return tensor.rank() == 1 && tensor.size(0) == length; }

inline bool IsMatrix(const Owned& tensor, int64_t rows, int64_t columns) {
  return tensor.rank() == 2 && tensor.size(0) == rows && tensor.size(1) == columns;
}

inline void UnknownShapes(TF_ShapeInferenceContext* context, TF_Status* status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

using Names = std::initializer_list<const char*>;

/** How a kernel reads its attributes; both null where it has none. */
struct Settings {
  void* (*create)(TF_OpKernelConstruction*) = nullptr;
  void (*destroy)(void*) = nullptr;
};

/** The settings of a kernel whose attributes `Attributes(construction, status)` reads. */
template <typename Attributes>
Settings SettingsOf() {
  return {
      [](TF_OpKernelConstruction* construction) -> void* {
        Status status;
        auto* attributes = new Attributes(construction, status.status);
        if (!status.ok()) TF_OpKernelConstruction_Failure(construction, status.status);
        return attributes;
      },
      [](void* kernel) { delete static_cast<Attributes*>(kernel); },
  };
}

inline int32_t IntegerAttribute(TF_OpKernelConstruction* construction, const char* name, TF_Status* status) {
  int32_t value = 0;
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt32(construction, name, &value, status);
  return value;
}

inline float RealAttribute(TF_OpKernelConstruction* construction, const char* name, TF_Status* status) {
  float value = 0.0f;
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrFloat(construction, name, &value, status);
  return value;
}

inline void Register(TF_Status* status, const char* name, Names inputs, Names outputs, Names attributes, void (*compute)(void*, TF_OpKernelContext*),
                     Settings settings = {}) {
  if (TF_GetCode(status) != TF_OK) return;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, &UnknownShapes);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", settings.create, compute, settings.destroy), status);
}

}  // namespace gramkit
