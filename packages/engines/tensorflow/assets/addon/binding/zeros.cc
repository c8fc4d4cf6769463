// Tensors of zeros whose memory the system provides as it is written to: an optimizer's moments of rows that never get a gradient take none.
#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "tensors.h"

namespace gramkit {
namespace {

// Memory of an allocator may have been used before. Its whole pages are handed back, after which they read as zeros; the rest is written.
void Clear(char* data, size_t size) {
#if defined(__linux__)
  const size_t page = sysconf(_SC_PAGESIZE);
  const size_t head = (page - reinterpret_cast<uintptr_t>(data) % page) % page;
  if (size > head + page) {
    const size_t whole = (size - head) / page * page;
    if (madvise(data + head, whole, MADV_DONTNEED) == 0) {
      std::memset(data, 0, head);
      std::memset(data + head + whole, 0, size - head - whole);
      return;
    }
  }
#endif
  std::memset(data, 0, size);
}

// (shape) -> id of a float32 tensor
napi_value Zeros(napi_env env, napi_callback_info info) {
  const auto shape = Integers(env, Arguments(env, info)[0]);
  size_t size = sizeof(float);
  for (const int64_t length : shape) size *= length;
  TF_Tensor* tensor = TF_AllocateTensor(TF_FLOAT, shape.data(), shape.size(), size);
  Clear(static_cast<char*>(TF_TensorData(tensor)), size);
  Status status;
  TFE_TensorHandle* handle = TFE_NewTensorHandle(tensor, status.get());
  TF_DeleteTensor(tensor);
  if (status.Throws(env, "zeros")) return nullptr;
  napi_value id;
  napi_create_int32(env, Backend(env)->InsertHandle(handle), &id);
  return id;
}

}  // namespace

void AddZeros(napi_env env, napi_value exports) { AddFunction(env, exports, "zeros", Zeros); }

}  // namespace gramkit
