// Products of matrices for NumPy in a browser, which comes without a BLAS: two inner loops of the
// ufunc `matmul`, for float64 and for float32, whose sums are taken in float64.
// https://numpy.org/doc/stable/reference/c-api/generalized-ufuncs.html says how one is called:
//   addresses of A, B and C; how many products, then M, K, N; steps from product to product, then
//   those from row to row and from column to column of A (M x K), B (K x N) and C (M x N), in bytes.

export function doubles(args: usize, sizes: usize, steps: usize, _: usize): void {
  products<f64>(args, sizes, steps);
}

export function floats(args: usize, sizes: usize, steps: usize, _: usize): void {
  products<f32>(args, sizes, steps);
}

function products<T>(args: usize, sizes: usize, steps: usize): void {
  const M = load<i32>(sizes, 4), K = load<i32>(sizes, 8), N = load<i32>(sizes, 12);
  const aRow = load<i32>(steps, 12), aColumn = load<i32>(steps, 16);
  const bRow = load<i32>(steps, 20), bColumn = load<i32>(steps, 24);
  const cRow = load<i32>(steps, 28), cColumn = load<i32>(steps, 32);
  let A = load<usize>(args), B = load<usize>(args, 4), C = load<usize>(args, 8);
  for (let left = load<i32>(sizes); left > 0; left--) {
    let i = 0;
    for (; i + 3 < M; i += 4) {
      const a = A + i * aRow, c = C + i * cRow;
      let j = 0;
      for (; j + 3 < N; j += 4) {
        const b = B + j * bColumn, to = c + j * cColumn;
        // As types say at the time of compilation whether columns lie side by side.
        if (bColumn == sizeof<T>()) block<T, i32>(K, a, aRow, aColumn, b, bRow, bColumn, to, cRow, cColumn);
        else block<T, f32>(K, a, aRow, aColumn, b, bRow, bColumn, to, cRow, cColumn);
      }
      for (; j < N; j++) {
        for (let r = 0; r < 4; r++) {
          one<T>(K, a + r * aRow, aColumn, B + j * bColumn, bRow, c + r * cRow + j * cColumn);
        }
      }
    }
    for (; i < M; i++) {
      for (let j = 0; j < N; j++) {
        one<T>(K, A + i * aRow, aColumn, B + j * bColumn, bRow, C + i * cRow + j * cColumn);
      }
    }
    A += load<i32>(steps);
    B += load<i32>(steps, 4);
    C += load<i32>(steps, 8);
  }
}

// Four rows and four columns at a time: eight sums in registers, each of two numbers.
function block<T, Dense>(
  K: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  c: usize, cRow: i32, cColumn: i32,
): void {
  let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let k = 0; k < K; k++) {
    const b0 = two<T, Dense>(b, bColumn), b1 = two<T, Dense>(b + 2 * bColumn, bColumn);
    let x = both<T>(a);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = both<T>(a + aRow);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = both<T>(a + 2 * aRow);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = both<T>(a + 3 * aRow);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
    a += aColumn;
    b += bRow;
  }
  four<T>(c, cColumn, c00, c01);
  four<T>(c + cRow, cColumn, c10, c11);
  four<T>(c + 2 * cRow, cColumn, c20, c21);
  four<T>(c + 3 * cRow, cColumn, c30, c31);
}

// @ts-ignore: decorator
@inline
function both<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(at) : f64x2.splat(<f64>load<f32>(at));
}

// @ts-ignore: decorator
@inline
function two<T, Dense>(at: usize, step: i32): v128 {
  if (isInteger<Dense>()) {
    return sizeof<T>() == 8 ? v128.load(at) : f64x2.promote_low_f32x4(v128.load64_zero(at));
  }
  return f64x2.replace_lane(both<T>(at), 1, <f64>load<T>(at + step));
}

// @ts-ignore: decorator
@inline
function four<T>(at: usize, step: i32, first: v128, last: v128): void {
  store<T>(at, <T>f64x2.extract_lane(first, 0));
  store<T>(at + step, <T>f64x2.extract_lane(first, 1));
  store<T>(at + 2 * step, <T>f64x2.extract_lane(last, 0));
  store<T>(at + 3 * step, <T>f64x2.extract_lane(last, 1));
}

// One number of the product: at the edges of what four divides.
function one<T>(K: i32, a: usize, aColumn: i32, b: usize, bRow: i32, c: usize): void {
  let sum: f64 = 0;
  for (let k = 0; k < K; k++) {
    sum += <f64>load<T>(a) * <f64>load<T>(b);
    a += aColumn;
    b += bRow;
  }
  store<T>(c, <T>sum);
}
