/** Attributes that say which part of a GPU runs the iterations of a parallel loop. */
import { type AffineMap, defineAttr, keywordParameter, type Parameter } from "@strata/ir";
import { addressSpaces } from "./attributes.ts";

/** Dimensions of processors, and positions in linear numberings of them. */
export const mappingIds = [
  "x",
  "y",
  "z",
  "linear_dim_0",
  "linear_dim_1",
  "linear_dim_2",
  "linear_dim_3",
  "linear_dim_4",
  "linear_dim_5",
  "linear_dim_6",
  "linear_dim_7",
  "linear_dim_8",
  "linear_dim_9",
] as const;
export type MappingId = (typeof mappingIds)[number];

const id = { dimension: keywordParameter(mappingIds, "a dimension") };

/** `#gpu.block<x>`. */
export class BlockMappingAttr extends defineAttr("gpu.block", "Run by blocks.", id) {}

/** `#gpu.warpgroup<x>`. */
export class WarpgroupMappingAttr extends defineAttr(
  "gpu.warpgroup",
  "Run by groups of subgroups.",
  id,
) {}

/** `#gpu.warp<x>`. */
export class WarpMappingAttr extends defineAttr("gpu.warp", "Run by subgroups.", id) {}

/** `#gpu.thread<x>`. */
export class ThreadMappingAttr extends defineAttr("gpu.thread", "Run by threads.", id) {}

/** `#gpu.lane<x>`. */
export class LaneMappingAttr extends defineAttr("gpu.lane", "Run by lanes of a subgroup.", id) {}

/** `#gpu.memory_space<workgroup>`: where a loop's copies go. */
export class MemorySpaceMappingAttr extends defineAttr(
  "gpu.memory_space",
  "The memory that is mapped to.",
  { space: keywordParameter(addressSpaces, "an address space") },
) {}

/** What runs a loop of `scf.parallel`. */
export const processors = [
  "block_x",
  "block_y",
  "block_z",
  "thread_x",
  "thread_y",
  "thread_z",
  "sequential",
] as const;
export type Processor = (typeof processors)[number];

/** A parameter written `name = …`. */
function named<V>(name: string, parameter: Parameter<V>): Parameter<V> {
  return {
    key: parameter.key,
    print(p, value) {
      p.write(`${name} = `);
      parameter.print(p, value);
    },
    parse(p) {
      p.expect(name);
      p.expect("=");
      return parameter.parse(p);
    },
  };
}

const mapParameter: Parameter<AffineMap> = {
  key: (map) => map.toString(),
  print: (p, map) => p.write(map.toString()),
  parse: (p) => p.parseAffineMap(),
};

/** `#gpu.loop_dim_map<processor = thread_x, map = (d0) -> (d0), bound = (d0) -> (d0)>`. */
export class LoopDimMapAttr extends defineAttr(
  "gpu.loop_dim_map",
  "What runs the iterations of a parallel loop, and how their numbers are computed.",
  {
    processor: named("processor", keywordParameter(processors, "a processor")),
    map: named("map", mapParameter),
    bound: named("bound", mapParameter),
  },
) {}
