import { problemCodes, skipMlirOpt, tryMlirOpt } from "@strata/testing";
import { expect, test } from "vitest";
import { context } from "./context.ts";

const host = `module attributes {gpu.container_module} {
  gpu.module @k {
    gpu.func @f(%a: i32) kernel { gpu.return }
    gpu.func @g() { gpu.return }
    func.func @plain() { return }
    memref.global "private" @data : memref<4xf32>
  }
  func.func @h(%n: index, %i: i64, %s: i32, %x: f32, %m: memref<4xf32>, %o: memref<5xf32>, %im: memref<4xi32>, %t: !gpu.async.token) {
    LINE
    return
  }
}`;

const sizes = "blocks in (%n, %n, %n) threads in (%n, %n, %n)";

/** Lines of a host function that do not verify, by our code; upstream refuses them too. */
const hostLines: readonly (readonly [code: string, line: string])[] = [
  ["gpu.kernel-arguments", `gpu.launch_func @k::@f ${sizes}`],
  ["gpu.kernel-arguments", `gpu.launch_func @k::@f ${sizes} args(%i : i64)`],
  ["gpu.not-a-kernel", `gpu.launch_func @k::@g ${sizes}`],
  ["gpu.not-a-kernel", `gpu.launch_func @k::@plain ${sizes}`],
  ["gpu.kernel-function", `gpu.launch_func @k::@data ${sizes}`],
  ["gpu.unknown-kernel", `gpu.launch_func @k::@missing ${sizes}`],
  ["gpu.unknown-kernel", `gpu.launch_func @missing::@f ${sizes}`],
  ["gpu.kernel-module", `gpu.launch_func @h ${sizes}`],
  ["gpu.sizes", `gpu.launch_func @k::@f blocks in (%n, %n) threads in (%n, %n, %n)`],
  [
    "ir.operand-type",
    `"gpu.launch_func"(%n, %n, %n, %n, %n, %s, %s) <{kernel = @k::@f, operandSegmentSizes = array<i32: 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0>}> : (index, index, index, index, index, i32, i32) -> ()`,
  ],
  ["gpu.memcpy-types", "gpu.memcpy %m, %im : memref<4xf32>, memref<4xi32>"],
  ["gpu.memcpy-types", "gpu.memcpy %m, %o : memref<4xf32>, memref<5xf32>"],
  ["gpu.memset-types", "gpu.memset %m, %s : memref<4xf32>, i32"],
  ["gpu.alloc-sizes", "%0 = gpu.alloc (%n) : memref<4xf32>"],
  ["gpu.alloc-sizes", "%0 = gpu.alloc () : memref<?xf32>"],
  ["gpu.alloc-symbols", "%0 = gpu.alloc ()[%n] : memref<4xf32>"],
  ["ir.operand-type", '"gpu.wait"(%n) : (index) -> ()'],
  ["gpu.dynamic-memory-type", "%0 = gpu.dynamic_shared_memory : memref<?xi8, 3>"],
  [
    "gpu.dynamic-memory-type",
    "%0 = gpu.dynamic_shared_memory : memref<4xi8, #gpu.address_space<workgroup>>",
  ],
  ["gpu.reduction-body", "%0 = gpu.all_reduce %x {} : (f32) -> f32"],
  ["gpu.reduction-kind", "%0 = gpu.all_reduce and %x {} : (f32) -> f32"],
  ["gpu.reduction-kind", "%0 = gpu.all_reduce minnumf %s {} : (i32) -> i32"],
  ["gpu.reduction-kind", "%0 = gpu.subgroup_reduce xor %x : (f32) -> f32"],
  [
    "gpu.reduction-body",
    "%0 = gpu.all_reduce %x { ^bb0(%a: f32): gpu.yield %a : f32 } : (f32) -> f32",
  ],
  [
    "gpu.reduction-body",
    "%0 = gpu.all_reduce %x { ^bb0(%a: f32, %b: i32): gpu.yield %a : f32 } : (f32) -> f32",
  ],
  [
    "gpu.reduction-body",
    "%0 = gpu.all_reduce %x { ^bb0(%a: f32, %b: f32): gpu.yield %a, %b : f32, f32 } : (f32) -> f32",
  ],
  [
    "gpu.reduction-body",
    "%0 = gpu.all_reduce add %x { ^bb0(%a: f32, %b: f32): gpu.yield %a : f32 } : (f32) -> f32",
  ],
  ["gpu.cluster", "%0 = gpu.subgroup_reduce add %x cluster(size = 3) : (f32) -> f32"],
  ["gpu.cluster", "%0 = gpu.subgroup_reduce add %x cluster(size = 4, stride = 3) : (f32) -> f32"],
  [
    "gpu.cluster",
    '%0 = "gpu.subgroup_reduce"(%x) <{op = #gpu<all_reduce_op add>, cluster_stride = 2 : i32}> : (f32) -> f32',
  ],
  ["gpu.rotate-offset", "%0, %1 = gpu.rotate %x, 16, 16 : f32"],
  ["parse.attribute-kind", "%0, %1 = gpu.rotate %x, 1, 15 : f32"],
  ["parse.attribute-kind", "%0, %1 = gpu.rotate %x, -1, 16 : f32"],
  ["gpu.broadcast-lane", "%0 = gpu.subgroup_broadcast %x, first_active_lane %s : f32"],
  ["gpu.broadcast-lane", "%0 = gpu.subgroup_broadcast %x, specific_lane : f32"],
  [
    "ir.operand-type",
    '%0, %1 = "gpu.shuffle"(%n, %s, %s) <{mode = #gpu<shuffle_mode idx>}> : (index, i32, i32) -> (index, i1)',
  ],
  [
    "gpu.warp-types",
    "gpu.warp_execute_on_lane_0(%n)[32] args(%x : f32) { ^bb0(%a: vector<32xf32>): }",
  ],
  ["parse.keyword", "%0, %1 = gpu.shuffle round %x, %s, %s : f32"],
  ["parse.keyword", "%0 = gpu.thread_id w"],
];

const inHost = (line: string): string => host.replace("LINE", () => line);

test("the module around the lines is right", () => {
  expect(problemCodes(context, inHost(""))).toEqual([]);
});

test.each(hostLines)("%s: %s", (code, line) => {
  expect(problemCodes(context, inHost(line))[0]).toBe(code);
});

/** Modules that do not verify, by our code. */
const modules: readonly (readonly [code: string, text: string])[] = [
  [
    "gpu.kernel-results",
    "gpu.module @k { gpu.func @f(%x: f32) -> f32 kernel { gpu.return %x : f32 } }",
  ],
  ["gpu.return-types", "gpu.module @k { gpu.func @f() -> f32 { gpu.return } }"],
  [
    "gpu.attribution-space",
    "gpu.module @k { gpu.func @f() workgroup(%a : memref<4xf32, #gpu.address_space<private>>) { gpu.return } }",
  ],
  [
    "gpu.attribution-space",
    "gpu.module @k { gpu.func @f() private(%a : memref<4xf32, #gpu.address_space<workgroup>>) { gpu.return } }",
  ],
  ["gpu.attribution-type", "gpu.module @k { gpu.func @f() workgroup(%a : f32) { gpu.return } }"],
  ["gpu.func-arguments", "gpu.module @k { gpu.func @f(f32) { gpu.return } }"],
  ["parse.expected", "gpu.module @k { gpu.func @f() }"],
  [
    "gpu.func-name",
    'gpu.module @k { "gpu.func"() <{function_type = () -> ()}> ({ gpu.return }) : () -> () }',
  ],
  [
    "gpu.entry-arguments",
    'gpu.module @k { "gpu.func"() <{function_type = (f32) -> ()}> ({ gpu.return }) {sym_name = "f"} : () -> () }',
  ],
  ["ir.parent", "gpu.module @k { gpu.func @f() { func.return } }"],
  ["ir.parent", "func.func @f() { gpu.return }"],
  ["ir.parent", "func.func @f() { gpu.terminator }"],
  [
    "gpu.container",
    "module { gpu.module @k { gpu.func @f() kernel { gpu.return } } func.func @h(%n: index) { gpu.launch_func @k::@f blocks in (%n, %n, %n) threads in (%n, %n, %n) return } }",
  ],
  [
    "gpu.launch-arguments",
    'func.func @f(%n: index) { "gpu.launch"(%n,%n,%n,%n,%n,%n) <{operandSegmentSizes = array<i32: 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0>}> ({ ^bb0(%a: index): gpu.terminator }) : (index, index, index, index, index, index) -> () return }',
  ],
  ["gpu.mma-shape", 'func.func @f(%x: !gpu.mma_matrix<16xf32, "COp">) { return }'],
  ["gpu.mma-operand", 'func.func @f(%x: !gpu.mma_matrix<16x16xf32, "DOp">) { return }'],
  ["gpu.mma-element", 'func.func @f(%x: !gpu.mma_matrix<16x16xi8, "COp">) { return }'],
  ["parse.keyword", "func.func @f(%x: memref<4xf32, #gpu.address_space<constant>>) { return }"],
];

test.each(modules)("%s: %s", (code, text) => {
  const found = [...new Set(problemCodes(context, text))];
  expect(found).toEqual([code]);
});

test.skipIf(skipMlirOpt)("upstream refuses all of them as well", () => {
  const texts = [...hostLines.map(([, line]) => inHost(line)), ...modules.map(([, text]) => text)];
  const { errors } = tryMlirOpt(texts.join("\n// -----\n"), ["--split-input-file"]);
  const refused = new Set([...errors.matchAll(/^<stdin>:(\d+):\d+: error/gm)].map((m) => +m[1]!));
  let end = 0;
  const accepted = texts.filter((text) => {
    const start = end + 1;
    end += text.split("\n").length + 1;
    return ![...refused].some((line) => line >= start && line < end);
  });
  expect(accepted).toEqual([]);
});
