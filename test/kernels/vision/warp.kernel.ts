import { f32, i32, zip, type Dim, type Tensor } from "@strata/kernel";

/** The picture seen through a displacement field: bilinear between pixels, clamped at the edges. */
export function warp<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
  down: Tensor<f32, [h, w]>,
  right: Tensor<f32, [h, w]>,
): Tensor<f32, [h, w]> {
  const bottom = f32(picture.shape[0] - 1);
  const edge = f32(picture.shape[1] - 1);
  return zip(down, right, (dy, dx, i, j) => {
    const y = Math.min(Math.max(f32(i) + dy, 0), bottom);
    const x = Math.min(Math.max(f32(j) + dx, 0), edge);
    const top = Math.floor(y);
    const left = Math.floor(x);
    const i0 = i32(top);
    const j0 = i32(left);
    const i1 = i32(Math.min(top + 1, bottom));
    const j1 = i32(Math.min(left + 1, edge));
    const upper = picture.at(i0, j0) + (x - left) * (picture.at(i0, j1) - picture.at(i0, j0));
    const lower = picture.at(i1, j0) + (x - left) * (picture.at(i1, j1) - picture.at(i1, j0));
    return upper + (y - top) * (lower - upper);
  });
}
