/** All operations of `transform`. */
import type { OpRef } from "@strata/ir";
import { actionOps } from "./ops/action-ops.ts";
import { handleOps } from "./ops/handle-ops.ts";
import { loopOps } from "./ops/loop-ops.ts";
import { matchOps } from "./ops/match-ops.ts";
import { scheduleOps } from "./ops/schedule-ops.ts";
import { sequenceOps } from "./ops/sequence-ops.ts";

export * from "./ops/action-ops.ts";
export * from "./ops/handle-ops.ts";
export * from "./ops/loop-ops.ts";
export * from "./ops/match-ops.ts";
export * from "./ops/schedule-ops.ts";
export * from "./ops/sequence-ops.ts";

export const transformOps: readonly OpRef[] = [
  ...sequenceOps,
  ...handleOps,
  ...matchOps,
  ...actionOps,
  ...loopOps,
  ...scheduleOps,
];
