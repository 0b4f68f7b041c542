module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op) {
    transform.strata.merge_dimensions %root : !transform.any_op
    %nests = transform.strata.match_nests in %root : (!transform.any_op) -> !transform.any_op
    %nest0, %nest1 = transform.split_handle %nests : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.strata.vectorize %nest0 {jam = array<i64: 4, 1>, lanes = 8 : i64, unroll = 2 : i64} : !transform.any_op
    transform.strata.vectorize %nest1 {jam = array<i64>, lanes = 4 : i64, reduction = 1 : i64, unroll = 1 : i64} : !transform.any_op
    transform.yield
  }
}
