func.func @loops(%lo: index, %hi: index, %step: index, %x: f32, %a: i32, %b: i32, %c: i32) -> (f32, f32) {
  scf.for %i = %lo to %hi step %step {
  }
  %0:2 = scf.for %i = %lo to %hi step %step iter_args(%p = %x, %q = %x) -> (f32, f32) {
    scf.yield %q, %p : f32, f32
  }
  scf.for %i = %a to %b step %c : i32 {
  } {test.tag}
  scf.for unsigned %i = %a to %b step %c : i32 {
  }
  return %0#0, %0#1 : f32, f32
}

func.func @branches(%c: i1, %i: index, %x: f32, %y: f32) -> f32 {
  scf.if %c {
    func.call @effect() : () -> ()
  }
  scf.if %c {
    func.call @effect() : () -> ()
  } else {
    func.call @effect() : () -> ()
    func.call @effect() : () -> ()
  }
  %0:2 = scf.if %c -> (f32, index) {
    scf.yield %x, %i : f32, index
  } else {
    scf.yield %y, %i : f32, index
  }
  %1 = scf.index_switch %i -> f32
  case 2 {
    scf.yield %x : f32
  }
  case -5 {
    scf.yield %y : f32
  }
  default {
    scf.yield %0#0 : f32
  }
  scf.index_switch %i
  default {
    scf.yield
  }
  return %1 : f32
}

func.func @conditions(%n: i32, %x: f32) -> (i32, f32) {
  %0:2 = scf.while (%a = %n, %b = %x) : (i32, f32) -> (i32, f32) {
    %more = arith.cmpi slt, %a, %n : i32
    scf.condition(%more) %a, %b : i32, f32
  } do {
  ^bb0(%p: i32, %q: f32):
    scf.yield %p, %q : i32, f32
  }
  scf.while : () -> () {
    %no = arith.constant false
    scf.condition(%no)
  } do {
    scf.yield
  } attributes {test.tag}
  return %0#0, %0#1 : i32, f32
}

func.func @parallel(%lo: index, %hi: index, %step: index, %x: f32, %m: memref<?xf32>) -> (f32, f32) {
  scf.parallel (%i) = (%lo) to (%hi) step (%step) {
    memref.store %x, %m[%i] : memref<?xf32>
    scf.reduce
  }
  %0:2 = scf.parallel (%i, %j) = (%lo, %lo) to (%hi, %hi) step (%step, %step) init (%x, %x) -> (f32, f32) {
    scf.reduce(%x, %x : f32, f32) {
    ^bb0(%p: f32, %q: f32):
      %sum = arith.addf %p, %q : f32
      scf.reduce.return %sum : f32
    }, {
    ^bb0(%p: f32, %q: f32):
      %most = arith.maximumf %p, %q : f32
      scf.reduce.return %most : f32
    }
  }
  return %0#0, %0#1 : f32, f32
}

func.func @regions(%c: i1, %x: f32) -> f32 {
  %0 = scf.execute_region -> f32 {
    cf.cond_br %c, ^bb1, ^bb2
  ^bb1:
    scf.yield %x : f32
  ^bb2:
    %y = arith.negf %x : f32
    scf.yield %y : f32
  }
  scf.execute_region no_inline {
    scf.yield
  }
  return %0 : f32
}

func.func @forall(%n: index, %m: memref<?x?xf32>, %x: f32, %t: tensor<8xf32>, %part: tensor<2xf32>) -> tensor<8xf32> {
  scf.forall (%i, %j) in (%n, 8) {
    memref.store %x, %m[%i, %j] : memref<?x?xf32>
  }
  scf.forall (%i) = (2) to (%n) step (3) {
  }
  %0 = scf.forall (%i) in (4) shared_outs(%o = %t) -> (tensor<8xf32>) {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %part into %o[%i] [2] [1] : tensor<2xf32> into tensor<8xf32>
    }
  }
  return %0 : tensor<8xf32>
}

func.func private @effect()
