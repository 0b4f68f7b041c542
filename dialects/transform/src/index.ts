/** Schedules as IR, named and written as MLIR's `transform`. */
export { applySchedule, expectMain, mainSequence } from "./apply/apply.ts";
export { knobOptions } from "./apply/handles.ts";
export { TransformInterface, transformOf, type Transforming } from "./apply/interface.ts";
export { type ScheduleOptions, ScheduleState, TransformFailure } from "./apply/state.ts";
export { transform } from "./dialect.ts";
export { defaultVectorSchedule } from "./vector-schedule.ts";
export * from "./ops.ts";
export * from "./types.ts";
