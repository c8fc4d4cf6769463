// Operations of Gramkit for TensorFlow: work that would otherwise take a dozen operations, each a pass over memory and a call from
// JavaScript. The equations stand in @gramkit/spec (kernels.ts) and, for the masks, in src/kernels/row-hash-mask.ts.
#include <node_api.h>

#include "kernel.h"
#include "registration.h"

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  gramkit::Status status;
  gramkit::RegisterLstmCell(status.status);
  gramkit::RegisterRowHashMask(status.status);
  gramkit::RegisterPackedAttention(status.status);
  gramkit::RegisterPackedDropout(status.status);
  gramkit::RegisterPackedPooling(status.status);
  gramkit::RegisterLayerNorm(status.status);
  gramkit::RegisterBiasGelu(status.status);
  gramkit::RegisterColumnSum(status.status);
  if (!status.ok()) napi_throw_error(env, nullptr, TF_Message(status.status));
  return exports;
}
