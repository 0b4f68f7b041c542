func.func @lanes(%x: f32, %i: index, %v: vector<4xf32>, %w: vector<2x4xf32>, %s: vector<[4]xf32>, %z: vector<f32>) {
  %0 = vector.broadcast %x : f32 to vector<2x4xf32>
  %1 = vector.broadcast %v : vector<4xf32> to vector<2x4xf32>
  %2 = vector.extract %w[1] : vector<4xf32> from vector<2x4xf32>
  %3 = vector.extract %w[1, %i] : f32 from vector<2x4xf32>
  %4 = vector.extract %z[] : f32 from vector<f32>
  %5 = vector.insert %v, %w [0] : vector<4xf32> into vector<2x4xf32>
  %6 = vector.insert %x, %w [%i, 3] : f32 into vector<2x4xf32>
  %7 = vector.insert %x, %z [] : f32 into vector<f32>
  %8 = vector.shuffle %v, %v [0, 4, -1, 7, 2] : vector<4xf32>, vector<4xf32>
  %9 = vector.shuffle %w, %w [3, 0] : vector<2x4xf32>, vector<2x4xf32>
  %10 = vector.fma %v, %v, %v : vector<4xf32>
  %11 = vector.step : vector<4xindex>
  %12 = vector.from_elements %x, %x, %x, %x : vector<2x2xf32>
  %13:4 = vector.to_elements %v : vector<4xf32>
  %14 = vector.interleave %v, %v : vector<4xf32> -> vector<8xf32>
  %15 = vector.interleave %z, %z : vector<f32> -> vector<2xf32>
  %res1, %res2 = vector.deinterleave %v : vector<4xf32> -> vector<2xf32>
  %16 = vector.bitcast %w : vector<2x4xf32> to vector<2x8xi16>
  %17 = vector.shape_cast %w : vector<2x4xf32> to vector<8xf32>
  %18 = vector.transpose %w, [1, 0] : vector<2x4xf32> to vector<4x2xf32>
  %19 = vector.extract_strided_slice %w {offsets = [1, 1], sizes = [1, 2], strides = [1, 1]} : vector<2x4xf32> to vector<1x2xf32>
  %20 = vector.extract_strided_slice %w {offsets = [1], sizes = [1], strides = [1]} : vector<2x4xf32> to vector<1x4xf32>
  %21 = vector.insert_strided_slice %v, %w {offsets = [1, 0], strides = [1]} : vector<4xf32> into vector<2x4xf32>
  %22 = vector.scalable.extract %s[4] : vector<4xf32> from vector<[4]xf32>
  %23 = vector.scalable.insert %v, %s[0] : vector<4xf32> into vector<[4]xf32>
  %vscale = vector.vscale
  return
}

func.func @combining(%x: f32, %n: i32, %v: vector<4xf32>, %w: vector<2x4xf32>, %u: vector<2xf32>, %k: vector<4xi8>, %z: vector<f32>, %a: vector<8x4xf32>, %b: vector<4x16xf32>, %c: vector<8x16xf32>) {
  %0 = vector.reduction <add>, %v : vector<4xf32> into f32
  %1 = vector.reduction <maxnumf>, %v, %x fastmath<reassoc> : vector<4xf32> into f32
  %2 = vector.reduction <xor>, %k : vector<4xi8> into i8
  %3 = vector.multi_reduction <mul>, %w, %u [1] : vector<2x4xf32> to vector<2xf32>
  %4 = vector.multi_reduction <add>, %w, %x [0, 1] : vector<2x4xf32> to f32
  %dest, %accumulated_value = vector.scan <add>, %w, %u {inclusive = true, reduction_dim = 1 : i64} : vector<2x4xf32>, vector<2xf32>
  %dest_0, %accumulated_value_1 = vector.scan <minimumf>, %v, %z {inclusive = false, reduction_dim = 0 : i64} : vector<4xf32>, vector<f32>
  %5 = vector.contract {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"], kind = #vector.kind<add>} %a, %b, %c : vector<8x4xf32>, vector<4x16xf32> into vector<8x16xf32>
  %6 = vector.contract {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"], kind = #vector.kind<maxnumf>} %v, %v, %x : vector<4xf32>, vector<4xf32> into f32
  %7 = vector.outerproduct %u, %v : vector<2xf32>, vector<4xf32>
  %8 = vector.outerproduct %u, %v, %w {kind = #vector.kind<maxnumf>} : vector<2xf32>, vector<4xf32>
  %9 = vector.outerproduct %v, %x, %v : vector<4xf32>, f32
  return
}

func.func @masks(%i: index, %m: vector<4xi1>, %v: vector<4xf32>, %x: f32, %buffer: memref<?xf32>, %t: tensor<?xf32>) {
  %0 = vector.create_mask %i, %i : vector<2x4xi1>
  %1 = vector.create_mask %i : vector<i1>
  %2 = vector.constant_mask [1, 3] : vector<2x4xi1>
  %3 = vector.mask %m { vector.reduction <add>, %v : vector<4xf32> into f32 } : vector<4xi1> -> f32
  %4 = vector.mask %m, %v { vector.transfer_read %buffer[%i], %x : memref<?xf32>, vector<4xf32> } : vector<4xi1> -> vector<4xf32>
  vector.mask %m { vector.transfer_write %v, %buffer[%i] : vector<4xf32>, memref<?xf32> } : vector<4xi1>
  %5 = vector.mask %m { vector.transfer_write %v, %t[%i] : vector<4xf32>, tensor<?xf32> } : vector<4xi1> -> tensor<?xf32>
  %6 = vector.mask %m, %v {
    vector.yield %v : vector<4xf32>
  } : vector<4xi1> -> vector<4xf32>
  return
}

func.func @memory(%i: index, %x: f32, %m: memref<?x?xf32>, %w: memref<?xvector<4xf32>>, %mask: vector<4xi1>, %v: vector<4xf32>, %at: vector<4xi32>, %square: vector<2x4xf32>) {
  %0 = vector.load %m[%i, %i] : memref<?x?xf32>, vector<4xf32>
  %1 = vector.load %m[%i, %i] {alignment = 16 : i64, nontemporal = true} : memref<?x?xf32>, vector<2x4xf32>
  %2 = vector.load %w[%i] : memref<?xvector<4xf32>>, vector<4xf32>
  vector.store %v, %m[%i, %i] : memref<?x?xf32>, vector<4xf32>
  vector.store %v, %w[%i] : memref<?xvector<4xf32>>, vector<4xf32>
  %3 = vector.maskedload %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<4xi1>, vector<4xf32> into vector<4xf32>
  vector.maskedstore %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<4xi1>, vector<4xf32>
  %4 = vector.gather %m[%i, %i] [%at], %mask, %v : memref<?x?xf32>, vector<4xi32>, vector<4xi1>, vector<4xf32> into vector<4xf32>
  vector.scatter %m[%i, %i] [%at], %mask, %v : memref<?x?xf32>, vector<4xi32>, vector<4xi1>, vector<4xf32>
  %5 = vector.expandload %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<4xi1>, vector<4xf32> into vector<4xf32>
  vector.compressstore %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<4xi1>, vector<4xf32>
  return
}

func.func @transfers(%i: index, %x: f32, %m: memref<?x?xf32>, %t: tensor<?x?xf32>, %v: vector<4xf32>, %square: vector<2x4xf32>, %mask: vector<4x2xi1>, %f: memref<8x16xf32>, %e: memref<?xvector<4xf32>>) {
  %0 = vector.transfer_read %m[%i, %i], %x : memref<?x?xf32>, vector<4xf32>
  %1 = vector.transfer_read %m[%i, %i], %x {in_bounds = [true, false]} : memref<?x?xf32>, vector<2x4xf32>
  %2 = vector.transfer_read %t[%i, %i], %x {permutation_map = affine_map<(d0, d1) -> (d0)>} : tensor<?x?xf32>, vector<4xf32>
  %3 = vector.transfer_read %t[%i, %i], %x, %mask {permutation_map = affine_map<(d0, d1) -> (d1, d0)>} : tensor<?x?xf32>, vector<2x4xf32>
  %4 = vector.transfer_read %m[%i, %i], %x {in_bounds = [true, true], permutation_map = affine_map<(d0, d1) -> (0, d1)>} : memref<?x?xf32>, vector<2x4xf32>
  %5 = vector.transfer_read %e[%i], %v : memref<?xvector<4xf32>>, vector<1x4xf32>
  vector.transfer_write %v, %m[%i, %i] : vector<4xf32>, memref<?x?xf32>
  vector.transfer_write %square, %m[%i, %i], %mask {permutation_map = affine_map<(d0, d1) -> (d1, d0)>} : vector<2x4xf32>, memref<?x?xf32>
  %6 = vector.transfer_write %v, %t[%i, %i] {in_bounds = [true]} : vector<4xf32>, tensor<?x?xf32>
  %7 = vector.type_cast %f : memref<8x16xf32> to memref<vector<8x16xf32>>
  return
}

func.func @printing(%v: vector<4xf32>, %x: i32) {
  vector.print %v : vector<4xf32>
  vector.print %x : i32 punctuation <no_punctuation>
  vector.print str "Done\n"
  vector.print punctuation <comma>
  vector.print
  return
}
