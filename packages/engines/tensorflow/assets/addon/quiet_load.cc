// TensorFlow logs through Abseil, which TF_CPP_MIN_LOG_LEVEL does not reach outside Python, and it speaks from its
// static initialisers. Loaded before the addon, this module loads the framework library with the standard error stream
// closed for that moment, and then hands the level to Abseil.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdlib>

namespace {

// absl::SetMinLogLevel(absl::LogSeverityAtLeast); the mangled name holds the Abseil release that TensorFlow 2.21 is built on.
constexpr char kSetMinLogLevel[] = "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE";

void* LoadFrameworkSilently() {
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (saved >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  void* library = dlopen("libtensorflow_framework.so.2", RTLD_NOW | RTLD_LOCAL);
  if (saved >= 0) {
    dup2(saved, STDERR_FILENO);
    close(saved);
  }
  if (nowhere >= 0) close(nowhere);
  return library;
}

}  // namespace

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || std::atoi(level) < 1) return exports;
  void* library = LoadFrameworkSilently();
  if (library == nullptr) {
    napi_throw_error(env, nullptr, dlerror());
    return exports;
  }
  void* symbol = dlsym(library, kSetMinLogLevel);
  if (symbol != nullptr) reinterpret_cast<void (*)(int)>(symbol)(std::atoi(level));
  return exports;
}
