// Every operation of the dialect, with every attribute that has a textual form of its own.
module attributes {llvm.data_layout = "e-m:e-i64:64-n8:16:32:64-S128", llvm.target_triple = "x86_64-unknown-linux-gnu"} {
  llvm.comdat @groups {
    llvm.comdat_selector @one any
    llvm.comdat_selector @largest largest
  }
  llvm.linker_options ["-l", "m"]
  llvm.mlir.global external constant @answer(42 : i32) : i32
  llvm.mlir.global internal @table() {alignment = 64 : i64} : !llvm.array<4 x f32> {
    %0 = llvm.mlir.zero : !llvm.array<4 x f32>
    llvm.return %0 : !llvm.array<4 x f32>
  }
  llvm.mlir.global private thread_local unnamed_addr constant @text("hi\00") {dso_local, section = "names"} : !llvm.array<3 x i8>
  llvm.mlir.global linkonce_odr hidden @weak(1.5 : f64) comdat(@groups::@one) : f64
  llvm.mlir.global external @elsewhere() {addr_space = 3 : i32} : i64
  llvm.mlir.global internal @matrix(dense<[[1, 2], [3, 4]]> : tensor<2x2xi16>) : !llvm.array<2 x array<2 x i16>>
  llvm.mlir.global internal @pair([7 : i32, 2.5 : f32]) : !llvm.struct<(i32, f32)>
  llvm.mlir.global internal @zeros(#llvm.zero) : !llvm.struct<"named", (i32, array<3 x ptr>)>
  llvm.mlir.alias external @other : i32 {
    %0 = llvm.mlir.addressof @answer : !llvm.ptr
    llvm.return %0 : !llvm.ptr
  }
  llvm.mlir.global_ctors ctors = [@start], priorities = [65535 : i32], data = [#llvm.zero]
  llvm.mlir.global_dtors dtors = [@start], priorities = [1 : i32], data = [#llvm.zero]
  llvm.func @start() {
    llvm.return
  }
  llvm.func @printf(!llvm.ptr {llvm.nocapture, llvm.readonly}, ...) -> i32
  llvm.func @extended(i8 {llvm.signext}) -> (i16 {llvm.zeroext})
  llvm.func hidden local_unnamed_addr @stop() attributes {passthrough = ["cold", ["key", "value"]]} {
    llvm.unreachable
  }
  llvm.func weak protected unnamed_addr @grouped() comdat(@groups::@one) {
    llvm.return
  }
  llvm.func @scalable() vscale_range(1, 16) {
    llvm.return
  }
  llvm.func internal fastcc @attributed(%arg0: !llvm.ptr {llvm.align = 64 : i64, llvm.dereferenceable = 16 : i64, llvm.noalias, llvm.nonnull}) -> i32 attributes {alignment = 32 : i64, frame_pointer = #llvm.framePointerKind<"non-leaf">, function_entry_count = 3 : i64, memory_effects = #llvm.memory_effects<other = none, argMem = read, inaccessibleMem = none, errnoMem = none, targetMem0 = none, targetMem1 = none>, no_inline, no_unwind, target_cpu = "skylake", target_features = #llvm.target_features<["+avx2", "-sse4a"]>, uwtable_kind = #llvm.uwtableKind<sync>, will_return} {
    %0 = llvm.load %arg0 : !llvm.ptr -> i32
    llvm.return %0 : i32
  }
  llvm.func @integers(%arg0: i32, %arg1: i32, %arg2: vector<4xi8>) -> i32 {
    %0 = llvm.add %arg0, %arg1 overflow<nsw, nuw> : i32
    %1 = llvm.sub %0, %arg1 overflow<nsw> : i32
    %2 = llvm.mul %1, %arg1 : i32
    %3 = llvm.shl %2, %arg1 overflow<nuw> : i32
    %4 = llvm.sdiv exact %3, %arg1 : i32
    %5 = llvm.udiv %4, %arg1 : i32
    %6 = llvm.srem %5, %arg1 : i32
    %7 = llvm.urem %6, %arg1 : i32
    %8 = llvm.lshr exact %7, %arg1 : i32
    %9 = llvm.ashr %8, %arg1 : i32
    %10 = llvm.and %9, %arg1 : i32
    %11 = llvm.or disjoint %10, %arg1 : i32
    %12 = llvm.xor %11, %arg1 {note = 1 : i32} : i32
    %13 = llvm.add %arg2, %arg2 : vector<4xi8>
    %14 = llvm.icmp "ult" %12, %arg1 : i32
    %15 = llvm.select %14, %12, %arg1 : i1, i32
    %16 = llvm.zext nneg %14 : i1 to i8
    %17 = llvm.sext %arg2 : vector<4xi8> to vector<4xi32>
    %18 = llvm.trunc %15 overflow<nsw> : i32 to i16
    %19 = llvm.freeze %15 : i32
    llvm.return %19 : i32
  }
  llvm.func @floats(%arg0: f32, %arg1: vector<4xf32>, %arg2: i32) -> f32 {
    %0 = llvm.fadd %arg0, %arg0 {fastmathFlags = #llvm.fastmath<nnan, ninf, reassoc>} : f32
    %1 = llvm.fsub %0, %arg0 {fastmathFlags = #llvm.fastmath<fast>} : f32
    %2 = llvm.fmul %arg1, %arg1 : vector<4xf32>
    %3 = llvm.fdiv %1, %arg0 : f32
    %4 = llvm.frem %3, %arg0 : f32
    %5 = llvm.fneg %4 {fastmathFlags = #llvm.fastmath<nsz>} : f32
    %6 = llvm.fcmp "oge" %5, %arg0 {fastmathFlags = #llvm.fastmath<nnan>} : f32
    %7 = llvm.fcmp "_true" %2, %arg1 : vector<4xf32>
    %8 = llvm.select %7, %2, %arg1 : vector<4xi1>, vector<4xf32>
    %9 = llvm.fpext %5 : f32 to f64
    %10 = llvm.fptrunc %9 : f64 to bf16
    %11 = llvm.sitofp %arg2 : i32 to f16
    %12 = llvm.uitofp nneg %arg2 : i32 to f32
    %13 = llvm.fptosi %9 : f64 to i64
    %14 = llvm.fptoui %2 : vector<4xf32> to vector<4xi32>
    %15 = llvm.bitcast %2 : vector<4xf32> to i128
    llvm.return %12 : f32
  }
  llvm.func @memory(%arg0: i64, %arg1: !llvm.ptr, %arg2: i32, %arg3: vector<4xi64>) {
    %0 = llvm.alloca %arg0 x f32 {alignment = 16 : i64} : (i64) -> !llvm.ptr
    %1 = llvm.alloca inalloca %arg0 x !llvm.struct<packed (i8, f64)> : (i64) -> !llvm.ptr<3>
    %2 = llvm.load volatile %0 {alignment = 4 : i64, nontemporal} : !llvm.ptr -> f32
    %3 = llvm.load %0 atomic syncscope("agent") acquire {alignment = 4 : i64} : !llvm.ptr -> i32
    %4 = llvm.load %0 invariant {alignment = 4 : i64} : !llvm.ptr -> vector<4xf32>
    llvm.store volatile %2, %0 {alignment = 4 : i64} : f32, !llvm.ptr
    llvm.store %3, %0 atomic release {alignment = 4 : i64} : i32, !llvm.ptr
    %5 = llvm.getelementptr %0[%arg0] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %6 = llvm.getelementptr inbounds|nuw %0[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.struct<(i32, f64)>
    %7 = llvm.getelementptr nusw %0[%arg0, 2] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.array<4 x i8>
    %8 = llvm.getelementptr inbounds %0[%arg3] : (!llvm.ptr, vector<4xi64>) -> vector<4x!llvm.ptr>, f32
    %9 = llvm.atomicrmw volatile fadd %0, %2 syncscope("agent") acq_rel {alignment = 4 : i64} : !llvm.ptr, f32
    %10 = llvm.atomicrmw _and %0, %arg2 monotonic : !llvm.ptr, i32
    %11 = llvm.cmpxchg weak volatile %0, %arg2, %arg2 acq_rel monotonic {alignment = 4 : i64} : !llvm.ptr, i32
    llvm.fence syncscope("agent") seq_cst
    %12 = llvm.ptrtoint %0 : !llvm.ptr to i64
    %13 = llvm.inttoptr %12 : i64 to !llvm.ptr
    %14 = llvm.addrspacecast %13 : !llvm.ptr to !llvm.ptr<3>
    %15 = llvm.icmp "eq" %13, %0 : !llvm.ptr
    llvm.return
  }
  llvm.func @parts(%arg0: f32, %arg1: i32) {
    %0 = llvm.mlir.undef : vector<4xf32>
    %1 = llvm.mlir.poison : vector<4xf32>
    %2 = llvm.insertelement %arg0, %0[%arg1 : i32] : vector<4xf32>
    %3 = llvm.extractelement %2[%arg1 : i32] : vector<4xf32>
    %4 = llvm.shufflevector %2, %1 [0, -1, 7, 3, 3] : vector<4xf32>
    %5 = llvm.mlir.zero : !llvm.struct<(ptr, array<2 x i32>)>
    %6 = llvm.insertvalue %arg1, %5[1, 0] : !llvm.struct<(ptr, array<2 x i32>)>
    %7 = llvm.extractvalue %6[0] : !llvm.struct<(ptr, array<2 x i32>)>
    %8 = llvm.mlir.constant(-7 : i8) : i8
    %9 = llvm.mlir.constant(dense<[1.5, -0.0]> : vector<2xf64>) : vector<2xf64>
    %10 = llvm.mlir.constant("ab") : !llvm.array<2 x i8>
    %11 = llvm.mlir.constant([1.5 : f32, 2 : i32]) : !llvm.struct<(f32, i32)>
    %12 = llvm.mlir.constant(dense<0> : tensor<2x3xi8>) : !llvm.array<2 x array<3 x i8>>
    %13 = llvm.mlir.none : !llvm.token
    llvm.return
  }
  llvm.func @calls(%arg0: i8, %arg1: !llvm.ptr, %arg2: i32) -> i16 {
    %0 = llvm.call @extended(%arg0) : (i8 {llvm.signext}) -> (i16 {llvm.zeroext})
    %1 = llvm.call fastcc tail @attributed(%arg1) {no_unwind} : (!llvm.ptr) -> i32
    %2 = llvm.call %arg1(%arg2) {fastmathFlags = #llvm.fastmath<nnan>} : !llvm.ptr, (i32) -> f32
    %3 = llvm.call @printf(%arg1, %arg2) vararg(!llvm.func<i32 (ptr, ...)>) : (!llvm.ptr, i32) -> i32
    llvm.call @start() ["tag"(%arg2, %arg1 : i32, !llvm.ptr), "empty"()] : () -> ()
    llvm.call_intrinsic "llvm.donothing"() : () -> ()
    %4 = llvm.call_intrinsic "llvm.maxnum"(%2, %2) {fastmathFlags = #llvm.fastmath<nnan>} : (f32, f32 {llvm.noundef}) -> f32
    %5 = llvm.inline_asm has_side_effects is_align_stack tail_call_kind = <tail> asm_dialect = intel "mov $0, $1", "=r,r" %arg2 : (i32) -> i32
    llvm.return %0 : i16
  }
  llvm.func @branches(%arg0: i32, %arg1: i1) -> i32 {
    llvm.switch %arg0 : i32, ^bb1(%arg0 : i32) [
      42: ^bb2,
      -1: ^bb1(%arg0 : i32)
    ] {branch_weights = array<i32: 1, 2, 3>}
  ^bb1(%0: i32):
    llvm.cond_br %arg1 weights([90, 10]), ^bb2, ^bb3(%0, %0 : i32, i32)
  ^bb2:
    llvm.switch %arg0 : i32, ^bb4 [
    ]
  ^bb3(%1: i32, %2: i32):
    llvm.br ^bb1(%2 : i32) {loop_annotation = #llvm.loop_annotation<disableNonforced = false, vectorize = <disable = false, width = 8 : i32>, interleave = <count = 2 : i32>, unroll = <count = 4 : i32>, mustProgress = true>}
  ^bb4:
    llvm.return %arg0 : i32
  }
  llvm.func @float_intrinsics(%arg0: f32, %arg1: vector<4xf64>, %arg2: i32) {
    %0 = llvm.intr.fabs(%arg0) {fastmathFlags = #llvm.fastmath<afn>} : (f32) -> f32
    %1 = llvm.intr.ceil(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %2 = llvm.intr.floor(%arg0) : (f32) -> f32
    %3 = llvm.intr.trunc(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %4 = llvm.intr.round(%arg0) : (f32) -> f32
    %5 = llvm.intr.roundeven(%arg1) {fastmathFlags = #llvm.fastmath<afn>} : (vector<4xf64>) -> vector<4xf64>
    %6 = llvm.intr.rint(%arg0) : (f32) -> f32
    %7 = llvm.intr.nearbyint(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %8 = llvm.intr.sqrt(%arg0) : (f32) -> f32
    %9 = llvm.intr.exp(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %10 = llvm.intr.exp2(%arg0) {fastmathFlags = #llvm.fastmath<afn>} : (f32) -> f32
    %11 = llvm.intr.exp10(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %12 = llvm.intr.log(%arg0) : (f32) -> f32
    %13 = llvm.intr.log2(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %14 = llvm.intr.log10(%arg0) : (f32) -> f32
    %15 = llvm.intr.sin(%arg1) {fastmathFlags = #llvm.fastmath<afn>} : (vector<4xf64>) -> vector<4xf64>
    %16 = llvm.intr.cos(%arg0) : (f32) -> f32
    %17 = llvm.intr.tan(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %18 = llvm.intr.asin(%arg0) : (f32) -> f32
    %19 = llvm.intr.acos(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %20 = llvm.intr.atan(%arg0) {fastmathFlags = #llvm.fastmath<afn>} : (f32) -> f32
    %21 = llvm.intr.sinh(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %22 = llvm.intr.cosh(%arg0) : (f32) -> f32
    %23 = llvm.intr.tanh(%arg1) : (vector<4xf64>) -> vector<4xf64>
    %24 = llvm.intr.copysign(%arg0, %arg0) : (f32, f32) -> f32
    %25 = llvm.intr.pow(%arg0, %arg0) : (f32, f32) -> f32
    %26 = llvm.intr.atan2(%arg0, %arg0) : (f32, f32) -> f32
    %27 = llvm.intr.maxnum(%arg0, %arg0) : (f32, f32) -> f32
    %28 = llvm.intr.minnum(%arg0, %arg0) : (f32, f32) -> f32
    %29 = llvm.intr.maximum(%arg0, %arg0) : (f32, f32) -> f32
    %30 = llvm.intr.minimum(%arg0, %arg0) : (f32, f32) -> f32
    %31 = llvm.intr.fma(%arg1, %arg1, %arg1) : (vector<4xf64>, vector<4xf64>, vector<4xf64>) -> vector<4xf64>
    %32 = llvm.intr.fmuladd(%arg1, %arg1, %arg1) : (vector<4xf64>, vector<4xf64>, vector<4xf64>) -> vector<4xf64>
    %33 = llvm.intr.powi(%arg0, %arg2) : (f32, i32) -> f32
    %34 = llvm.intr.ldexp(%arg0, %arg2) : (f32, i32) -> f32
    %35 = "llvm.intr.is.fpclass"(%arg0) <{bit = 3 : i32}> : (f32) -> i1
    %36 = llvm.intr.lround(%arg0) : (f32) -> i64
    %37 = llvm.intr.llround(%arg0) : (f32) -> i64
    %38 = llvm.intr.lrint(%arg0) : (f32) -> i64
    %39 = llvm.intr.llrint(%arg0) : (f32) -> i64
    %40 = "llvm.intr.fptosi.sat"(%arg1) : (vector<4xf64>) -> vector<4xi16>
    %41 = "llvm.intr.fptoui.sat"(%arg1) : (vector<4xf64>) -> vector<4xi16>
    llvm.return
  }
  llvm.func @integer_intrinsics(%arg0: i32, %arg1: vector<4xi16>) {
    %0 = llvm.intr.bitreverse(%arg1) : (vector<4xi16>) -> vector<4xi16>
    %1 = llvm.intr.bswap(%arg1) : (vector<4xi16>) -> vector<4xi16>
    %2 = llvm.intr.ctpop(%arg1) : (vector<4xi16>) -> vector<4xi16>
    %3 = llvm.intr.smax(%arg0, %arg0) : (i32, i32) -> i32
    %4 = llvm.intr.smin(%arg0, %arg0) : (i32, i32) -> i32
    %5 = llvm.intr.umax(%arg0, %arg0) : (i32, i32) -> i32
    %6 = llvm.intr.umin(%arg0, %arg0) : (i32, i32) -> i32
    %7 = llvm.intr.sadd.sat(%arg0, %arg0) : (i32, i32) -> i32
    %8 = llvm.intr.uadd.sat(%arg0, %arg0) : (i32, i32) -> i32
    %9 = llvm.intr.ssub.sat(%arg0, %arg0) : (i32, i32) -> i32
    %10 = llvm.intr.usub.sat(%arg0, %arg0) : (i32, i32) -> i32
    %11 = llvm.intr.sshl.sat(%arg0, %arg0) : (i32, i32) -> i32
    %12 = llvm.intr.ushl.sat(%arg0, %arg0) : (i32, i32) -> i32
    %13 = llvm.intr.fshl(%arg0, %arg0, %arg0) : (i32, i32, i32) -> i32
    %14 = llvm.intr.fshr(%arg0, %arg0, %arg0) : (i32, i32, i32) -> i32
    %15 = "llvm.intr.ctlz"(%arg0) <{is_zero_poison = true}> : (i32) -> i32
    %16 = "llvm.intr.cttz"(%arg0) <{is_zero_poison = false}> : (i32) -> i32
    %17 = "llvm.intr.abs"(%arg0) <{is_int_min_poison = false}> : (i32) -> i32
    %18 = llvm.intr.scmp(%arg0, %arg0) : (i32, i32) -> i8
    %19 = llvm.intr.ucmp(%arg0, %arg0) : (i32, i32) -> i8
    %20 = "llvm.intr.sadd.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %21 = "llvm.intr.uadd.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %22 = "llvm.intr.ssub.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %23 = "llvm.intr.usub.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %24 = "llvm.intr.smul.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %25 = "llvm.intr.umul.with.overflow"(%arg0, %arg0) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %26 = llvm.intr.expect %arg0, %arg0 : i32
    %27 = llvm.intr.ssa.copy %arg0 : i32
    llvm.return
  }
  llvm.func @vector_intrinsics(%arg0: vector<4xi32>, %arg1: vector<4xf32>, %arg2: f32, %arg3: i64) {
    %0 = "llvm.intr.vector.reduce.add"(%arg0) : (vector<4xi32>) -> i32
    %1 = "llvm.intr.vector.reduce.mul"(%arg0) : (vector<4xi32>) -> i32
    %2 = "llvm.intr.vector.reduce.and"(%arg0) : (vector<4xi32>) -> i32
    %3 = "llvm.intr.vector.reduce.or"(%arg0) : (vector<4xi32>) -> i32
    %4 = "llvm.intr.vector.reduce.xor"(%arg0) : (vector<4xi32>) -> i32
    %5 = "llvm.intr.vector.reduce.smax"(%arg0) : (vector<4xi32>) -> i32
    %6 = "llvm.intr.vector.reduce.smin"(%arg0) : (vector<4xi32>) -> i32
    %7 = "llvm.intr.vector.reduce.umax"(%arg0) : (vector<4xi32>) -> i32
    %8 = "llvm.intr.vector.reduce.umin"(%arg0) : (vector<4xi32>) -> i32
    %9 = llvm.intr.vector.reduce.fmax(%arg1) {fastmathFlags = #llvm.fastmath<nnan>} : (vector<4xf32>) -> f32
    %10 = llvm.intr.vector.reduce.fmin(%arg1) {fastmathFlags = #llvm.fastmath<nnan>} : (vector<4xf32>) -> f32
    %11 = llvm.intr.vector.reduce.fmaximum(%arg1) {fastmathFlags = #llvm.fastmath<nnan>} : (vector<4xf32>) -> f32
    %12 = llvm.intr.vector.reduce.fminimum(%arg1) {fastmathFlags = #llvm.fastmath<nnan>} : (vector<4xf32>) -> f32
    %13 = "llvm.intr.vector.reduce.fadd"(%arg2, %arg1) <{fastmathFlags = #llvm.fastmath<reassoc>}> : (f32, vector<4xf32>) -> f32
    %14 = "llvm.intr.vector.reduce.fmul"(%arg2, %arg1) <{fastmathFlags = #llvm.fastmath<reassoc>}> : (f32, vector<4xf32>) -> f32
    %15 = llvm.intr.stepvector : vector<4xi32>
    %16 = llvm.mlir.undef : vector<8xf32>
    %17 = llvm.intr.vector.insert %arg1, %16[4] : vector<4xf32> into vector<8xf32>
    %18 = llvm.intr.vector.extract %17[0] : vector<4xf32> from vector<8xf32>
    %19 = llvm.intr.get.active.lane.mask %arg3, %arg3 : i64, i64 to vector<4xi1>
    llvm.return
  }
  llvm.func @memory_intrinsics(%arg0: !llvm.ptr, %arg1: vector<4xi1>, %arg2: vector<4xf32>, %arg3: vector<4x!llvm.ptr>, %arg4: i64, %arg5: i8, %arg6: i1) {
    %0 = llvm.intr.masked.load %arg0, %arg1, %arg2 {alignment = 4 : i32} : (!llvm.ptr, vector<4xi1>, vector<4xf32>) -> vector<4xf32>
    %1 = llvm.intr.masked.load %arg0, %arg1 {alignment = 4 : i32, nontemporal} : (!llvm.ptr, vector<4xi1>) -> vector<4xf32>
    llvm.intr.masked.store %0, %arg0, %arg1 {alignment = 4 : i32} : vector<4xf32>, vector<4xi1> into !llvm.ptr
    %2 = llvm.intr.masked.gather %arg3, %arg1, %arg2 {alignment = 4 : i32} : (vector<4x!llvm.ptr>, vector<4xi1>, vector<4xf32>) -> vector<4xf32>
    llvm.intr.masked.scatter %2, %arg3, %arg1 {alignment = 4 : i32} : vector<4xf32>, vector<4xi1> into vector<4x!llvm.ptr>
    %3 = "llvm.intr.masked.expandload"(%arg0, %arg1, %arg2) : (!llvm.ptr, vector<4xi1>, vector<4xf32>) -> vector<4xf32>
    "llvm.intr.masked.compressstore"(%3, %arg0, %arg1) : (vector<4xf32>, !llvm.ptr, vector<4xi1>) -> ()
    "llvm.intr.memcpy"(%arg0, %arg0, %arg4) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
    "llvm.intr.memmove"(%arg0, %arg0, %arg4) <{isVolatile = true}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
    "llvm.intr.memset"(%arg0, %arg5, %arg4) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> ()
    llvm.intr.assume %arg6 : i1
    %true = llvm.mlir.constant(true) : i1
    llvm.intr.assume %true ["align"(%arg0, %arg4 : !llvm.ptr, i64)] : i1
    %4 = llvm.intr.stacksave : !llvm.ptr
    llvm.intr.stackrestore %4 : !llvm.ptr
    %5 = llvm.alloca %arg4 x i8 : (i64) -> !llvm.ptr
    llvm.intr.lifetime.start %5 : !llvm.ptr
    llvm.intr.lifetime.end %5 : !llvm.ptr
    "llvm.intr.prefetch"(%arg0) <{cache = 1 : i32, hint = 3 : i32, rw = 0 : i32}> : (!llvm.ptr) -> ()
    llvm.return
  }
}
