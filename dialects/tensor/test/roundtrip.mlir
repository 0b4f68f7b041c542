func.func @f(%n: index, %m: index, %i: index, %x: f32, %t: tensor<?x?xf32>, %s: tensor<8x16xf32>, %u: tensor<*xf32>, %sh: tensor<2xindex>, %idx: tensor<3x1xindex>) {
  %0 = tensor.empty() : tensor<4xf32>
  %1 = tensor.empty(%n, %m) : tensor<?x?xf32>
  %d = tensor.dim %t, %i : tensor<?x?xf32>
  %e = tensor.extract %t[%i, %i] : tensor<?x?xf32>
  %ins = tensor.insert %x into %t[%i, %i] : tensor<?x?xf32>
  %g = tensor.generate %n, %m {
  ^bb0(%a: index, %b: index):
    tensor.yield %x : f32
  } : tensor<?x?xf32>
  %fe = tensor.from_elements %x, %x : tensor<2xf32>
  %fe0 = tensor.from_elements %x : tensor<f32>
  %sp = tensor.splat %x : tensor<4x4xf32>
  %sp2 = tensor.splat %x[%n, %m] : tensor<?x4x?xf32>
  %c = tensor.cast %t : tensor<?x?xf32> to tensor<4x?xf32>
  %c2 = tensor.cast %t : tensor<?x?xf32> to tensor<*xf32>
  %es = tensor.extract_slice %s[0, %i] [4, %n] [1, 1] : tensor<8x16xf32> to tensor<4x?xf32>
  %es2 = tensor.extract_slice %s[0, %i] [1, 4] [1, %m] : tensor<8x16xf32> to tensor<4xf32>
  %is = tensor.insert_slice %es2 into %s[0, %i] [1, 4] [1, 1] : tensor<4xf32> into tensor<8x16xf32>
  %r = tensor.rank %u : tensor<*xf32>
  %rs = tensor.reshape %t(%sh) : (tensor<?x?xf32>, tensor<2xindex>) -> tensor<?x?xf32>
  %col = tensor.collapse_shape %s [[0, 1]] : tensor<8x16xf32> into tensor<128xf32>
  %exp = tensor.expand_shape %s [[0, 1], [2]] output_shape [2, 4, 16] : tensor<8x16xf32> into tensor<2x4x16xf32>
  %exp2 = tensor.expand_shape %t [[0, 1], [2]] output_shape [%n, 4, %m] : tensor<?x?xf32> into tensor<?x4x?xf32>
  %p = tensor.pad %t low[1, %n] high[%m, 2] {
  ^bb0(%a: index, %b: index):
    tensor.yield %x : f32
  } : tensor<?x?xf32> to tensor<?x?xf32>
  %p2 = tensor.pad %s nofold low[1, 1] high[1, 2] {
  ^bb0(%a: index, %b: index):
    tensor.yield %x : f32
  } : tensor<8x16xf32> to tensor<10x19xf32>
  %bc = tensor.bitcast %s : tensor<8x16xf32> to tensor<8x16xi32>
  %ga = tensor.gather %s[%idx] gather_dims([0]) : (tensor<8x16xf32>, tensor<3x1xindex>) -> tensor<3x1x16xf32>
  %cc = tensor.concat dim(0) %s, %s : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32>
  %ga2 = tensor.gather %s[%idx] gather_dims([0]) unique : (tensor<8x16xf32>, tensor<3x1xindex>) -> tensor<3x16xf32>
  %sc = tensor.scatter %ga into %s[%idx] scatter_dims([0]) unique : (tensor<3x1x16xf32>, tensor<8x16xf32>, tensor<3x1xindex>) -> tensor<8x16xf32>
  %b0 = tensor.empty() : tensor<8x16xf32>
  %pi = scf.forall (%k) in (8) shared_outs(%o = %b0) -> (tensor<8x16xf32>) {
    %row = tensor.extract_slice %s[%k, 0] [1, 16] [1, 1] : tensor<8x16xf32> to tensor<1x16xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %row into %o[%k, 0] [1, 16] [1, 1] : tensor<1x16xf32> into tensor<8x16xf32>
    }
  }
  return
}
