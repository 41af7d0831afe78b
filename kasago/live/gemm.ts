// The product of two matrices of float64, for NumPy in a browser, which comes without a BLAS.
// C (M x N, its rows contiguous) = A (any strides, in bytes) x B (K x N, its rows contiguous).
// Four rows and four columns at a time: eight sums in registers, each of two numbers.

export function dgemm(
  M: i32, N: i32, K: i32, A: usize, rowStride: i32, columnStride: i32, B: usize, C: usize,
): void {
  const row = N << 3;
  let i = 0;
  for (; i + 3 < M; i += 4) {
    const a0 = A + i * rowStride;
    let j = 0;
    for (; j + 3 < N; j += 4) {
      let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00;
      let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      let a = a0, b = B + (j << 3);
      for (let k = 0; k < K; k++) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let x = v128.load64_splat(a);
        c00 = f64x2.add(c00, f64x2.mul(x, b0));
        c01 = f64x2.add(c01, f64x2.mul(x, b1));
        x = v128.load64_splat(a + rowStride);
        c10 = f64x2.add(c10, f64x2.mul(x, b0));
        c11 = f64x2.add(c11, f64x2.mul(x, b1));
        x = v128.load64_splat(a + 2 * rowStride);
        c20 = f64x2.add(c20, f64x2.mul(x, b0));
        c21 = f64x2.add(c21, f64x2.mul(x, b1));
        x = v128.load64_splat(a + 3 * rowStride);
        c30 = f64x2.add(c30, f64x2.mul(x, b0));
        c31 = f64x2.add(c31, f64x2.mul(x, b1));
        a += columnStride;
        b += row;
      }
      let c = C + i * row + (j << 3);
      v128.store(c, c00); v128.store(c, c01, 16);
      c += row;
      v128.store(c, c10); v128.store(c, c11, 16);
      c += row;
      v128.store(c, c20); v128.store(c, c21, 16);
      c += row;
      v128.store(c, c30); v128.store(c, c31, 16);
    }
    for (; j < N; j++) {
      for (let r = 0; r < 4; r++) one(i + r, j, K, A, rowStride, columnStride, B, C, row);
    }
  }
  for (; i < M; i++) {
    for (let j = 0; j < N; j++) one(i, j, K, A, rowStride, columnStride, B, C, row);
  }
}

// One number of the product: at the edges of what four divides.
function one(
  i: i32, j: i32, K: i32, A: usize, rowStride: i32, columnStride: i32, B: usize, C: usize, row: i32,
): void {
  let sum: f64 = 0, a = A + i * rowStride, b = B + (j << 3);
  for (let k = 0; k < K; k++) {
    sum += load<f64>(a) * load<f64>(b);
    a += columnStride;
    b += row;
  }
  store<f64>(C + i * row + (j << 3), sum);
}
