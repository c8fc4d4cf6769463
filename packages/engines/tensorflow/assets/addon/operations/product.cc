#include "product.h"

#include <cstring>

#include "processor.h"

// Vectors pass between inlined functions only, so no calling convention is at stake.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace gramkit {
namespace {

/** Rows of a tile: its sums, twice as many registers with AVX and SSE, leave a few of 16 registers free. */
constexpr int kTileRows = 6;

// Vectors of the processor's own width: compilers keep wider ones in memory. So the clones of this code are written out.
template <int kBytes>
struct VectorOf {
  typedef float Type __attribute__((vector_size(kBytes)));
};

struct Operands {
  int64_t depth;
  Left left;
  Right right;
  float* out;
  int64_t out_stride;
};

/** A tile of the product, `kRows` by `kVectors` vectors, whose sums stay in registers. */
template <int kBytes, int kVectors, int kRows, bool kAdd>
ALWAYS_INLINE void Tile(const Operands& operands) {
  using Vector = typename VectorOf<kBytes>::Type;
  constexpr int64_t lanes = kBytes / sizeof(float);
  const auto [depth, left, right, out, out_stride] = operands;
  Vector sums[kRows][kVectors] = {};
  if (kAdd) {
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
      for (int part = 0; part < kVectors; ++part) std::memcpy(&sums[row][part], out + row * out_stride + part * lanes, kBytes);
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vector line[kVectors];
#pragma GCC unroll 2
    for (int part = 0; part < kVectors; ++part) std::memcpy(&line[part], right.data + k * right.step + part * lanes, kBytes);
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row) {
      const float factor = left.data[row * left.row_stride + k * left.step];
#pragma GCC unroll 2
      for (int part = 0; part < kVectors; ++part) sums[row][part] += factor * line[part];
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int part = 0; part < kVectors; ++part) std::memcpy(out + row * out_stride + part * lanes, &sums[row][part], kBytes);
  }
}

template <int kBytes, int kVectors, bool kAdd>
ALWAYS_INLINE void TileOf(int64_t rows, const Operands& operands) {
  switch (rows) {
    case 1: return Tile<kBytes, kVectors, 1, kAdd>(operands);
    case 2: return Tile<kBytes, kVectors, 2, kAdd>(operands);
    case 3: return Tile<kBytes, kVectors, 3, kAdd>(operands);
    case 4: return Tile<kBytes, kVectors, 4, kAdd>(operands);
    case 5: return Tile<kBytes, kVectors, 5, kAdd>(operands);
    default: return Tile<kBytes, kVectors, 6, kAdd>(operands);
  }
}

/** Rows are shared out evenly among the tiles. */
template <int kBytes, int kVectors, bool kAdd>
ALWAYS_INLINE void Product(int64_t rows, int64_t columns, const Operands& operands) {
  const auto [depth, left, right, out, out_stride] = operands;
  const int64_t tiles = (rows + kTileRows - 1) / kTileRows, least = rows / tiles, greater = rows % tiles;
  for (int64_t column = 0; column < columns; column += kVectors * kBytes / sizeof(float)) {
    int64_t first = 0;
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t height = least + (tile < greater ? 1 : 0);
      const Left of_tile{left.data + first * left.row_stride, left.row_stride, left.step};
      TileOf<kBytes, kVectors, kAdd>(height, {depth, of_tile, {right.data + column, right.step}, out + first * out_stride + column, out_stride});
      first += height;
    }
  }
}

using Compute = void (*)(int64_t rows, int64_t columns, const Operands& operands);

struct Products {
  Compute multiply, multiply_add;
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void Multiply512(int64_t rows, int64_t columns, const Operands& operands) { Product<64, 1, false>(rows, columns, operands); }
__attribute__((target("avx512f"))) void MultiplyAdd512(int64_t rows, int64_t columns, const Operands& operands) { Product<64, 1, true>(rows, columns, operands); }
__attribute__((target("avx2,fma"))) void Multiply256(int64_t rows, int64_t columns, const Operands& operands) { Product<32, 2, false>(rows, columns, operands); }
__attribute__((target("avx2,fma"))) void MultiplyAdd256(int64_t rows, int64_t columns, const Operands& operands) { Product<32, 2, true>(rows, columns, operands); }
#endif
void Multiply128(int64_t rows, int64_t columns, const Operands& operands) { Product<16, 2, false>(rows, columns, operands); }
void MultiplyAdd128(int64_t rows, int64_t columns, const Operands& operands) { Product<16, 2, true>(rows, columns, operands); }

Products ForThisProcessor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {Multiply512, MultiplyAdd512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {Multiply256, MultiplyAdd256};
#endif
  return {Multiply128, MultiplyAdd128};
}

const Products products = ForThisProcessor();

}  // namespace

void Multiply(int64_t rows, int64_t columns, int64_t depth, Left left, Right right, float* out, int64_t out_stride) {
  products.multiply(rows, columns, {depth, left, right, out, out_stride});
}

void MultiplyAdd(int64_t rows, int64_t columns, int64_t depth, Left left, Right right, float* out, int64_t out_stride) {
  products.multiply_add(rows, columns, {depth, left, right, out, out_stride});
}

}  // namespace gramkit
