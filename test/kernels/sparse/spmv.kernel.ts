import { build, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";

/**
 * A · x for a sparse matrix in compressed rows: row r has the entries `start[r]` … `start[r+1]−1`
 * of `values`, in the columns `columns`.
 */
export function spmv<rows extends Dim, entries extends Dim, n extends Dim>(
  start: Tensor<i32, [rows]>,
  columns: Tensor<i32, [entries]>,
  values: Tensor<f32, [entries]>,
  x: Tensor<f32, [n]>,
): Tensor<f32, [Dim]> {
  return build([start.shape[0] - 1], (row) => {
    let total: f32 = 0;
    for (let p = start.at(row); p < start.at(row + 1); p++) {
      total += values.at(p) * x.at(columns.at(p));
    }
    return total;
  });
}
