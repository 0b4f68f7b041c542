func.func @integers(%a: i32, %b: i32, %v: vector<4xi8>, %i: index, %t: tensor<?x2xi64>) {
  %addi0 = arith.addi %a, %b : i32
  %addi1 = arith.addi %v, %v overflow<nsw> : vector<4xi8>
  %addi2 = arith.addi %t, %t overflow<nsw, nuw> {note = "x"} : tensor<?x2xi64>
  %subi0 = arith.subi %a, %b : i32
  %subi1 = arith.subi %v, %v overflow<nsw> : vector<4xi8>
  %subi2 = arith.subi %t, %t overflow<nsw, nuw> {note = "x"} : tensor<?x2xi64>
  %muli0 = arith.muli %a, %b : i32
  %muli1 = arith.muli %v, %v overflow<nsw> : vector<4xi8>
  %muli2 = arith.muli %t, %t overflow<nsw, nuw> {note = "x"} : tensor<?x2xi64>
  %shli0 = arith.shli %a, %b : i32
  %shli1 = arith.shli %v, %v overflow<nsw> : vector<4xi8>
  %shli2 = arith.shli %t, %t overflow<nsw, nuw> {note = "x"} : tensor<?x2xi64>
  %divsi0 = arith.divsi %a, %b : i32
  %divsi1 = arith.divsi %i, %i exact : index
  %divui0 = arith.divui %a, %b : i32
  %divui1 = arith.divui %i, %i exact : index
  %shrsi0 = arith.shrsi %a, %b : i32
  %shrsi1 = arith.shrsi %i, %i exact : index
  %shrui0 = arith.shrui %a, %b : i32
  %shrui1 = arith.shrui %i, %i exact : index
  %ceildivsi0 = arith.ceildivsi %a, %b : i32
  %ceildivsi1 = arith.ceildivsi %v, %v : vector<4xi8>
  %ceildivui0 = arith.ceildivui %a, %b : i32
  %ceildivui1 = arith.ceildivui %v, %v : vector<4xi8>
  %floordivsi0 = arith.floordivsi %a, %b : i32
  %floordivsi1 = arith.floordivsi %v, %v : vector<4xi8>
  %remsi0 = arith.remsi %a, %b : i32
  %remsi1 = arith.remsi %v, %v : vector<4xi8>
  %remui0 = arith.remui %a, %b : i32
  %remui1 = arith.remui %v, %v : vector<4xi8>
  %andi0 = arith.andi %a, %b : i32
  %andi1 = arith.andi %v, %v : vector<4xi8>
  %ori0 = arith.ori %a, %b : i32
  %ori1 = arith.ori %v, %v : vector<4xi8>
  %xori0 = arith.xori %a, %b : i32
  %xori1 = arith.xori %v, %v : vector<4xi8>
  %maxsi0 = arith.maxsi %a, %b : i32
  %maxsi1 = arith.maxsi %v, %v : vector<4xi8>
  %minsi0 = arith.minsi %a, %b : i32
  %minsi1 = arith.minsi %v, %v : vector<4xi8>
  %maxui0 = arith.maxui %a, %b : i32
  %maxui1 = arith.maxui %v, %v : vector<4xi8>
  %minui0 = arith.minui %a, %b : i32
  %minui1 = arith.minui %v, %v : vector<4xi8>
  %sum, %carry = arith.addui_extended %a, %b : i32, i1
  %sums, %carries = arith.addui_extended %v, %v : vector<4xi8>, vector<4xi1>
  %lo, %hi = arith.mulsi_extended %a, %b : i32
  %lo2, %hi2 = arith.mului_extended %i, %i : index
  %eq = arith.cmpi eq, %a, %b : i32
  %ne = arith.cmpi ne, %a, %b : i32
  %slt = arith.cmpi slt, %a, %b : i32
  %sle = arith.cmpi sle, %a, %b : i32
  %sgt = arith.cmpi sgt, %a, %b : i32
  %sge = arith.cmpi sge, %a, %b : i32
  %ult = arith.cmpi ult, %a, %b : i32
  %ule = arith.cmpi ule, %a, %b : i32
  %ugt = arith.cmpi ugt, %a, %b : i32
  %uge = arith.cmpi uge, %a, %b : i32
  %mask = arith.cmpi slt, %v, %v : vector<4xi8>
  return
}

func.func @floats(%x: f32, %y: f32, %v: vector<4xf16>, %t: tensor<2x?xbf16>) {
  %addf0 = arith.addf %x, %y : f32
  %addf1 = arith.addf %v, %v fastmath<fast> : vector<4xf16>
  %addf2 = arith.addf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %subf0 = arith.subf %x, %y : f32
  %subf1 = arith.subf %v, %v fastmath<fast> : vector<4xf16>
  %subf2 = arith.subf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %mulf0 = arith.mulf %x, %y : f32
  %mulf1 = arith.mulf %v, %v fastmath<fast> : vector<4xf16>
  %mulf2 = arith.mulf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %divf0 = arith.divf %x, %y : f32
  %divf1 = arith.divf %v, %v fastmath<fast> : vector<4xf16>
  %divf2 = arith.divf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %remf0 = arith.remf %x, %y : f32
  %remf1 = arith.remf %v, %v fastmath<fast> : vector<4xf16>
  %remf2 = arith.remf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %maximumf0 = arith.maximumf %x, %y : f32
  %maximumf1 = arith.maximumf %v, %v fastmath<fast> : vector<4xf16>
  %maximumf2 = arith.maximumf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %minimumf0 = arith.minimumf %x, %y : f32
  %minimumf1 = arith.minimumf %v, %v fastmath<fast> : vector<4xf16>
  %minimumf2 = arith.minimumf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %maxnumf0 = arith.maxnumf %x, %y : f32
  %maxnumf1 = arith.maxnumf %v, %v fastmath<fast> : vector<4xf16>
  %maxnumf2 = arith.maxnumf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %minnumf0 = arith.minnumf %x, %y : f32
  %minnumf1 = arith.minnumf %v, %v fastmath<fast> : vector<4xf16>
  %minnumf2 = arith.minnumf %t, %t fastmath<reassoc,nnan,contract> : tensor<2x?xbf16>
  %neg0 = arith.negf %x : f32
  %neg1 = arith.negf %v fastmath<nsz> : vector<4xf16>
  %false = arith.cmpf false, %x, %y : f32
  %oeq = arith.cmpf oeq, %x, %y : f32
  %ogt = arith.cmpf ogt, %x, %y : f32
  %oge = arith.cmpf oge, %x, %y : f32
  %olt = arith.cmpf olt, %x, %y : f32
  %ole = arith.cmpf ole, %x, %y : f32
  %one = arith.cmpf one, %x, %y : f32
  %ord = arith.cmpf ord, %x, %y : f32
  %ueq = arith.cmpf ueq, %x, %y : f32
  %ugt = arith.cmpf ugt, %x, %y : f32
  %uge = arith.cmpf uge, %x, %y : f32
  %ult = arith.cmpf ult, %x, %y : f32
  %ule = arith.cmpf ule, %x, %y : f32
  %une = arith.cmpf une, %x, %y : f32
  %uno = arith.cmpf uno, %x, %y : f32
  %true = arith.cmpf true, %x, %y : f32
  %mask = arith.cmpf olt, %v, %v fastmath<ninf> : vector<4xf16>
  return
}

func.func @select(%c: i1, %m: vector<4xi1>, %x: f32, %v: vector<4xf32>, %r: memref<2xf32>) {
  %0 = arith.select %c, %x, %x : f32
  %1 = arith.select %c, %v, %v {note} : vector<4xf32>
  %2 = arith.select %m, %v, %v : vector<4xi1>, vector<4xf32>
  %3 = arith.select %c, %r, %r : memref<2xf32>
  return
}

func.func @casts(%a: i8, %l: i64, %h: f16, %x: f32, %d: f64, %i: index, %v: vector<[4]xi32>, %t: tensor<?xf32>) {
  %0 = arith.extsi %a : i8 to i32
  %1 = arith.extui %a : i8 to i16
  %2 = arith.trunci %l : i64 to i32
  %3 = arith.trunci %l overflow<nsw, nuw> : i64 to i1
  %4 = arith.extf %h : f16 to f32
  %5 = arith.extf %x fastmath<contract> : f32 to f64
  %6 = arith.truncf %d : f64 to f32
  %7 = arith.truncf %d toward_zero fastmath<fast> : f64 to f16
  %8 = arith.truncf %d upward : f64 to bf16
  %9 = arith.sitofp %a : i8 to f32
  %10 = arith.uitofp %v : vector<[4]xi32> to vector<[4]xf64>
  %11 = arith.fptosi %t : tensor<?xf32> to tensor<?xi32>
  %12 = arith.fptoui %x : f32 to i8
  %13 = arith.index_cast %i : index to i32
  %14 = arith.index_castui %a : i8 to index
  %15 = arith.bitcast %x : f32 to i32
  %16 = arith.bitcast %v : vector<[4]xi32> to vector<[4]xf32>
  return
}

func.func @scaling(%x: f32, %s: f8E8M0FNU, %q: f4E2M1FN, %v: vector<4xf8E5M2>, %sv: vector<4xf8E8M0FNU>) {
  %0 = arith.scaling_extf %q, %s : f4E2M1FN, f8E8M0FNU to f32
  %1 = arith.scaling_extf %v, %sv fastmath<fast> : vector<4xf8E5M2>, vector<4xf8E8M0FNU> to vector<4xf16>
  %2 = arith.scaling_truncf %x, %s to_nearest_even fastmath<nnan> : f32, f8E8M0FNU to f4E2M1FN
  %3 = arith.scaling_truncf %x, %s : f32, f8E8M0FNU to f8E5M2
  return
}

func.func @constants() {
  %c0 = arith.constant 0 : index
  %c-7_i32 = arith.constant -7 : i32
  %c255_i8 = arith.constant 255 : i8
  %true = arith.constant true
  %false = arith.constant {note = 1 : i32} false
  %cst = arith.constant 1.500000e+00 : f32
  %cst_0 = arith.constant 0x7FC00000 : f32
  %cst_1 = arith.constant -0.000000e+00 : f16
  %cst_2 = arith.constant dense<[1, 2, -3, 4]> : vector<4xi32>
  %cst_3 = arith.constant dense<2.500000e+00> : tensor<3x2xf64>
  %cst_4 = arith.constant dense<[true, false]> : vector<2xi1>
  %c5_i64 = arith.constant 5 : i64
  %c5_i7 = arith.constant 5 : i7
  return
}
