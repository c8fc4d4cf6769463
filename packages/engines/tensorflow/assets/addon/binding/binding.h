// What the parts of the addon share: values between JavaScript and C++.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "binding/tfjs_backend.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace gramkit {

tfnodejs::TFJSBackend* Backend(napi_env env);
void AddGraphFunctions(napi_env env, napi_value exports);
void AddAdamUpdate(napi_env env, napi_value exports);
void AddRowUpdate(napi_env env, napi_value exports);
void AddZeros(napi_env env, napi_value exports);

// The arguments of a call from JavaScript.
inline std::vector<napi_value> Arguments(napi_env env, napi_callback_info info) {
  size_t count = 12;
  std::vector<napi_value> values(count);
  napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
  values.resize(count < 12 ? count : 12);
  napi_value absent;
  napi_get_undefined(env, &absent);
  values.resize(12, absent);
  return values;
}

inline std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, &text[0], length + 1, &length);
  return text;
}

inline int64_t Integer(napi_env env, napi_value value) {
  int64_t result = 0;
  napi_get_value_int64(env, value, &result);
  return result;
}

inline double Real(napi_env env, napi_value value) {
  double result = 0;
  napi_get_value_double(env, value, &result);
  return result;
}

inline bool Boolean(napi_env env, napi_value value) {
  bool result = false;
  napi_get_value_bool(env, value, &result);
  return result;
}

inline bool IsArray(napi_env env, napi_value value) {
  bool result = false;
  napi_is_array(env, value, &result);
  return result;
}

inline std::vector<napi_value> Elements(napi_env env, napi_value array) {
  uint32_t length = 0;
  if (!IsArray(env, array)) return {};
  napi_get_array_length(env, array, &length);
  std::vector<napi_value> elements(length);
  for (uint32_t index = 0; index < length; ++index) napi_get_element(env, array, index, &elements[index]);
  return elements;
}

inline std::vector<int64_t> Integers(napi_env env, napi_value array) {
  std::vector<int64_t> integers;
  for (napi_value element : Elements(env, array)) integers.push_back(Integer(env, element));
  return integers;
}

inline napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  napi_get_named_property(env, object, name, &value);
  return value;
}

// The memory of a typed array; no memory where the value is none.
struct Bytes {
  char* data = nullptr;
  size_t size = 0;
};

inline Bytes TypedArrayBytes(napi_env env, napi_value value) {
  bool typed = false;
  napi_is_typedarray(env, value, &typed);
  if (!typed) return {};
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer;
  size_t offset = 0;
  napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset);
  size_t width = 1;
  if (type == napi_int16_array || type == napi_uint16_array) width = 2;
  if (type == napi_int32_array || type == napi_uint32_array || type == napi_float32_array) width = 4;
  if (type == napi_float64_array || type == napi_bigint64_array || type == napi_biguint64_array) width = 8;
  return {static_cast<char*>(data), length * width};
}

// A status of TensorFlow that becomes an exception of JavaScript.
class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  TF_Status* get() const { return status_; }
  // Throws what went wrong at `place`; false where nothing did.
  bool Throws(napi_env env, const std::string& place) const {
    if (TF_GetCode(status_) == TF_OK) return false;
    napi_throw_error(env, nullptr, (place + ": " + TF_Message(status_)).c_str());
    return true;
  }

 private:
  TF_Status* status_ = TF_NewStatus();
};

inline void AddFunction(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  napi_set_named_property(env, exports, name, value);
}

}  // namespace gramkit
