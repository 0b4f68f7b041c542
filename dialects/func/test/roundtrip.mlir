func.func private @declared(i32, f32) -> i64
func.func private @attributes(i32 {llvm.noundef}, memref<4xf32> {llvm.align = 16 : i64}) -> (f32 {llvm.noundef}, index)
func.func nested @nested() -> ((i32) -> i32)
func.func private @"odd name"()

func.func @empty() {
  return
}

func.func @named(%alpha: f32, %arg1: tensor<?xf32> {pattern.role = "input"}) -> (f32 {pattern.role = "out"}) attributes {llvm.emit_c_interface, note = 3 : i32} {
  return %alpha : f32
}

func.func private @several(%a: i32, %b: i32) -> (i32, i32) {
  return %b, %a : i32, i32
}

func.func @calls(%a: i32, %x: f32) -> i32 attributes {no_inline} {
  %0 = call @declared(%a, %x) : (i32, f32) -> i64
  %1:2 = func.call @several(%a, %a) {no_inline} : (i32, i32) -> (i32, i32)
  call @"odd name"() : () -> ()
  %f = constant @several : (i32, i32) -> (i32, i32)
  %2:2 = call_indirect %f(%1#0, %1#1) : (i32, i32) -> (i32, i32)
  %3 = call @nested() : () -> ((i32) -> i32)
  %4 = func.call_indirect %3(%2#1) {note} : (i32) -> i32
  return {note = "end"} %4 : i32
}

func.func @returns_function() -> ((i32, i32) -> (i32, i32)) {
  %f = constant @several : (i32, i32) -> (i32, i32)
  return %f : (i32, i32) -> (i32, i32)
}

func.func @labelled() {
^entry:
  return
}

func.func @unnamed(i32) -> i32 {
^bb0(%a: i32):
  return %a : i32
}
