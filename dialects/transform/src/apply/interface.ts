/** The interface by which operations of a schedule say what they do. */
import {
  type InterfaceBinding,
  OpInterface,
  type Operation,
  type OperationParts,
  type OpDefinition,
} from "@strata/ir";
import type { ScheduleState } from "./state.ts";

/** What an operation of a schedule does to the program. */
export interface Transforming {
  apply(op: Operation, state: ScheduleState): void;
}

export const TransformInterface: OpInterface<Transforming> = new OpInterface("Transform");

type Class<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/** Binds what one op class does, typed. */
export function transformOf<O extends Operation>(
  cls: Class<O>,
  apply: (op: O, state: ScheduleState) => void,
): InterfaceBinding {
  return TransformInterface.on(cls, { apply: (op, state) => apply(op as O, state) });
}
