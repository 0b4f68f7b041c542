module attributes {gpu.container_module} {
  gpu.module @kernels [#gpu<dim x>] attributes {note = "device"} {
    gpu.func @scale(%x: memref<?xf32> {gpu.note = 1 : i64}, %n: index) workgroup(%tile : memref<32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %other : memref<4xi32, 3>) private(%mine : memref<1xf32, #gpu.address_space<private>> {llvm.align = 4 : i64}) kernel attributes {known_block_size = array<i32: 128, 1, 1>, known_grid_size = array<i32: 8, 1, 1>, known_cluster_size = array<i32: 1, 1, 1>, note = "k"} {
      %tx = gpu.thread_id x
      %by = gpu.block_id y upper_bound 12
      %bd = gpu.block_dim z
      %gd = gpu.grid_dim x
      %id = gpu.global_id x upper_bound 1024
      %cd = gpu.cluster_dim x
      %cb = gpu.cluster_dim_blocks y
      %ci = gpu.cluster_id z
      %cbi = gpu.cluster_block_id x
      %lane = gpu.lane_id upper_bound 32
      %lane1 = gpu.lane_id
      %sg = gpu.subgroup_id : index
      %sgs = gpu.subgroup_size upper_bound 64 : index
      %nsg = gpu.num_subgroups : index
      %f = arith.constant 1.0 : f32
      %one = arith.constant 1 : i32
      %w = arith.constant 32 : i32
      %v = arith.constant dense<1.0> : vector<4xf32>
      %s, %ok = gpu.shuffle xor %f, %one, %w : f32
      %s1, %ok1 = gpu.shuffle up %f, %one, %w : f32
      %s2, %ok2 = gpu.shuffle down %one, %one, %w : i32
      %s3, %ok3 = gpu.shuffle idx %v, %one, %w : vector<4xf32>
      %r, %okr = gpu.rotate %f, 3, 16 : f32
      %b0 = gpu.subgroup_broadcast %f, first_active_lane : f32
      %b1 = gpu.subgroup_broadcast %f, specific_lane %one : f32
      %a0 = gpu.all_reduce add %f {
      } : (f32) -> f32
      %a1 = gpu.all_reduce %f uniform {
      ^bb0(%p: f32, %q: f32):
        %t = arith.mulf %p, %q : f32
        gpu.yield %t : f32
      } : (f32) -> f32
      %g0 = gpu.subgroup_reduce maximumf %f : (f32) -> f32
      %g1 = gpu.subgroup_reduce add %v uniform cluster(size = 4) : (vector<4xf32>) -> vector<4xf32>
      %g2 = gpu.subgroup_reduce minui %one cluster(size = 8, stride = 4) {note} : (i32) -> i32
      gpu.barrier
      gpu.barrier {note}
      %d = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.printf "hello"
      gpu.printf "%d is %f\0A" {note}, %one, %f : i32, f32
      gpu.return
    }
    gpu.func @device(%x: f32) -> (f32, i32) {
      %one = arith.constant 1 : i32
      gpu.return %x, %one : f32, i32
    }
    gpu.func @matrix(%m: memref<32x32xf16, 3>, %o: memref<32x32xf32>, %f: f32, %i: index) {
      %a = gpu.subgroup_mma_load_matrix %m[%i, %i] {leadDimension = 32 : index} : memref<32x32xf16, 3> -> !gpu.mma_matrix<16x16xf16, "AOp">
      %b = gpu.subgroup_mma_load_matrix %m[%i, %i] {leadDimension = 32 : index, transpose} : memref<32x32xf16, 3> -> !gpu.mma_matrix<16x16xf16, "BOp">
      %c = gpu.subgroup_mma_constant_matrix %f : !gpu.mma_matrix<16x16xf32, "COp">
      %d = gpu.subgroup_mma_compute %a, %b, %c {b_transpose} : !gpu.mma_matrix<16x16xf16, "AOp">, !gpu.mma_matrix<16x16xf16, "BOp"> -> !gpu.mma_matrix<16x16xf32, "COp">
      %e = gpu.subgroup_mma_elementwise addf %c, %d : (!gpu.mma_matrix<16x16xf32, "COp">, !gpu.mma_matrix<16x16xf32, "COp">) -> !gpu.mma_matrix<16x16xf32, "COp">
      %x = gpu.subgroup_mma_extract_thread_local %e[%i] : !gpu.mma_matrix<16x16xf32, "COp"> -> f32
      %y = gpu.subgroup_mma_insert_thread_local %x, %e[%i] : f32, !gpu.mma_matrix<16x16xf32, "COp"> -> !gpu.mma_matrix<16x16xf32, "COp">
      gpu.subgroup_mma_store_matrix %y, %o[%i, %i] {leadDimension = 32 : index} : !gpu.mma_matrix<16x16xf32, "COp">, memref<32x32xf32>
      gpu.return
    }
    gpu.func @lane(%lane: index, %v: vector<4xf32>, %x: f32) {
      %r:2 = gpu.warp_execute_on_lane_0(%lane)[32] args(%v, %x : vector<4xf32>, f32) -> (vector<1xf32>, f32) {
      ^bb0(%all: vector<128xf32>, %same: f32):
        %w = vector.broadcast %same : f32 to vector<32xf32>
        gpu.yield %w, %same : vector<32xf32>, f32
      } {note}
      gpu.warp_execute_on_lane_0(%lane)[32] {
        gpu.printf "lane 0"
      }
      gpu.return
    }
    gpu.func @none() kernel {
      gpu.return
    }
    func.func @plain() attributes {gpu.kernel} {
      return
    }
  }
  gpu.module @empty <#gpu.select_object<1 : i64>> {
  }
  gpu.binary @several [#gpu.object<#gpu.address_space<global>, "abc">]
  gpu.binary @chosen <#gpu.select_object<0 : i64>> {note} [#gpu.object<#gpu.address_space<global>, bin = "a\00b">, #gpu.object<#gpu.address_space<global>, properties = {level = 3 : i64}, assembly = "x">]
  func.func @host(%h: memref<?xf32>, %n: index, %any: memref<*xf32>, %wide: i64, %bytes: i32, %zero: f32) {
    %t0 = gpu.wait async
    gpu.wait
    gpu.wait [%t0]
    %t1 = gpu.wait async [%t0, %t0]
    %m0 = gpu.alloc (%n) : memref<?xf32>
    %m1, %t2 = gpu.alloc async [%t1] (%n) : memref<?xf32>
    %m2 = gpu.alloc host_shared () : memref<4xf32>
    %m3, %t3 = gpu.alloc async () {note} : memref<4xf32>
    %m4 = gpu.alloc (%n)[%n] : memref<?xf32, affine_map<(d0)[s0] -> (d0 + s0)>>
    gpu.memcpy %m0, %h : memref<?xf32>, memref<?xf32>
    %t4 = gpu.memcpy async [%t2, %t3] %m1, %h : memref<?xf32>, memref<?xf32> {note}
    gpu.memset %m0, %zero : memref<?xf32>, f32
    %t5 = gpu.memset async [%t4] %m0, %zero : memref<?xf32>, f32
    gpu.launch_func @kernels::@none blocks in (%n, %n, %n) threads in (%n, %n, %n)
    gpu.launch_func @kernels::@plain blocks in (%n, %n, %n) threads in (%n, %n, %n)
    gpu.launch_func @kernels::@scale blocks in (%n, %n, %n) threads in (%n, %n, %n) args(%m0 : memref<?xf32>, %n : index) {note}
    %t6 = gpu.launch_func async [%t5] @kernels::@scale blocks in (%n, %n, %n) threads in (%n, %n, %n) dynamic_shared_memory_size %bytes args(%m0 : memref<?xf32>, %n : index)
    gpu.launch_func @kernels::@none clusters in (%wide, %wide, %wide) blocks in (%wide, %wide, %wide) threads in (%wide, %wide, %wide) : i64
    gpu.launch_func <%n : index> @kernels::@none blocks in (%n, %n, %n) threads in (%n, %n, %n)
    gpu.host_register %any : memref<*xf32>
    gpu.host_unregister %any : memref<*xf32>
    gpu.set_default_device %bytes
    gpu.dealloc %m2 : memref<4xf32>
    %t7 = gpu.dealloc async [%t6] %m0 : memref<?xf32>
    return
  }
  func.func @inline(%n: index, %bytes: i32, %m: memref<?xf32>) attributes {note.block = #gpu.block<z>, note.group = #gpu.warpgroup<x>, note.lane = #gpu.lane<x>, note.loop = #gpu.loop_dim_map<processor = thread_x, map = (d0)[s0] -> (d0 * 4 + s0), bound = (d0) -> (d0)>, note.space = #gpu.memory_space<workgroup>, note.thread = #gpu.thread<linear_dim_9>, note.warp = #gpu.warp<y>} {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %n, %gz = %n) threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %n) {
      %0 = memref.load %m[%tx] : memref<?xf32>
      gpu.terminator
    }
    %t = gpu.launch async blocks(%bx, %by, %bz) in (%gx = %n, %gy = %n, %gz = %n) threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %n) dynamic_shared_memory_size %bytes workgroup(%w : memref<4xf32, 3>) private(%p : memref<1xf32, 5>) {
      gpu.terminator
    } {note = 1 : i64}
    gpu.launch clusters(%cx, %cy, %cz) in (%dx = %n, %dy = %n, %dz = %n) blocks(%bx, %by, %bz) in (%gx = %n, %gy = %n, %gz = %n) threads(%tx, %ty, %tz) in (%sx = %n, %sy = %n, %sz = %n) module(@kernels) function(@inlined) {
      %0 = arith.addi %cx, %dz : index
      gpu.terminator
    }
    return
  }
}
