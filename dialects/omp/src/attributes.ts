/** Enumerations of the omp dialect: `#omp<schedulekind static>`, and bare keywords in clauses. */
import {
  type AttrClass,
  type AttrConstraint,
  attrOf,
  type CaseParameters,
  defineCaseAttr,
  type ParametricAttr,
} from "@strata/ir";

/** An attribute that is one of a set of names. */
export type CaseAttr<N extends string> = ParametricAttr & { readonly value: N };

/** The constraint of an attribute class of cases. */
function casesOf<N extends string>(
  cls: AttrClass<CaseParameters<N>>,
  summary: string,
): AttrConstraint<CaseAttr<N>> {
  return attrOf<CaseAttr<N>>(summary, cls);
}

/** How iterations are dealt out to threads. */
export const scheduleKinds = [
  "static",
  "dynamic",
  "guided",
  "auto",
  "runtime",
  "distribute",
] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

/** `#omp<schedulekind static>`. */
export class ScheduleKindAttr extends defineCaseAttr(
  "omp.schedulekind",
  "how iterations are dealt out",
  scheduleKinds,
) {}
export const ScheduleKindC: AttrConstraint<CaseAttr<ScheduleKind>> = casesOf(
  ScheduleKindAttr,
  "how iterations are dealt out",
);

/** Whether chunks come in order. */
export const scheduleModifiers = ["none", "monotonic", "nonmonotonic", "simd"] as const;
export type ScheduleModifier = (typeof scheduleModifiers)[number];

/** `#omp<sched_mod nonmonotonic>`. */
export class ScheduleModifierAttr extends defineCaseAttr(
  "omp.sched_mod",
  "whether chunks come in order",
  scheduleModifiers,
) {}
export const ScheduleModifierC: AttrConstraint<CaseAttr<ScheduleModifier>> = casesOf(
  ScheduleModifierAttr,
  "whether chunks come in order",
);

/** Where the threads of a team run. */
export const procBindKinds = ["primary", "master", "close", "spread"] as const;
export type ProcBindKind = (typeof procBindKinds)[number];

/** `#omp<procbindkind close>`. */
export class ProcBindKindAttr extends defineCaseAttr(
  "omp.procbindkind",
  "where threads run",
  procBindKinds,
) {}
export const ProcBindKindC: AttrConstraint<CaseAttr<ProcBindKind>> = casesOf(
  ProcBindKindAttr,
  "where threads run",
);
