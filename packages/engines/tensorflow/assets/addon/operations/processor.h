// What makes plain loops fast on every processor: clones of a function per instruction set, sums and elementary functions written out
// so that they vectorise.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

// One binary for every processor of its kind: the cache may move to another machine. AVX2 alone has no fused multiplication and addition.
#if defined(__x86_64__) && !defined(__clang__) && __GNUC__ >= 12
#define PER_PROCESSOR __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default")))
#elif defined(__x86_64__)
#define PER_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PER_PROCESSOR
#endif

// What a function above calls must become part of it, to be compiled for the same processor.
#define ALWAYS_INLINE inline __attribute__((always_inline))

namespace gramkit {

/** Elements that work is laid out in: a register with AVX-512, two with AVX, four with SSE or NEON. */
constexpr int64_t kLanes = 16;

ALWAYS_INLINE int64_t WholeVectors(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

/** The sum of `term(k)` over k < count, as 64 sums side by side: compilers leave one chain of additions as it is. */
template <typename Term>
ALWAYS_INLINE float SumOf(int64_t count, const Term& term) {
  constexpr int64_t width = 64;
  float sums[width] = {};
  int64_t k = 0;
  for (; k + width <= count; k += width) {
    for (int64_t lane = 0; lane < width; ++lane) sums[lane] += term(k + lane);
  }
  for (int64_t lane = 0; k + lane < count; ++lane) sums[lane] += term(k + lane);
  for (int64_t half = width / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

ALWAYS_INLINE float Dot(int64_t count, const float* left, const float* right) {
  return SumOf(count, [&](int64_t k) { return left[k] * right[k]; });
}

/** e^x by Cephes' expf: x = n ln 2 + r, a polynomial for e^r, and n added to the exponent. */
ALWAYS_INLINE float Exp(float x) {
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

ALWAYS_INLINE float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }
/** Exact to one unit of 2^-24 of the range: what cancels near 0 is far below the gates' own rounding. */
ALWAYS_INLINE float Tanh(float x) { return 2.0f / (1.0f + Exp(-2.0f * x)) - 1.0f; }

/** The error function by a rational approximation on [-4, 4], beyond which it is 1 in float32; the coefficients are Eigen's. Absolute error 2e-7. */
ALWAYS_INLINE float Erf(float x) {
  x = x < -4.0f ? -4.0f : (x > 4.0f ? 4.0f : x);
  const float s = x * x;
  float p = -2.72614225801306e-10f;
  p = p * s + 2.77068142495902e-08f;
  p = p * s - 2.10102402082508e-06f;
  p = p * s - 5.69250639462346e-05f;
  p = p * s - 7.34990630326855e-04f;
  p = p * s - 2.95459980854025e-03f;
  p = p * s - 1.60960333262415e-02f;
  float q = -1.45660718464996e-05f;
  q = q * s - 2.13374055278905e-04f;
  q = q * s - 1.68282697438203e-03f;
  q = q * s - 7.37332916720468e-03f;
  q = q * s - 1.42647390514189e-02f;
  return x * p / q;
}

}  // namespace gramkit
