omp.declare_reduction @add_f32 : f32 init {
^bb0(%arg0: f32):
  %cst = arith.constant 0.000000e+00 : f32
  omp.yield(%cst : f32)
} combiner {
^bb0(%arg0: f32, %arg1: f32):
  %0 = arith.addf %arg0, %arg1 : f32
  omp.yield(%0 : f32)
}
omp.critical.declare @lock
func.func @f(%m: memref<?xf32>, %n: index, %c: i1, %t: i32, %acc: memref<f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel if(%c) num_threads(%t : i32) proc_bind(close) {
    omp.wsloop nowait schedule(static = %t : i32) {
      omp.loop_nest (%i, %j) : index = (%c0, %c0) to (%n, %n) inclusive step (%c1, %c1) collapse(2) {
        omp.yield
      }
    }
    omp.barrier
    omp.single nowait {
      omp.terminator
    }
    omp.single {
      omp.terminator
    }
    omp.master {
      omp.terminator
    }
    omp.masked filter(%t : i32) {
      omp.terminator
    }
    omp.masked {
      omp.terminator
    }
    omp.critical(@lock) {
      omp.terminator
    }
    omp.critical {
      omp.flush
      omp.terminator
    }
    omp.terminator
  }
  return
}
func.func @g(%m: memref<?xf32>, %n: index, %acc: memref<f32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  omp.parallel reduction(@add_f32 %acc -> %own : memref<f32>) {
    omp.wsloop schedule(dynamic, nonmonotonic) reduction(@add_f32 %own -> %other : memref<f32>) {
      omp.loop_nest (%i) : index = (%c0) to (%n) step (%c1) {
        %x = memref.load %m[%i] : memref<?xf32>
        %old = memref.load %other[] : memref<f32>
        %sum = arith.addf %old, %x : f32
        memref.store %sum, %other[] : memref<f32>
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
func.func @h(%t: i32) {
  omp.parallel {
    omp.wsloop schedule(guided) {
      omp.loop_nest (%i) : i32 = (%t) to (%t) step (%t) {
        omp.yield
      }
    }
    omp.terminator
  }
  return
}
