func.func @poisoned() -> (i32, vector<4xf32>, index) {
  %0 = ub.poison : i32
  %1 = ub.poison : vector<4xf32>
  %2 = ub.poison {tag = "kept"} : index
  return %0, %1, %2 : i32, vector<4xf32>, index
}
func.func @never() -> i32 {
  ub.unreachable
}
