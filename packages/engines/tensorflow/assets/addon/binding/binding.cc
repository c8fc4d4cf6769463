// The addon of tfjs-node, whose file is compiled as part of this one, with functions of ours beside its own on the same exports.
// Built with -fno-access-control: ours need the eager context and the tensor handles that tfjs-node's backend keeps to itself.
#include <node_api.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#undef NAPI_MODULE
#define NAPI_MODULE(name, function)
#include "binding/tfjs_binding.cc"

#include "binding.h"

namespace gramkit {

tfnodejs::TFJSBackend* Backend(napi_env env) {
  void* backend = nullptr;
  napi_get_instance_data(env, &backend);
  return static_cast<tfnodejs::TFJSBackend*>(backend);
}

}  // namespace gramkit

NAPI_MODULE_INIT() {
#if defined(__GLIBC__)
  // TensorFlow's threads would each keep freed memory to themselves otherwise.
  mallopt(M_ARENA_MAX, 2);
  // Large blocks go back to the system when they are freed. By itself the allocator learns to keep ever larger ones, and steps of ever new
  // shapes leave it holding what none of them needs. Together the three take 100 MB off the peak of a training run, and 1% of its speed at most.
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 128 << 10);
#endif
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return exports;
  gramkit::AddGraphFunctions(env, exports);
  gramkit::AddAdamUpdate(env, exports);
  gramkit::AddRowUpdate(env, exports);
  gramkit::AddZeros(env, exports);
  return exports;
}
