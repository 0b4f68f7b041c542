/**
 * Rounding to bf16 as LLVM IR, for processors without an instruction for it: LLVM then calls a
 * library function that compilers' libraries have only had since GCC 13. To nearest even; a NaN
 * stays one.
 */

const ROUND = `
define internal bfloat @__truncsfbf2(float %x) {
  %bits = bitcast float %x to i32
  %high = lshr i32 %bits, 16
  %odd = and i32 %high, 1
  %bias = add i32 %odd, 32767
  %sum = add i32 %bits, %bias
  %quiet = or i32 %bits, 4194304
  %isNaN = fcmp uno float %x, %x
  %chosen = select i1 %isNaN, i32 %quiet, i32 %sum
  %top = lshr i32 %chosen, 16
  %half = trunc i32 %top to i16
  %r = bitcast i16 %half to bfloat
  ret bfloat %r
}

@llvm.compiler.used = appending global [1 x ptr] [ptr @__truncsfbf2], section "llvm.metadata"
`;

/** IR text with the functions that code generation may call on its own. */
export function withNarrowFloats(text: string): string {
  return /\bbfloat\b/.test(text) && !text.includes("@llvm.compiler.used") ? text + ROUND : text;
}
