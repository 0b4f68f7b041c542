func.func @branches(%c: i1, %a: i32, %x: f32) -> i32 {
  cf.br ^bb1
^bb1:
  cf.br ^bb2(%a, %x : i32, f32)
^bb2(%0: i32, %1: f32):
  cf.cond_br %c, ^bb3, ^bb4(%0 : i32)
^bb3:
  cf.cond_br %c weights([90, 10]), ^bb4(%a : i32), ^bb2(%a, %1 : i32, f32) {note}
^bb4(%2: i32):
  cf.cond_br %c, ^bb4(%2 : i32), ^bb5
^bb5:
  cf.br ^bb6(%a : i32) {note = 1 : i32}
^bb6(%3: i32):
  return %3 : i32
}

func.func @switch(%flag: i8, %a: i32) -> i32 {
  cf.switch %flag : i8, [
    default: ^bb1(%a : i32),
    7: ^bb2,
    -2: ^bb1(%a : i32),
    255: ^bb3(%a, %a : i32, i32)
  ]
^bb1(%0: i32):
  return %0 : i32
^bb2:
  cf.switch %a : i32, [
    default: ^bb1(%a : i32)
  ] {note}
^bb3(%1: i32, %2: i32):
  %c = arith.constant true
  cf.assert %c, "never"
  return %2 : i32
}
