// The hash of dropout masks; its definition stands in src/kernels/row-hash-mask.ts.
#pragma once

#include <cstdint>
#include <limits>

#include "kernel.h"
#include "processor.h"

namespace gramkit {

/** The finaliser of MurmurHash3. */
ALWAYS_INLINE uint32_t Mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}

ALWAYS_INLINE uint32_t RowKey(int32_t row, int32_t seed) { return Mix(Mix(static_cast<uint32_t>(row)) + Mix(static_cast<uint32_t>(seed))); }

/** Which mask it is and how many elements it keeps. */
struct MaskSettings {
  uint32_t site_key;
  int32_t threshold;
  float kept;

  MaskSettings(TF_OpKernelConstruction* construction, TF_Status* status)
      : site_key(Mix(static_cast<uint32_t>(IntegerAttribute(construction, "site", status)))),
        threshold(IntegerAttribute(construction, "threshold", status)),
        kept(RealAttribute(construction, "kept", status)) {}

  bool keeps_all() const { return threshold == std::numeric_limits<int32_t>::min(); }
  ALWAYS_INLINE uint32_t ElementKey(uint32_t index) const { return Mix(Mix(index) + site_key); }
  ALWAYS_INLINE float Element(uint32_t row_key, uint32_t element_key) const {
    const int32_t product = static_cast<int32_t>((row_key ^ element_key) * 0x7feb352du);
    const uint32_t folded = static_cast<uint32_t>(product ^ (product >> 15));
    return static_cast<int32_t>(folded * 0x846ca68bu) >= threshold ? kept : 0.0f;
  }
};

}  // namespace gramkit
