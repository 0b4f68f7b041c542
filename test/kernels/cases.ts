/** Every example kernel with its reference; see `case.ts`. */
import { audio } from "./audio/cases.ts";
import type { KernelCase } from "./case.ts";
import { dense } from "./dense/cases.ts";
import { elementwise } from "./elementwise/cases.ts";
import { histogram } from "./histogram/cases.ts";
import { integer } from "./integer/cases.ts";
import { learning } from "./learning/cases.ts";
import { reduction } from "./reduction/cases.ts";
import { scan } from "./scan/cases.ts";
import { sparse } from "./sparse/cases.ts";
import { stencil } from "./stencil/cases.ts";
import { time } from "./time/cases.ts";
import { vision } from "./vision/cases.ts";

/** All cases, by family. */
export const kernelCases: readonly KernelCase[] = [
  ...elementwise,
  ...reduction,
  ...scan,
  ...histogram,
  ...stencil,
  ...time,
  ...dense,
  ...sparse,
  ...vision,
  ...learning,
  ...audio,
  ...integer,
];
