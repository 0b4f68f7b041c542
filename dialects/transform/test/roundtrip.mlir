module attributes {transform.with_named_sequence} {
  transform.named_sequence private @helper(%arg0: !transform.any_op {transform.readonly}, %p: !transform.param<i64> {transform.readonly}) -> (!transform.any_op {transform.readonly}) {
    transform.yield %arg0 : !transform.any_op
  }
  transform.named_sequence @ext(!transform.any_op {transform.consumed})
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) attributes {foo} {
    %0 = transform.structured.match ops{["scf.for", "scf.parallel"]} in %root : (!transform.any_op) -> !transform.any_op
    %a, %b = transform.split_handle %0 : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %a1:2 = transform.split_handle %0 {fail_on_payload_too_small = false, overflow_result = 1} : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    %f = transform.cast %a : !transform.any_op to !transform.op<"scf.for">
    %m = transform.merge_handles deduplicate %a, %b : !transform.any_op
    %c = transform.param.constant 4 : i64 -> !transform.param<i64>
    %q = transform.get_parent_op %a {isolated_from_above, op_name = "func.func"} : (!transform.any_op) -> !transform.any_op
    %r = transform.get_result %a[0] : (!transform.any_op) -> !transform.any_value
    %r1 = transform.get_result %a[all] : (!transform.any_op) -> !transform.any_value
    %o1 = transform.get_operand %a[0, 1] : (!transform.any_op) -> !transform.any_value
    %d = transform.get_defining_op %r : (!transform.any_value) -> !transform.any_op
    %cs = transform.get_consumers_of_result %a[0] : (!transform.any_op) -> !transform.any_op
    %pr = transform.get_producer_of_operand %a[0] : (!transform.any_op) -> !transform.any_op
    %ty = transform.get_type elemental %r : (!transform.any_value) -> !transform.type
    %n = transform.num_associations %a : (!transform.any_op) -> !transform.param<i64>
    transform.annotate %a "unroll" = %c : !transform.any_op, !transform.param<i64>
    transform.annotate %a "mark" : !transform.any_op
    %s = transform.select "scf.for" in %a : (!transform.any_op) -> !transform.any_op
    %i = transform.include @helper failures(propagate) (%a, %c) : (!transform.any_op, !transform.param<i64>) -> !transform.any_op
    transform.print %a {name = "x"} : !transform.any_op
    transform.print
    transform.apply_cse to %q : !transform.any_op
    transform.apply_dce to %q : !transform.any_op
    transform.apply_patterns to %q {
      transform.apply_patterns.canonicalization
    } : !transform.any_op
    %fn = transform.apply_registered_pass "canonicalize" with options = {"top-down" = false} to %q : (!transform.any_op) -> !transform.any_op
    %fn1 = transform.apply_registered_pass "canonicalize" to %fn : (!transform.any_op) -> !transform.any_op
    transform.loop.unroll %f {factor = 4} : !transform.op<"scf.for">
    %x = transform.loop.coalesce %f : (!transform.op<"scf.for">) -> !transform.op<"scf.for">
    %l1, %l2 = transform.loop.peel %x : (!transform.op<"scf.for">) -> (!transform.op<"scf.for">, !transform.any_op)
    %res = transform.foreach %0 : !transform.any_op -> !transform.any_op {
    ^bb0(%e: !transform.any_op):
      transform.yield %e : !transform.any_op
    }
    transform.match.operation_name %a ["scf.for", "scf.if"] : !transform.any_op
    transform.match.operation_empty %a : !transform.any_op
    transform.match.param.cmpi eq %c, %c : !transform.param<i64>
    %k = transform.tune.knob<"tile"> options = [2 : i64, 4 : i64] -> !transform.param<i64>
    %k2 = transform.tune.knob<"tile"> = 3 from options = [2, 3] -> !transform.any_param
    transform.yield
  }
  module {
    transform.sequence failures(propagate) {
    ^bb0(%arg0: !transform.any_op):
      transform.yield
    }
  }
}
