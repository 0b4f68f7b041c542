
memref.global "private" constant @c : memref<2x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0]]> {alignment = 64 : i64}
memref.global @u : memref<4xi32> = uninitialized
memref.global "public" @ext : memref<4xi32>
func.func @f(%n: index, %m: index, %x: f32, %i: index, %al: memref<?x?xf32>, %st: memref<8x16xf32>, %v: memref<64xi8>, %un: memref<*xf32>, %ix: i32, %ia: memref<?xi32>, %vec: vector<4xf32>) {
  %0 = memref.alloc() : memref<4xf32>
  %1 = memref.alloc(%n, %m) {alignment = 64 : i64} : memref<?x?xf32>
  %q1b = memref.alloc(%n, %m)[%n] : memref<?x?xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1)>>
  %2 = memref.alloca(%n) : memref<?xf32, 3>
  %3 = memref.alloca() : memref<f32>
  memref.dealloc %0 : memref<4xf32>
  %tag = memref.alloc() : memref<1xi32>
  memref.dma_start %1[%i, %i], %al[%i, %m], %n, %tag[%i] : memref<?x?xf32>, memref<?x?xf32>, memref<1xi32>
  memref.dma_start %3[], %al[%i, %m], %n, %tag[%i], %n, %m : memref<f32>, memref<?x?xf32>, memref<1xi32>
  memref.dma_wait %tag[%i], %n : memref<1xi32>
  %4 = memref.load %1[%i, %i] : memref<?x?xf32>
  %5 = memref.load %1[%i, %i] {nontemporal = true} : memref<?x?xf32>
  %q5b = memref.load %1[%i, %i] {alignment = 16 : i64, nontemporal = true} : memref<?x?xf32>
  memref.store %x, %3[] : memref<f32>
  memref.store %x, %1[%i, %i] {alignment = 4 : i64, nontemporal = true} : memref<?x?xf32>
  %d = memref.dim %1, %i : memref<?x?xf32>
  %d2 = memref.dim %un, %i : memref<*xf32>
  %r = memref.rank %un : memref<*xf32>
  %c = memref.cast %1 : memref<?x?xf32> to memref<4x?xf32>
  %c2 = memref.cast %1 : memref<?x?xf32> to memref<*xf32>
  %s0 = memref.subview %st[0, 0] [4, 4] [1, 1] : memref<8x16xf32> to memref<4x4xf32, strided<[16, 1]>>
  %s1 = memref.subview %st[%i, 0] [%n, 4] [1, %m] : memref<8x16xf32> to memref<?x4xf32, strided<[16, ?], offset: ?>>
  %s2 = memref.subview %st[%i, 0] [1, 4] [1, 1] : memref<8x16xf32> to memref<4xf32, strided<[1], offset: ?>>
  memref.copy %al, %1 : memref<?x?xf32> to memref<?x?xf32>
  %rc = memref.reinterpret_cast %al to offset: [0], sizes: [%n, 4], strides: [4, 1] : memref<?x?xf32> to memref<?x4xf32, strided<[4, 1]>>
  %rc2 = memref.reinterpret_cast %al to offset: [%i], sizes: [4, 4], strides: [%n, 1] : memref<?x?xf32> to memref<4x4xf32, strided<[?, 1], offset: ?>>
  %base, %off, %sz:2, %strd:2 = memref.extract_strided_metadata %al : memref<?x?xf32> -> memref<f32>, index, index, index, index, index
  %col = memref.collapse_shape %st [[0, 1]] : memref<8x16xf32> into memref<128xf32>
  %exp = memref.expand_shape %st [[0, 1], [2]] output_shape [2, 4, 16] : memref<8x16xf32> into memref<2x4x16xf32>
  %exp2 = memref.expand_shape %al [[0, 1], [2]] output_shape [%n, 4, %m] : memref<?x?xf32> into memref<?x4x?xf32>
  %g = memref.get_global @c : memref<2x2xf32>
  %aa = memref.assume_alignment %al, 16 : memref<?x?xf32>
  %vw = memref.view %v[%i][] : memref<64xi8> to memref<4x4xf32>
  %vw2 = memref.view %v[%i][%n] : memref<64xi8> to memref<?x4xf32>
  %tr = memref.transpose %al (i, j) -> (j, i) : memref<?x?xf32> to memref<?x?xf32, strided<[1, ?]>>
  %ptr = memref.extract_aligned_pointer_as_index %al : memref<?x?xf32> -> index
  %rmw = memref.atomic_rmw addf %x, %al[%i, %i] : (f32, memref<?x?xf32>) -> f32
  %ga = memref.generic_atomic_rmw %al[%i, %i] : memref<?x?xf32> {
  ^bb0(%cur: f32):
    memref.atomic_yield %cur : f32
  }
  memref.alloca_scope {
    memref.alloca_scope.return
  }
  %as = memref.alloca_scope -> (f32) {
    memref.alloca_scope.return %x : f32
  }
  memref.prefetch %al[%i, %i], read, locality<3>, data : memref<?x?xf32>
  %rs = memref.reshape %al(%ia) : (memref<?x?xf32>, memref<?xi32>) -> memref<*xf32>
  %ra = memref.realloc %0 : memref<4xf32> to memref<8xf32>
  %msc = memref.memory_space_cast %al : memref<?x?xf32> to memref<?x?xf32, 1>
  %z, %t, %ab, %ac = memref.extract_strided_metadata %2 : memref<?xf32, 3> -> memref<f32, 3>, index, index, index
  %do:2 = memref.distinct_objects %al, %1 : memref<?x?xf32>, memref<?x?xf32>
  return
}
