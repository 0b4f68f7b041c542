/** What the operations of `vector` do when a program runs. */
import type { InterfaceBinding } from "@strata/ir";
import { combiningInterpretation } from "./interpret/combining.ts";
import { laneInterpretation } from "./interpret/lanes.ts";
import { memoryInterpretation } from "./interpret/memory.ts";
import { printInterpretation } from "./interpret/print.ts";
import { transferInterpretation } from "./interpret/transfer.ts";

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  ...laneInterpretation,
  ...memoryInterpretation,
  ...transferInterpretation,
  ...combiningInterpretation,
  printInterpretation,
];
