// Memory of tensors behind the handles that JavaScript knows.
#pragma once
#include <cstring>

#include "binding.h"

namespace gramkit {

// The memory of a variable, its own for the time of an update in place.
//
// The buffer is taken out of its handle, changed, and put back under the same number. A buffer that anything else shares (a clone, a
// reshaped view, an output of a function) is copied first, so that what others hold keeps its values.
class Borrowed {
 public:
  Borrowed(napi_env env, int32_t id) : env_(env), id_(id) {
    auto& handles = Backend(env)->tfe_handle_map_;
    const auto found = handles.find(id);
    if (found == handles.end()) {
      napi_throw_error(env, nullptr, "a variable that is to be updated has been disposed");
      return;
    }
    Status status;
    TF_Tensor* tensor = TFE_TensorHandleResolve(found->second, status.get());
    if (status.Throws(env, "updating a variable")) return;
    TFE_DeleteTensorHandle(found->second);
    handles.erase(found);
    tensor_ = TF_TensorMaybeMove(tensor);
    if (tensor_ != nullptr) return;
    tensor_ = Copy(tensor);
    TF_DeleteTensor(tensor);
  }
  Borrowed(const Borrowed&) = delete;
  ~Borrowed() {
    if (tensor_ == nullptr) return;
    Status status;
    TFE_TensorHandle* handle = TFE_NewTensorHandle(tensor_, status.get());
    if (!status.Throws(env_, "updating a variable")) Backend(env_)->tfe_handle_map_[id_] = handle;
    TF_DeleteTensor(tensor_);
  }
  bool ok() const { return tensor_ != nullptr; }
  float* data() const { return static_cast<float*>(TF_TensorData(tensor_)); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int64_t rows() const { return TF_NumDims(tensor_) == 0 ? 1 : TF_Dim(tensor_, 0); }

 private:
  static TF_Tensor* Copy(const TF_Tensor* tensor) {
    std::vector<int64_t> shape(TF_NumDims(tensor));
    for (size_t index = 0; index < shape.size(); ++index) shape[index] = TF_Dim(tensor, index);
    TF_Tensor* copy = TF_AllocateTensor(TF_TensorType(tensor), shape.data(), shape.size(), TF_TensorByteSize(tensor));
    std::memcpy(TF_TensorData(copy), TF_TensorData(tensor), TF_TensorByteSize(tensor));
    return copy;
  }
  napi_env env_;
  int32_t id_;
  TF_Tensor* tensor_ = nullptr;
};

// A tensor that is only read.
class Read {
 public:
  Read(napi_env env, int64_t id) {
    auto& handles = Backend(env)->tfe_handle_map_;
    const auto found = handles.find(id);
    Status status;
    if (found != handles.end()) tensor_ = TFE_TensorHandleResolve(found->second, status.get());
    if (tensor_ == nullptr) napi_throw_error(env, nullptr, "a tensor that an update reads has been disposed");
  }
  ~Read() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  bool ok() const { return tensor_ != nullptr; }
  template <typename Value>
  const Value* data() const { return static_cast<const Value*>(TF_TensorData(tensor_)); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }

 private:
  TF_Tensor* tensor_ = nullptr;
};

}  // namespace gramkit
